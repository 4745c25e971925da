"""The lines of a trace file: one JSON object each, no key more, no key less, no type bent.

Order: header; then per shape its record and its layers, inputs first; then the requests. Written down in
docs/workloads.md.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from simulator.trace.pattern import MAX_INFERENCES, MAX_TIME
from simulator.trace.trace import MAX_LAYERS as MAX_TRACE_LAYERS
from simulator.trace.trace import Request, Trace
from simulator.workload.graph import Layer, Matrix, Source, Window
from simulator.workload.schema import (
    MAX_INPUTS,
    MAX_LAYERS,
    MAX_OUTPUTS,
    MAX_SIZE,
    MAX_WEIGHTS,
    Extent,
    Name,
    Size,
)

FORMAT: Final = "aimc-trace"
VERSION: Final = 1

Digest = Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=1, le=MAX_INFERENCES)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class HeaderRecord(_Record):
    """First line. ``checksum`` covers the header without it and all later bytes; hand-made traces may omit it."""

    record: Literal["header"] = "header"
    format: Literal["aimc-trace"] = FORMAT
    version: Literal[1] = VERSION
    workload: Name
    digest: Digest
    shapes: Count
    layers: Annotated[int, Field(ge=1, le=MAX_TRACE_LAYERS)]
    requests: Count
    tokens: Annotated[int, Field(ge=0, le=MAX_INFERENCES)] = 0
    checksum: Digest | None = None


class ShapeRecord(_Record):
    """Begins the layers of a graph."""

    record: Literal["shape"] = "shape"
    shape: Annotated[int, Field(ge=0)]
    layers: Annotated[int, Field(ge=1, le=MAX_LAYERS)]
    outputs: Annotated[list[Name], Field(min_length=1, max_length=MAX_OUTPUTS)]


class SourceRecord(_Record):
    """An input of a layer."""

    layer: Name
    delay: Extent
    reach: Literal["", "all", "past"] = ""
    expert: Extent = 0


class MatrixRecord(_Record):
    """A stationary matrix of a layer."""

    name: Name
    rows: Annotated[int, Field(ge=1, le=MAX_WEIGHTS)]
    columns: Annotated[int, Field(ge=1, le=MAX_WEIGHTS)]
    reads: Annotated[int, Field(ge=-1, le=1)]
    blocks: Annotated[int, Field(ge=1, le=MAX_WEIGHTS)] = 1


Pair = Annotated[list[Extent], Field(min_length=2, max_length=2)]


class WindowRecord(_Record):
    """Receptive field [height, width]."""

    kernel: Pair
    stride: Pair
    padding: Pair
    dilation: Pair


class LayerRecord(_Record):
    """One layer with its shape; ``density`` and ``magnitude`` are optional columns."""

    record: Literal["layer"] = "layer"
    shape: Annotated[int, Field(ge=0)]
    name: Name
    kind: Name
    inputs: Annotated[list[SourceRecord], Field(max_length=MAX_INPUTS)]
    grid: Annotated[list[Size], Field(max_length=2)]
    width: Size
    matrices: Annotated[list[MatrixRecord], Field(max_length=2)]
    window: WindowRecord | None
    activation: Name | Literal[""]
    parameters: Annotated[int, Field(ge=0, le=4 * MAX_WEIGHTS)]
    products: Annotated[int, Field(ge=0)] = 0
    operations: Annotated[int, Field(ge=0)] = 0
    growth: Annotated[int, Field(ge=0)] = 0
    widening: Annotated[int, Field(ge=0)] = 0
    attributes: Annotated[dict[Name, bool | int | Name], Field(max_length=16)]
    density: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None
    magnitude: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None = None

    def layer(self) -> Layer:
        """The layer that was recorded; whether it makes sense is checked elsewhere."""
        pairs = self.window and {key: tuple(pair) for key, pair in self.window.model_dump().items()}
        return Layer(
            name=self.name,
            kind=self.kind,
            inputs=tuple(Source(**source.model_dump()) for source in self.inputs),
            grid=tuple(self.grid),
            width=self.width,
            matrices=tuple(Matrix(**matrix.model_dump()) for matrix in self.matrices),
            window=Window(**pairs) if pairs else None,
            activation=self.activation,
            parameters=self.parameters,
            products=self.products,
            operations=self.operations,
            growth=self.growth,
            widening=self.widening,
            attributes=self.attributes,
            density=self.density,
            magnitude=self.magnitude,
        )


class RequestRecord(_Record):
    """One request: number, arrival [ps], the shape it asks for, time steps, inferences that arrive together."""

    record: Literal["request"] = "request"
    number: Annotated[int, Field(ge=0, le=MAX_INFERENCES)]
    arrival: Annotated[int, Field(ge=0, le=MAX_TIME)]
    shape: Annotated[int, Field(ge=0, le=MAX_INFERENCES)]
    length: Annotated[int, Field(ge=1, le=MAX_SIZE)] | None
    batch: Count
    prompt_length: Annotated[int, Field(ge=0, le=MAX_SIZE)] = 0
    output_length: Annotated[int, Field(ge=0, le=MAX_SIZE)] = 0

    def request(self) -> Request:
        """The request that was recorded."""
        sizes = self.prompt_length, self.output_length
        return Request(self.arrival, self.shape, self.length, self.batch, *sizes)


class TokenRecord(_Record):
    """One token that a member of a request reads: to which experts it is sent, numbered through, route by route."""

    record: Literal["token"] = "token"
    member: Annotated[int, Field(ge=0, le=MAX_INFERENCES)]
    token: Annotated[int, Field(ge=0, le=MAX_INFERENCES)]
    experts: Annotated[list[Annotated[int, Field(ge=1, le=MAX_SIZE)]], Field(max_length=MAX_LAYERS)]


def header(trace: Trace) -> HeaderRecord:
    """Header of a trace, checksum still open."""
    layers = sum(len(graph.layers) for graph in trace.graphs)
    return HeaderRecord(
        workload=trace.workload,
        digest=trace.digest,
        shapes=len(trace.graphs),
        layers=layers,
        requests=len(trace.requests),
        tokens=sum(map(len, trace.routing)),
    )


def body(trace: Trace) -> Iterator[dict[str, Any]]:
    """Plain data of the records after the header, in order."""
    for number, graph in enumerate(trace.graphs):
        yield {"record": "shape", "shape": number, "layers": len(graph.layers), "outputs": graph.outputs}
        for layer in graph.layers:
            yield _layer(number, layer)
    for number, request in enumerate(trace.requests):
        columns = {
            "record": "request",
            "number": number,
            "arrival": request.arrival,
            "shape": request.graph,
            "length": request.length,
            "batch": request.batch,
            "prompt_length": request.prompt_length,
            "output_length": request.output_length,
        }
        _omit(columns, prompt_length=0, output_length=0)
        yield columns
    for member, tokens in enumerate(trace.routing):
        for token, experts in enumerate(tokens):
            yield {"record": "token", "member": member, "token": token, "experts": experts}


def _layer(shape: int, layer: Layer) -> dict[str, Any]:
    columns = asdict(layer)
    _omit(columns, density=None, magnitude=None, products=0, operations=0, growth=0, widening=0)
    for source in columns["inputs"]:
        _omit(source, reach="", expert=0)
    for matrix in columns["matrices"]:
        _omit(matrix, blocks=1)
    return {"record": "layer", "shape": shape, **columns}


def _omit(columns: dict[str, Any], **usual: Any) -> None:
    """Leave out optional columns that have their usual value."""
    for name, value in usual.items():
        if columns[name] == value:
            del columns[name]
