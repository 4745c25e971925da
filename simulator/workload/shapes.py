"""From a layer's description and its inputs to its concrete shape, and back.

``build`` holds the rules of each kind once: workload files are bound with it, and the layers of a trace must be
what it gives.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields, replace
from functools import singledispatch
from math import prod
from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from simulator.base.document import Document, Mark
from simulator.base.errors import shorten
from simulator.base.explain import RuleError, explain
from simulator.workload.graph import Graph, Layer, Matrix, Source, Window
from simulator.workload.schema import (
    MAX_OUTPUTS,
    MAX_POSITIONS,
    MAX_SIZE,
    MAX_WEIGHTS,
    AddSpec,
    ArgmaxSpec,
    Conv2dSpec,
    EmbeddingSpec,
    FlattenSpec,
    InputSpec,
    LayerSpec,
    LinearSpec,
    LstmSpec,
    MaxPool2dSpec,
)


class _Described(BaseModel):
    layer: Annotated[LayerSpec, Field(discriminator="kind")]


_WIDTH = {"conv2d": "channels", "linear": "width", "lstm": "hidden", "embedding": "width"}


def build(name: str, spec: LayerSpec, inputs: Sequence[Layer], length: int | None) -> Layer:
    """The layer with its shape; ``length`` is the number of time steps of a sequence.

    Raises ``RuleError`` if the inputs do not suit the kind or the result exceeds a limit.
    """
    layer: Layer = _shape(spec, name, inputs, length)
    if layer.positions > MAX_POSITIONS:
        raise RuleError(f"must have at most {MAX_POSITIONS} output positions", value=layer.positions)
    if layer.width > MAX_SIZE:
        raise RuleError(f"must have at most {MAX_SIZE} values in a vector", value=layer.width)
    return replace(layer, inputs=tuple(Source(source.layer, source.delay) for source in spec.sources))


def rebuild(layer: Layer, inputs: Sequence[Layer], length: int | None) -> None:
    """Raise ``RuleError`` unless ``layer`` is what its kind gives for these inputs."""
    built = build(layer.name, spec_of(layer), inputs, length)
    built = replace(built, density=layer.density, magnitude=layer.magnitude)
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
        raise RuleError("a delay needs a sequence on both sides", value=f"{_text(read)} to {_text(reader)}")


def check_total(graph: Graph) -> None:
    """Raise ``RuleError`` if the network as a whole is beyond the limit."""
    if graph.weights > MAX_WEIGHTS:
        raise RuleError(f"a network must have at most {MAX_WEIGHTS} weights", value=graph.weights)
    if len(graph.outputs) > MAX_OUTPUTS:
        raise RuleError(f"a network must have at most {MAX_OUTPUTS} outputs", value=len(graph.outputs))


def declared_width(name: str, specs: Mapping[str, LayerSpec]) -> int:
    """Width of a layer of a sequence before its inputs are known, from its own words.

    Raises ``RuleError`` for a layer of images, which cannot be read with a delay.
    """
    spec = specs[name]
    while isinstance(spec, AddSpec):
        spec = specs[next(source.layer for source in spec.sources if not source.delay)]
    if isinstance(spec, InputSpec):
        return spec.shape[0]
    if isinstance(spec, LinearSpec | EmbeddingSpec):
        return spec.width
    if isinstance(spec, LstmSpec):
        return spec.hidden
    if isinstance(spec, ArgmaxSpec):
        return 1
    raise RuleError("only a sequence has earlier time steps", path=("input",), value=name)


def spec_of(layer: Layer) -> LayerSpec:
    """The description that ``build`` made ``layer`` of. Raises ``RuleError`` if there is none."""
    sources = [{"layer": source.layer, "delay": source.delay} for source in layer.inputs]
    described: dict[str, Any] = {**layer.attributes, "kind": layer.kind}
    if layer.kind == "input":
        described |= {"shape": [layer.width, *layer.grid[-2:]][: 3 if len(layer.grid) == 2 else 1]}
        described["sequence"] = len(layer.grid) == 1
    elif layer.kind == "add":
        described["inputs"] = sources
    else:
        described["input"] = sources[0] if len(sources) == 1 else sources
    if layer.kind in _WIDTH:
        described[_WIDTH[layer.kind]] = layer.width
    if layer.window is not None:
        described |= asdict(layer.window)
    if layer.activation:
        described["activation"] = layer.activation
    return _validated(described)


def _validated(described: dict[str, Any]) -> LayerSpec:
    data = {"layer": described}
    try:
        return _Described.model_validate(data).layer
    except ValidationError as error:
        first = explain(error, Document(data, {(): Mark("", 1)}), _Described).errors[0]
        path = first.field.split(".")[1:]
        raise RuleError(first.rule, path=path, value=first.value, remedy=first.remedy) from error


@singledispatch
def _shape(spec: Any, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    raise TypeError(f"no shape rule for {type(spec).__name__}")


@_shape.register
def _input(spec: InputSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    if not spec.sequence:
        return Layer(name, spec.kind, (), tuple(spec.shape[1:]), spec.shape[0])
    if length is None:
        remedy = "Add 'sequence: {length: STEPS}' at the top level"
        raise RuleError("a sequence needs a length", path=("sequence",), remedy=remedy)
    return Layer(name, spec.kind, (), (length,), spec.shape[0])


@_shape.register
def _conv2d(spec: Conv2dSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    window = Window(spec.kernel, spec.stride, spec.padding, spec.dilation)
    matrix = Matrix("weights", prod(spec.kernel) * inputs[0].width, spec.channels)
    return Layer(
        name,
        spec.kind,
        (),
        grid=_windows(window, inputs[0]),
        width=spec.channels,
        matrices=(matrix,),
        window=window,
        activation=_activation(spec),
        parameters=matrix.weights + spec.channels * (spec.bias + 2 * spec.batch_norm),
        attributes={"bias": spec.bias, "batch_norm": spec.batch_norm},
    )


@_shape.register
def _linear(spec: LinearSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    matrix = Matrix("weights", inputs[0].width, spec.width)
    return Layer(
        name,
        spec.kind,
        (),
        grid=inputs[0].grid,
        width=spec.width,
        matrices=(matrix,),
        activation=_activation(spec),
        parameters=matrix.weights + spec.width * spec.bias,
        attributes={"bias": spec.bias},
    )


@_shape.register
def _lstm(spec: LstmSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    """Four gates side by side, one column each per hidden value, in the order I A F O I A F O ..."""
    _need(len(inputs[0].grid) == 1, inputs[0], "an lstm reads a sequence")
    columns = 4 * spec.hidden
    matrices = (
        Matrix("input_gate", inputs[0].width, columns),
        Matrix("hidden_gate", spec.hidden, columns, reads=-1),
    )
    return Layer(
        name,
        spec.kind,
        (),
        grid=inputs[0].grid,
        width=spec.hidden,
        matrices=matrices,
        parameters=sum(matrix.weights for matrix in matrices) + columns * spec.bias,
        attributes={"bias": spec.bias},
    )


@_shape.register
def _max_pool2d(spec: MaxPool2dSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    window = Window(spec.kernel, spec.stride or spec.kernel, spec.padding, spec.dilation)
    return Layer(name, spec.kind, (), _windows(window, inputs[0]), inputs[0].width, window=window)


@_shape.register
def _add(spec: AddSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    first, second = inputs
    if (first.grid, first.width) != (second.grid, second.width):
        shapes = f"{_text(first)} and {_text(second)}"
        raise RuleError("both inputs must have the same shape", path=("inputs",), value=shapes)
    return Layer(name, spec.kind, (), first.grid, first.width, activation=_activation(spec))


@_shape.register
def _embedding(spec: EmbeddingSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    _need(inputs[0].width == 1, inputs[0], "an embedding reads one index per position (width 1)")
    attributes = {"entries": spec.entries}
    trained = spec.entries * spec.width
    return Layer(name, spec.kind, (), inputs[0].grid, spec.width, parameters=trained, attributes=attributes)


@_shape.register
def _flatten(spec: FlattenSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    _need(len(inputs[0].grid) != 1, inputs[0], "flatten does not read a sequence")
    return Layer(name, spec.kind, (), (), inputs[0].positions * inputs[0].width)


@_shape.register
def _argmax(spec: ArgmaxSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    return Layer(name, spec.kind, (), inputs[0].grid, 1)


def _activation(spec: Conv2dSpec | LinearSpec | AddSpec) -> str:
    return "" if spec.activation == "none" else spec.activation


def _windows(window: Window, source: Layer) -> tuple[int, ...]:
    """How many windows fit, per dimension: floor((size + 2 padding - dilation (kernel - 1) - 1) / stride) + 1."""
    _need(len(source.grid) == 2, source, "must read an image (height, width)")
    grid = []
    for size, kernel, stride, padding, dilation in zip(
        source.grid, window.kernel, window.stride, window.padding, window.dilation, strict=True
    ):
        reach = dilation * (kernel - 1) + 1
        padded = size + 2 * padding
        if reach > padded:
            rule = f"must not be larger than the padded input: {reach} positions wide, input has {padded}"
            raise RuleError(rule, path=("kernel",), value=kernel, remedy="Shrink the kernel or add padding")
        grid.append((padded - reach) // stride + 1)
    return tuple(grid)


def _need(holds: bool, source: Layer, rule: str) -> None:
    if not holds:
        raise RuleError(rule, path=("input",), value=_text(source))


def _text(layer: Layer) -> str:
    grid = " x ".join(map(str, layer.grid)) or "one"
    return f"{layer.name} ({grid} of width {layer.width})"
