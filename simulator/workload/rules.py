"""From description and inputs to a layer: inputs and the kinds that have weights."""

from collections.abc import Sequence
from functools import singledispatch
from math import prod
from typing import Any

from simulator.base.explain import RuleError
from simulator.workload.graph import Layer, Matrix, Window
from simulator.workload.matrices import check
from simulator.workload.schema import (
    AddSpec,
    Conv2dSpec,
    InputSpec,
    LinearSpec,
    LstmSpec,
    NormaliseSpec,
    Precise,
    WindowSpec,
)

_ASKED = {*Precise.model_fields, "weights", "transposed", "bias_columns", "entries"}
Activated = Conv2dSpec | LinearSpec | AddSpec | NormaliseSpec


@singledispatch
def shape(spec: Any, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    """The layer that a description gives for these inputs, its own inputs still open but for their reach.

    ``length``: time steps of a sequence. Raises ``RuleError`` for inputs that do not suit the kind.
    """
    raise TypeError(f"no shape rule for {type(spec).__name__}")


@shape.register
def _input(spec: InputSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    if spec.steps is not None:
        return Layer(name, spec.kind, (), (spec.steps,), spec.shape[0], attributes={"steps": spec.steps})
    if not spec.sequence:
        return Layer(name, spec.kind, (), tuple(spec.shape[1:]), spec.shape[0])
    if length is None:
        remedy = "Add 'sequence: {length: STEPS}' at the top level"
        raise RuleError("a sequence needs a length", path=("sequence",), remedy=remedy)
    return Layer(name, spec.kind, (), (length,), spec.shape[0])


@shape.register
def _conv2d(spec: Conv2dSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    _divides(spec.groups, inputs[0].width, spec.channels)
    matrix = Matrix("weights", prod(spec.kernel) * inputs[0].width, spec.channels, blocks=spec.groups)
    return Layer(
        name,
        spec.kind,
        (),
        grid=windows(spec, inputs[0]),
        width=spec.channels,
        matrices=(matrix,),
        window=window_of(spec),
        activation=activation(spec),
        parameters=matrix.weights + spec.channels * (spec.bias + 2 * spec.batch_norm),
        attributes={
            "bias": spec.bias,
            "batch_norm": spec.batch_norm,
            **_groups(spec),
            **ends(spec),
            **_asked(spec),
        },
    )


@shape.register
def _linear(spec: LinearSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    _divides(spec.groups, inputs[0].width, spec.width)
    matrix = Matrix("weights", inputs[0].width, spec.width, blocks=spec.groups)
    if spec.entries:
        check(spec.entries, matrix.rows, matrix.columns)
    return Layer(
        name,
        spec.kind,
        (),
        grid=inputs[0].grid,
        width=spec.width,
        matrices=(matrix,),
        activation=activation(spec),
        parameters=matrix.weights * (spec.weights is None) + spec.width * spec.bias,
        attributes={"bias": spec.bias, **_groups(spec), **_asked(spec)},
    )


@shape.register
def _lstm(spec: LstmSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    """Four gates side by side, one column each per hidden value, in the order I A F O I A F O ..."""
    need(len(inputs[0].grid) == 1, inputs[0], "an lstm reads a sequence")
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


def _asked(spec: Precise) -> dict[str, str | int | bool]:
    """What a layer says about its matrix beyond what is usual."""
    given = spec.model_dump(include=_ASKED, exclude_defaults=True)
    return {name: given[name] for name in sorted(given)}


def _groups(spec: Conv2dSpec | LinearSpec) -> dict[str, int]:
    return {"groups": spec.groups} if spec.groups > 1 else {}


def _divides(groups: int, *widths: int) -> None:
    if any(width % groups for width in widths):
        shown = " and ".join(map(str, widths))
        raise RuleError(
            f"must divide what goes in and what comes out ({shown})", path=("groups",), value=groups
        )


def activation(spec: Activated) -> str:
    """As a layer has it."""
    return "" if spec.activation == "none" else spec.activation


def window_of(spec: WindowSpec) -> Window:
    """The receptive field; without a stride, windows lie side by side."""
    return Window(spec.kernel, spec.stride or spec.kernel, spec.padding, spec.dilation)


def ends(spec: WindowSpec) -> dict[str, int]:
    """Padding below and to the right where it is given."""
    given = {"bottom": spec.bottom, "right": spec.right}
    return {side: size for side, size in given.items() if size is not None}


def windows(spec: WindowSpec, source: Layer) -> tuple[int, ...]:
    """How many windows fit, per dimension: floor((padded size - dilation (kernel - 1) - 1) / stride) + 1."""
    need(len(source.grid) == 2, source, "must read an image (height, width)")
    window, grid = window_of(spec), []
    for number, after in enumerate((spec.bottom, spec.right)):
        kernel, before = window.kernel[number], window.padding[number]
        reach = window.dilation[number] * (kernel - 1) + 1
        padded = source.grid[number] + before + (before if after is None else after)
        if reach > padded:
            rule = f"must not be larger than the padded input: {reach} positions wide, input has {padded}"
            raise RuleError(rule, path=("kernel",), value=kernel, remedy="Shrink the kernel or add padding")
        grid.append((padded - reach) // window.stride[number] + 1)
    return tuple(grid)


def need(holds: bool, source: Layer, rule: str) -> None:
    """Raise ``RuleError`` about an input unless a rule holds."""
    if not holds:
        raise RuleError(rule, path=("input",), value=text(source))


def text(layer: Layer) -> str:
    """Name and shape, for complaints."""
    grid = " x ".join(map(str, layer.grid)) or "one"
    return f"{layer.name} ({grid} of width {layer.width})"
