"""Normalisations, softmax and reductions. For operations a value see ``pointwise``."""

from collections.abc import Sequence
from math import prod
from typing import Any

from simulator.workload.onnx.axes import grid_of
from simulator.workload.onnx.importer import Importer
from simulator.workload.onnx.model import Node, Value
from simulator.workload.onnx.registry import like_first, operator

SOFTMAX, LAYER_NORM, RMS_NORM, BATCH_NORM = 5, 7, 4, 2


def within(importer: Importer, value: Value, axes: Sequence[int]) -> tuple[str, tuple[int, ...]]:
    """Layer and position axes such that these axes lie within a vector."""
    _, own = importer.natural(value)
    kept = tuple(axis for axis in own if axis not in axes)
    return importer.arrange(value, kept), kept


def normalised(
    importer: Importer, axes: Sequence[int], function: str, operations: int, trained: int = 0
) -> None:
    """The present node normalises along some axes."""
    value = importer.active()
    layer, kept = within(importer, value, [axis % len(value.shape) for axis in axes])
    own: dict[str, Any] = {"function": function, "operations": operations, "trained": trained}
    importer.give(importer.emit("normalise", [layer], **own), kept)


def trained(importer: Importer, *numbers: int) -> int:
    """Values of the constants that the present node reads as these inputs."""
    constants = [importer.constant(number) for number in numbers]
    return sum(constant.size for constant in constants if constant is not None)


@operator("BatchNormalization", "SpatialBN")
def batch_norm(importer: Importer, node: Node) -> None:
    """In the convolution or matrix before it where that can be."""
    name, value = node.inputs[0], importer.active()
    spec = importer.specs.get(value.layer, {})
    if importer.alone(name) and spec.get("kind") in ("conv2d", "linear") and "activation" not in spec:
        word = "batch_norm" if spec["kind"] == "conv2d" else "bias"
        importer.revise(value.layer, **{word: True})
        importer.rename(value)
    else:
        normalised(importer, [], "batch_norm", BATCH_NORM, trained(importer, 1, 2))


@operator("LRN")
def local_response(importer: Importer, node: Node) -> None:
    """Over neighbouring channels: square and add each, then scale, offset, power, divide."""
    normalised(importer, [1], "lrn", 2 * max(node.integer("size", 1), 1) + 4)


@operator("Softmax", "LogSoftmax", "Hardmax")
def softmax(importer: Importer, node: Node) -> None:
    """Largest, subtract, exponential, sum, divide. Older versions go over all axes from one on."""
    rank = len(importer.active().shape)
    old = importer.model.opsets.get("", 1) < 13
    axis = node.integer("axis", 1 if old else -1) % max(rank, 1)
    normalised(importer, range(axis, rank) if old else [axis], node.op.lower(), SOFTMAX)


@operator("LayerNormalization", "RMSNormalization", "SimplifiedLayerNormalization")
def layer_norm(importer: Importer, node: Node) -> None:
    """Over all axes from one on."""
    rank = len(importer.active().shape)
    axes = range(node.integer("axis", -1) % max(rank, 1), rank)
    whole = node.op == "LayerNormalization"
    function, operations = ("layer_norm", LAYER_NORM) if whole else ("rms_norm", RMS_NORM)
    normalised(importer, axes, function, operations, trained(importer, 1, 2))


@operator("LpNormalization")
def lp_norm(importer: Importer, node: Node) -> None:
    """Along one axis: power, sum, root, divide."""
    normalised(importer, [node.integer("axis", -1)], "lp_norm", RMS_NORM)


@operator("InstanceNormalization", "GroupNormalization", "MeanVarianceNormalization", shape=like_first)
def over_positions(importer: Importer, node: Node) -> None:
    """Mean and spread need all positions, then each value is shifted and scaled."""
    layer, axes = importer.natural(importer.active())
    width = importer.layers[layer].width
    found = importer.emit("reduce", [layer], "", f"{node.name}.moments", function="moments", width=width)
    own: dict[str, Any] = {"function": "normalise", "operations": 4, "trained": trained(importer, 1, 2)}
    importer.give(importer.emit("elementwise", [layer, found], **own), axes)


@operator(
    *("ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2"),
    *("ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp", "ArgMax", "ArgMin"),
)
def reduction(importer: Importer, node: Node) -> None:
    """Along some axes, by default all; within each vector where it can be."""
    value = importer.active()
    rank = len(value.shape)
    if node.op.startswith("Arg"):
        given: list[int] | None = [node.integer("axis", 0)]
    else:
        given = importer.integers(1, "axes")
    if not given and node.integer("noop_with_empty_axes", 0):
        importer.rename(value)
        return
    axes = [axis % rank for axis in given] if given else list(range(rank))
    _reduce(importer, value, axes, keeps=bool(node.integer("keepdims", 1)))


def _reduce(importer: Importer, value: Value, axes: Sequence[int], *, keeps: bool) -> None:
    layer, own = importer.natural(value)
    result = importer.shape()
    kept = [axis for axis in own if axis not in axes]
    where = kept if keeps else [axis - sum(other < axis for other in axes) for axis in kept]
    inside = len(kept) == len(own)
    grid = list(importer.layers[layer].grid) if inside else grid_of(value.shape, kept)
    words: dict[str, Any] = {
        "function": importer.node.op.lower(),
        "grid": grid,
        "width": prod(result) // prod(grid),
    }
    made = importer.emit("reduce", [layer], **words, reads="position" if inside else "all")
    importer.give(made, where)


@operator("TopK")
def top(importer: Importer, node: Node) -> None:
    """Largest values along an axis, and where they stand."""
    value = importer.active()
    layer, kept = within(importer, value, [node.integer("axis", -1) % len(value.shape)])
    for number, name in enumerate(node.outputs):
        if name and importer.read(name):
            width = prod(importer.shape(number)) // importer.layers[layer].positions
            label = f"{node.name}.{'values' if number == 0 else 'indices'}"
            made = importer.emit("reduce", [layer], "", label, function="topk", width=width, reads="position")
            importer.give(made, kept, number)
