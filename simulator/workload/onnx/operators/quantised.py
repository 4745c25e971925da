"""Quantisation. Conversion to integers and back is what the converters of a chip do anyway: it costs nothing here."""

from simulator.workload.onnx.importer import Importer
from simulator.workload.onnx.matrices import NONE, real
from simulator.workload.onnx.model import Constant, Node, Typed
from simulator.workload.onnx.operators.contraction import product
from simulator.workload.onnx.operators.pointwise import combine, simple
from simulator.workload.onnx.operators.windows import image_of
from simulator.workload.onnx.registry import CONTRIB, like_first, operator

FLOAT, UINT8 = 1, 2
"""Element types as ONNX numbers them."""


def _converted(importer: Importer, node: Node) -> dict[str, Typed]:
    shape = importer.types[node.inputs[0]].shape
    zero = importer.types.get(importer.input(2))
    integer = UINT8 if zero is None else zero.element
    return {node.outputs[0]: Typed(shape, FLOAT if node.op == "DequantizeLinear" else integer)}


@operator("QuantizeLinear", "DequantizeLinear")
@operator("QuantizeLinear", "DequantizeLinear", domain=CONTRIB, shape=_converted)
def converted(importer: Importer, node: Node) -> None:
    """The same values on another scale."""
    value = importer.active()
    importer.rename(value)


@operator("DynamicQuantizeLinear")
def ranged(importer: Importer, node: Node) -> None:
    """The scale depends on all values: it is known once the last one is."""
    value = importer.active()
    layer, _ = importer.natural(value)
    importer.rename(importer.active())
    for number, word in ((1, "scale"), (2, "zero")):
        if number < len(node.outputs) and importer.read(node.outputs[number]):
            made = importer.emit("reduce", [layer], "", f"{node.name}.{word}", function="range", width=1)
            importer.give(made, [], number)


def _second(number: int) -> int:
    """Where QLinear operators with two operands have their second one."""
    return 3 * number


def _spread(importer: Importer, node: Node) -> dict[str, Typed]:
    """Shape of a sum or product of operands that are spread over each other."""
    first, second = (importer.types[node.inputs[_second(number)]] for number in range(2))
    larger = max(first, second, key=lambda typed: (len(typed.shape), typed.shape))
    return {node.outputs[0]: Typed(larger.shape, first.element)}


@operator("QLinearAdd", "QLinearMul", domain=CONTRIB, shape=_spread)
def quantised_pair(importer: Importer, node: Node) -> None:
    """Sum or product of quantised operands."""
    names = [node.inputs[_second(number)] for number in range(2)]
    active = [importer.value(name) for name in names if name in importer.values]
    combine(importer, active, operations=1, function=node.op.lower())


@operator("QLinearSigmoid", "QLinearLeakyRelu", "QLinearSoftmax", domain=CONTRIB, shape=like_first)
def quantised_function(importer: Importer, node: Node) -> None:
    """A look-up per value."""
    simple(importer, 1)


def _pooled(importer: Importer, node: Node) -> dict[str, Typed]:
    typed = importer.types[node.inputs[0]]
    return {node.outputs[0]: Typed((*typed.shape[:2], *(1 for _ in typed.shape[2:])), typed.element)}


@operator("QLinearGlobalAveragePool", domain=CONTRIB, shape=_pooled)
def quantised_pool(importer: Importer, node: Node) -> None:
    """Each channel over the whole image."""
    source = image_of(importer, importer.active())
    importer.give(importer.emit("reduce", [source], function="mean"), ())


def _dynamic(importer: Importer, node: Node) -> dict[str, Typed]:
    first, second = (importer.types[name] for name in node.inputs[:2])
    element = first.element if node.op == "FusedMatMul" else FLOAT
    return {node.outputs[0]: Typed((*first.shape[:-1], second.shape[-1]), element)}


@operator("MatMulIntegerToFloat", "DynamicQuantizeMatMul", "FusedMatMul", domain=CONTRIB, shape=_dynamic)
def quantised_matmul(importer: Importer, node: Node) -> None:
    """A matrix product that converts on its own."""
    if node.integer("transA", 0) or node.integer("transB", 0):
        raise importer.refused(
            "must not transpose its operands", remedy="Export without fused matrix products"
        )
    weights = importer.constant(1)
    if weights is None:
        product(importer, importer.active(), importer.active(1))
        return
    scale, zero = _SCALES.get(node.op, (NONE, NONE))
    whole = real(importer, weights, scale, zero, axis=-1)
    product(importer, importer.active(), Constant(weights.typed, whole=whole))


_SCALES = {"MatMulIntegerToFloat": (3, 5), "DynamicQuantizeMatMul": (2, 3)}
"""Inputs that hold scale and zero of the weights."""
