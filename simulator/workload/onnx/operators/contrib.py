"""Operators of ONNX Runtime's own domain that optimised models use."""

from typing import Any

from simulator.workload.onnx.importer import Importer
from simulator.workload.onnx.matrices import packed
from simulator.workload.onnx.model import Node, Typed
from simulator.workload.onnx.operators.normalisation import LAYER_NORM, RMS_NORM, layer_norm, trained
from simulator.workload.onnx.operators.pointwise import UNARY, simple, spread
from simulator.workload.onnx.registry import CONTRIB, like_first, operator

operator("SimplifiedLayerNormalization", shape=like_first)(layer_norm)
operator("LayerNormalization", "SimplifiedLayerNormalization", domain=CONTRIB, shape=like_first)(layer_norm)


@operator("Gelu", "FastGelu", "QuickGelu", "BiasGelu", domain=CONTRIB, shape=like_first)
def gelu(importer: Importer, node: Node) -> None:
    """With or without a bias before."""
    simple(importer, UNARY["Gelu"] + bool(importer.input(1)))


def _skipped(importer: Importer, node: Node) -> dict[str, Typed]:
    typed = importer.types[node.inputs[0]]
    return {name: typed for name in (node.outputs[0], *node.outputs[3:4]) if name}


@operator("SkipLayerNormalization", "SkipSimplifiedLayerNormalization", domain=CONTRIB, shape=_skipped)
def skip_norm(importer: Importer, node: Node) -> None:
    """Sum of two activations, then the norm; the sum is an output as well."""
    values = [importer.active(number) for number in range(2)]
    layers, axes = spread(importer, values, importer.shape())
    total = importer.emit("add", layers, "", f"{node.name}.sum")
    simple_norm = node.op.startswith("SkipSimplified")
    function, operations = ("rms_norm", RMS_NORM) if simple_norm else ("layer_norm", LAYER_NORM)
    words: dict[str, Any] = {
        "function": function,
        "operations": operations,
        "trained": trained(importer, 2, 3),
    }
    importer.give(importer.emit("normalise", [total], **words), axes)
    if len(node.outputs) > 3 and node.outputs[3]:
        importer.give(total, axes, 3)


def _packed(importer: Importer, node: Node) -> dict[str, Typed]:
    typed = importer.types[node.inputs[0]]
    return {node.outputs[0]: Typed((*typed.shape[:-1], max(node.integer("N", 1), 1)), typed.element)}


@operator("MatMulNBits", domain=CONTRIB, shape=_packed)
def packed_matmul(importer: Importer, node: Node) -> None:
    """Weights of a few bits, packed: K rows and N columns."""
    value = importer.active()
    if value.shape[-1] != node.integer("K", 0):
        raise importer.refused(f"must have K = {value.shape[-1]}", node.integer("K", 0))
    axes = [axis for axis in value.wide if axis != len(value.shape) - 1]
    source = importer.arrange(value, axes)
    layer = importer.emit("linear", [source], width=node.integer("N", 1))
    importer.give(importer.hold(layer, packed), axes)
