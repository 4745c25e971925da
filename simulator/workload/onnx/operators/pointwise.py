"""Values at the same place: activations, sums, products, comparisons.

Operations a value: each addition, multiplication, comparison, division, root, exponential, tanh, erf counts one.
"""

from collections.abc import Sequence
from math import prod
from typing import Any

from simulator.workload.onnx.axes import grid_of, usual
from simulator.workload.onnx.importer import Importer
from simulator.workload.onnx.model import Constant, Node, Shape, Value
from simulator.workload.onnx.registry import operator

UNARY = {
    **dict.fromkeys(("Abs", "Ceil", "Cos", "Erf", "Exp", "Floor", "IsInf", "IsNaN", "Log", "Neg", "Not"), 1),
    **dict.fromkeys(("Reciprocal", "Round", "Sign", "Sin", "Sqrt", "Tan", "Tanh", "Acos", "Asin", "Atan"), 1),
    **dict.fromkeys(("LeakyRelu", "ThresholdedRelu", "Shrink", "Clip", "Cosh", "Sinh"), 2),
    **{"HardSigmoid": 4, "Sigmoid": 4, "Softplus": 2, "Softsign": 3, "Elu": 4, "Celu": 5, "Selu": 5},
    **{"Swish": 5, "HardSwish": 5, "Gelu": 5, "Mish": 5},
}
BINARY = (
    *("Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum", "Mean", "Where", "PRelu", "Mod", "BitShift"),
    *("Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual", "And", "Or", "Xor"),
    *("BitwiseAnd", "BitwiseOr", "BitwiseXor", "BitwiseNot"),
)
_ACTIVATED = ("conv2d", "linear", "add", "normalise")


@operator("Relu", "Clip")
def relu(importer: Importer, node: Node) -> None:
    """In the layer before it where that can be; a saturation that begins at zero is one as well."""
    name, value = node.inputs[0], importer.active()
    spec = importer.specs.get(value.layer, {})
    rectifies = node.op == "Relu" or _bound(importer, 1, "min") == 0
    if rectifies and importer.alone(name) and spec.get("kind") in _ACTIVATED and "activation" not in spec:
        importer.revise(value.layer, activation="relu")
        importer.rename(value)
    else:
        simple(importer, 1 if node.op == "Relu" else UNARY["Clip"])


def _bound(importer: Importer, number: int, name: str) -> float | None:
    constant = importer.constant(number)
    if constant is None:
        return importer.node.number(name, float("-inf"))
    return float(constant.data.ravel()[0]) if constant.data is not None and constant.size == 1 else None


def simple(importer: Importer, operations: int) -> None:
    """A function of each value."""
    layer, axes = importer.natural(importer.active())
    function = importer.node.op.lower()
    importer.give(importer.emit("elementwise", [layer], function=function, operations=operations), axes)


@operator(*(name for name in UNARY if name != "Clip"))
def unary(importer: Importer, node: Node) -> None:
    """A function of each value."""
    simple(importer, UNARY[node.op])


@operator(*BINARY)
def binary(importer: Importer, node: Node) -> None:
    """Two or more operands, spread over each other."""
    names = [name for name in node.inputs if name in importer.values]
    constants = [importer.constants[name] for name in node.inputs if name in importer.constants]
    if len(names) == 1 and len(constants) == 1 and absorbed(importer, names[0], constants[0]):
        number = node.inputs.index(names[0])
        value = importer.active(number)
        importer.rename(value, number=number)
        return
    combine(importer, [importer.value(name) for name in names], operations=max(len(node.inputs) - 1, 1))


def absorbed(importer: Importer, name: str, constant: Constant) -> bool:
    """Whether a factor or summand per channel is part of the layer before: as weights, bias or normalisation."""
    value, node = importer.value(name), importer.node
    first = node.inputs[0] == name
    if not importer.alone(name) or (node.op not in ("Add", "Sub", "Mul") and (node.op != "Div" or not first)):
        return False
    spec = importer.specs.get(value.layer, {})
    if "activation" in spec or not _per_channel(value, importer.shape(), constant):
        return False
    return _absorb(importer, value.layer, constant, factor=node.op in ("Mul", "Div"))


def _absorb(importer: Importer, layer: str, constant: Constant, *, factor: bool) -> bool:
    spec = importer.specs.get(layer, {})
    kind = spec.get("kind")
    if kind == "product":
        return factor and constant.size == 1
    if kind == "normalise" and spec["function"] == "batch_norm":
        return True
    if kind not in ("conv2d", "linear"):
        return False
    if not factor and not spec.get("batch_norm"):
        importer.revise(layer, bias=True)
    return True


def _per_channel(value: Value, result: Shape, constant: Constant) -> bool:
    """Whether a constant is the same at all positions and makes the tensor no larger."""
    offset = len(result) - len(constant.shape)
    wide = [axis + offset for axis, size in enumerate(constant.shape) if size > 1]
    return result == value.shape and value.axes is not None and not any(axis in value.axes for axis in wide)


def combine(importer: Importer, values: Sequence[Value], *, operations: int, function: str = "") -> None:
    """The present node's output from activations of suitable shapes."""
    result, function = importer.shape(), function or importer.node.op.lower()
    layers, axes = spread(importer, values, result)
    alike = len(values) == 2 and all(value.shape == result for value in values)
    if importer.node.op in ("Add", "Sum") and alike and _equal(importer, layers):
        importer.give(importer.emit("add", layers), axes)
        return
    trained = sum(_trained(importer, name) for name in importer.node.inputs)
    own: dict[str, Any] = {"function": function, "operations": operations, "trained": trained}
    importer.give(importer.emit("elementwise", layers, **own), axes)


def _equal(importer: Importer, names: Sequence[str]) -> bool:
    first, second = (importer.layers[name] for name in names)
    return (first.grid, first.width) == (second.grid, second.width)


def _trained(importer: Importer, name: str) -> int:
    """Parameters: initial values of the model, single numbers aside."""
    constant = importer.model.constants.get(name)
    return constant.size if constant is not None and constant.size > 1 else 0


def spread(importer: Importer, values: Sequence[Value], result: Shape) -> tuple[list[str], tuple[int, ...]]:
    """Layers of all operands in one layout, the first as large as the result; position axes of the result."""
    whole = [value for value in values if prod(value.shape) == prod(result)]
    lead = next((value for value in whole if importer.axes(value) is not None), (whole or list(values))[0])
    offset = len(result) - len(lead.shape)
    if whole:
        layer, own = importer.natural(lead)
        axes = tuple(axis + offset for axis in own)
    else:
        axes = usual(result)
        layer = _grown(importer, lead, result, axes)
    others = list(values)
    others.remove(lead)
    return [layer, *(_under(importer, value, result, axes) for value in others)], axes


def _under(importer: Importer, value: Value, result: Shape, axes: Sequence[int]) -> str:
    """An operand with the result's position axes, as far as it has them."""
    offset = len(result) - len(value.shape)
    return importer.arrange(value, [axis - offset for axis in axes if axis >= offset])


def _grown(importer: Importer, value: Value, result: Shape, axes: Sequence[int]) -> str:
    """Repeated until it is as large as the result."""
    layer, _ = importer.natural(value)
    grid = grid_of(result, axes)
    return importer.emit("rearrange", [layer], function="expand", grid=grid, width=prod(result) // prod(grid))
