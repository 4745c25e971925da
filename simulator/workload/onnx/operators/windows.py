"""Convolutions and pooling: what slides over an image (a sequence is an image of height 1)."""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from simulator.workload.onnx import matrices
from simulator.workload.onnx.importer import Importer
from simulator.workload.onnx.matrices import NONE, real
from simulator.workload.onnx.model import Node, Shape, Value
from simulator.workload.onnx.registry import CONTRIB, operator


def window(importer: Importer, node: Node, kernel: list[int], source: Shape, result: Shape) -> dict[str, Any]:
    """Kernel, stride, padding, dilation as a workload file says them, so that the result has its size.

    ``source`` and ``result``: the sizes that the window slides over, one or two of them.
    """
    count = len(kernel)
    if not len(source) == len(result) == count:
        raise importer.refused(
            "must give an image of the rank of what it reads", [list(source), list(result)]
        )
    stride = node.integers("strides") or [1] * count
    dilation = node.integers("dilations") or [1] * count
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
    sides = zip(result, stride, reach, source, strict=True)
    needed = [(out - 1) * s + r - size for out, s, r, size in sides]
    pads = _pads(node, needed)
    ends: list[int | None] = []
    for axis in range(count):
        fits = (source[axis] + 2 * pads[axis] - reach[axis]) // stride[axis] + 1 == result[axis]
        ends.append(None if fits else max(needed[axis] - pads[axis], 0))
    found: dict[str, Any] = {
        "kernel": _image(kernel, 1),
        "stride": _image(stride, 1),
        "padding": _image(pads[:count], 0),
        "dilation": _image(dilation, 1),
    }
    beyond = dict(zip(("bottom", "right"), _image(ends, None), strict=True))
    return found | {side: size for side, size in beyond.items() if size is not None}


def _pads(node: Node, needed: Sequence[int]) -> list[int]:
    """Padding before and after each axis; ``needed``: what brings the result to its size."""
    automatic = node.text("auto_pad", "NOTSET")
    if automatic in ("NOTSET", "VALID", ""):
        return (node.integers("pads") if automatic != "VALID" else None) or [0] * (2 * len(needed))
    small = [max(total, 0) // 2 for total in needed]
    large = [max(total, 0) - less for total, less in zip(needed, small, strict=True)]
    return large + small if automatic == "SAME_LOWER" else small + large


def _image(values: list[Any], beside: Any) -> list[Any]:
    return values if len(values) == 2 else [beside, *values]


def image_of(importer: Importer, value: Value) -> str:
    """A layer that gives a batch of one image, channels as the vector."""
    shape = value.shape
    if len(shape) not in (3, 4):
        raise importer.refused("must read one- or two-dimensional images", list(shape))
    if shape[0] != 1:
        remedy = (
            "Bind the batch to 1 (--dim NAME=1 or --dim INPUT.0=1) and ask for more with --batch or --count"
        )
        raise importer.refused("must read a batch of one", list(shape), remedy)
    return importer.arrange(value, places(shape), _image(list(shape[2:]), 1))


def places(shape: Shape) -> tuple[int, ...]:
    """Position axes of a channels-first image."""
    return tuple(range(2, len(shape)))


@operator("Conv", "ConvInteger", "QLinearConv")
@operator("FusedConv", domain=CONTRIB)
def convolution(importer: Importer, node: Node) -> None:
    """Stationary kernel; what it has no constant weights for is refused."""
    quantised = node.op == "QLinearConv"
    weights = importer.constant(3 if quantised else 1)
    if weights is None:
        raise importer.refused("must have constant weights")
    value, kernel, result = importer.active(), list(weights.shape[2:]), importer.shape()
    if len(weights.shape) != len(value.shape):
        raise importer.refused("must have weights of the rank of what it reads", list(weights.shape))
    groups = node.integer("group", 1)
    if groups < 1 or weights.shape[1] * groups != value.shape[1]:
        raise importer.refused(f"must have weights for {value.shape[1]} channels", list(weights.shape))
    bias = bool(importer.input(8 if quantised else 2)) and node.op != "ConvInteger"
    own: dict[str, Any] = {"bias": bias, "groups": groups}
    if node.op == "FusedConv" and node.text("activation", "") == "Relu":
        own["activation"] = "relu"
    layer = _convolve(importer, value, kernel, own)
    scale, zero = {"QLinearConv": (4, 5), "ConvInteger": (NONE, 3)}.get(node.op, (NONE, NONE))
    values = real(importer, weights, scale, zero, axis=0)
    importer.hold(layer, lambda: matrices.kernel(values(), groups))
    importer.give(layer, places(result))


def _convolve(importer: Importer, value: Value, kernel: list[int], own: dict[str, Any]) -> str:
    source, result = image_of(importer, value), importer.shape()
    if prod(value.shape[2:]) == 1 and prod(kernel) == 1:
        return importer.emit("linear", [source], width=result[1], **own)
    sizes = window(importer, importer.node, kernel, value.shape[2:], result[2:])
    return importer.emit("conv2d", [source], channels=result[1], **sizes, **own)


@operator("ConvTranspose")
def transposed_convolution(importer: Importer, node: Node) -> None:
    """Every input position times the whole kernel, then the overlapping results are added up where they belong."""
    weights, value, result = importer.constant(1), importer.active(), importer.shape()
    if weights is None:
        raise importer.refused("must have constant weights")
    source, groups = image_of(importer, value), node.integer("group", 1)
    if len(weights.shape) != len(value.shape) or groups < 1 or weights.shape[0] != value.shape[1]:
        raise importer.refused(f"must have weights for {value.shape[1]} channels", list(weights.shape))
    spread = result[1] * prod(weights.shape[2:])
    product = importer.emit("linear", [source], width=spread, groups=groups, bias=bool(importer.input(2)))
    grid = _image(list(result[2:]), 1)
    importer.hold(product, lambda: matrices.spread(np.asarray(weights.whole()), groups))
    name = f"{product}.col2im"
    layer = importer.emit("rearrange", [product], "", name, function="col2im", grid=grid, width=result[1])
    importer.give(layer, places(result))


@operator("MaxPool", "AveragePool", "LpPool")
def pool(importer: Importer, node: Node) -> None:
    """Windows side by side or overlapping; indices of the largest values are not given."""
    value, result = importer.active(), importer.shape()
    kernel = node.integers("kernel_shape") or []
    source = image_of(importer, value)
    if len(kernel) != len(value.shape) - 2:
        raise importer.refused("must have a kernel size per axis", kernel)
    kind = "max_pool2d" if node.op == "MaxPool" else "average_pool2d"
    sizes = window(importer, node, kernel, value.shape[2:], result[2:])
    importer.give(importer.emit(kind, [source], **sizes), places(result))


@operator("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool")
def global_pool(importer: Importer, node: Node) -> None:
    """Each channel over the whole image."""
    source = image_of(importer, importer.active())
    function = "max" if node.op == "GlobalMaxPool" else "mean"
    importer.give(importer.emit("reduce", [source], function=function), ())
