"""From a layer's description and its inputs to its concrete shape, and back.

``build`` holds the rules of each kind once: workload files are bound with it, and the layers of a trace must be
what it gives.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from simulator.base.document import Document, Mark
from simulator.base.errors import did_you_mean, shorten
from simulator.base.explain import RuleError, explain
from simulator.workload.digital_rules import shape
from simulator.workload.experts import experts
from simulator.workload.graph import Graph, Layer, Source
from simulator.workload.rules import text
from simulator.workload.schema import (
    MAX_OUTPUTS,
    MAX_POSITIONS,
    MAX_SIZE,
    MAX_WEIGHTS,
    ArgmaxSpec,
    ElementwiseSpec,
    EmbeddingSpec,
    InputSpec,
    LayerSpec,
    LinearSpec,
    LstmSpec,
)


class _Described(BaseModel):
    layer: Annotated[LayerSpec, Field(discriminator="kind")]


_WIDTH = {
    "conv2d": "channels",
    "linear": "width",
    "lstm": "hidden",
    "embedding": "width",
    "elementwise": "width",
    "reduce": "width",
    "rearrange": "width",
}
_SEVERAL = ("add", "product", "elementwise", "normalise", "rearrange", "route")
_GRID = ("reduce", "rearrange")


def build(name: str, spec: LayerSpec, inputs: Sequence[Layer], length: int | None) -> Layer:
    """The layer with its shape; ``length`` is the number of time steps of a sequence.

    Raises ``RuleError`` if the inputs do not suit the kind or the result exceeds a limit.
    """
    layer: Layer = shape(spec, name, inputs, length)
    if layer.positions > MAX_POSITIONS:
        raise RuleError(f"must have at most {MAX_POSITIONS} output positions", value=layer.positions)
    if layer.width > MAX_SIZE:
        raise RuleError(f"must have at most {MAX_SIZE} values in a vector", value=layer.width)
    reaches = [source.reach for source in layer.inputs] or [""] * len(spec.sources)
    sources = zip(spec.sources, reaches, strict=True)
    return replace(
        layer,
        inputs=tuple(Source(row.layer, row.delay, reach, row.expert) for row, reach in sources),
        density=spec.density,
        magnitude=spec.magnitude,
    )


def rebuild(layer: Layer, inputs: Sequence[Layer], length: int | None) -> None:
    """Raise ``RuleError`` unless ``layer`` is what its kind gives for these inputs."""
    built = build(layer.name, spec_of(layer), inputs, length)
    for field in fields(Layer):
        want, got = getattr(built, field.name), getattr(layer, field.name)
        if want != got:
            raise RuleError(f"must be {_json(want)} here", path=(field.name,), value=_json(got))


def _json(value: Any) -> str:
    """As in a file, cut to what a line can hold."""
    return shorten(json.dumps(value, default=asdict))[1:-1]


def check_delay(source: Source, read: Layer, reader: Layer) -> None:
    """Raise ``RuleError`` if a delay is asked for where there are no time steps."""
    if source.delay and (len(read.grid) != 1 or read.grid != reader.grid):
        raise RuleError("a delay needs a sequence on both sides", value=f"{text(read)} to {text(reader)}")


def check_total(graph: Graph) -> None:
    """Raise ``RuleError`` if the network as a whole is beyond a limit, or its experts lead nowhere."""
    experts(graph)
    if graph.weights > MAX_WEIGHTS:
        raise RuleError(f"a network must have at most {MAX_WEIGHTS} weights", value=graph.weights)
    if len(graph.outputs) > MAX_OUTPUTS:
        raise RuleError(f"a network must have at most {MAX_OUTPUTS} outputs", value=len(graph.outputs))
    check_tied(graph)


def check_tied(graph: Graph) -> None:
    """Raise ``RuleError`` where a layer uses a matrix again that is not there or not of its shape."""
    names = {layer.name: layer for layer in graph.layers}
    for layer in graph.layers:
        if not layer.tied:
            continue
        path = ("layers", layer.name, "weights")
        owner = names.get(layer.owner)
        if owner is None or owner.kind != "linear" or owner.tied or "groups" in owner.attributes:
            rule = "must name a linear layer with a matrix of its own"
            raise RuleError(rule, path=path, value=layer.owner, remedy=did_you_mean(layer.owner, names))
        rows, columns = layer.matrices[0].rows, layer.matrices[0].columns
        needed = (columns, rows) if layer.backward else (rows, columns)
        if (owner.matrices[0].rows, owner.matrices[0].columns) != needed:
            shape = f"{owner.matrices[0].rows} x {owner.matrices[0].columns}"
            rule = f"needs a matrix of {needed[0]} x {needed[1]}; that of {owner.name} is {shape}"
            raise RuleError(rule, path=path, value=layer.owner)


def declared_width(name: str, specs: Mapping[str, LayerSpec]) -> int:
    """Width of a layer of a sequence before its inputs are known, from its own words.

    Raises ``RuleError`` for a layer of images, which cannot be read with a delay.
    """
    spec = specs[name]
    while "inputs" in type(spec).model_fields and not getattr(spec, "width", 0):
        spec = specs[next(source.layer for source in spec.sources if not source.delay)]
    if isinstance(spec, InputSpec):
        return spec.shape[0]
    if isinstance(spec, LinearSpec | EmbeddingSpec | ElementwiseSpec):
        return spec.width
    if isinstance(spec, LstmSpec):
        return spec.hidden
    if isinstance(spec, ArgmaxSpec):
        return 1
    raise RuleError("only a sequence has earlier time steps", path=("input",), value=name)


def spec_of(layer: Layer) -> LayerSpec:
    """The description that ``build`` made ``layer`` of. Raises ``RuleError`` if there is none."""
    sources = [{"layer": row.layer, "delay": row.delay, "expert": row.expert} for row in layer.inputs]
    described: dict[str, Any] = {**layer.attributes, "kind": layer.kind}
    described |= {"density": layer.density, "magnitude": layer.magnitude}
    if layer.kind == "input":
        described |= {"shape": [layer.width, *layer.grid[-2:]][: 3 if len(layer.grid) == 2 else 1]}
        described["sequence"] = len(layer.grid) == 1 and "steps" not in layer.attributes
    elif layer.kind in _SEVERAL:
        described["inputs"] = sources
    else:
        described["input"] = sources[0] if len(sources) == 1 else sources
    if layer.kind in _WIDTH:
        described[_WIDTH[layer.kind]] = layer.width
    if layer.kind in _GRID:
        described["grid"] = list(layer.grid)
    if layer.window is not None:
        described |= asdict(layer.window)
    if layer.activation:
        described["activation"] = layer.activation
    return validated(described)


def validated(described: dict[str, Any]) -> LayerSpec:
    """A layer's description as a workload file has it, checked. Raises ``RuleError`` for the first thing wrong."""
    data = {"layer": described}
    try:
        return _Described.model_validate(data).layer
    except ValidationError as error:
        first = explain(error, Document(data, {(): Mark("", 1)}), _Described).errors[0]
        path = first.field.split(".")[1:]
        raise RuleError(first.rule, path=path, value=first.value, remedy=first.remedy) from error
