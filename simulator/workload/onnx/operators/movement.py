"""What changes the order or the shape of values. Nothing moves as long as each vector keeps its place."""

from collections.abc import Sequence
from functools import partial
from math import prod

import numpy as np

from simulator.workload.onnx.axes import grid_of, reshaped, transposed, usual
from simulator.workload.onnx.importer import Importer
from simulator.workload.onnx.model import Constant, Node, Shape, Value
from simulator.workload.onnx.registry import operator


@operator("Identity", "Cast", "CastLike", "Dropout")
def renamed(importer: Importer, node: Node) -> None:
    """Nothing happens to the values at inference."""
    value = importer.active()
    importer.rename(value)


@operator("Reshape", "Flatten", "Squeeze", "Unsqueeze")
def reshape(importer: Importer, node: Node) -> None:
    """Other axes, the same values in the same order."""
    value = importer.active()
    importer.rename(value, partial(reshaped, before=value.shape, after=importer.shape()))


@operator("Transpose")
def transpose(importer: Importer, node: Node) -> None:
    """Axes in another order; whether anything moves shows when the values are read."""
    value = importer.active()
    order = node.integers("perm") or list(reversed(range(len(value.shape))))
    if sorted(order) != list(range(len(value.shape))):
        raise importer.refused("must name every axis once", order)
    importer.rename(value, partial(transposed, order=order))


@operator("Concat")
def concat(importer: Importer, node: Node) -> None:
    """Several tensors along one axis; constants are there already, and one without values changes nothing."""
    result = importer.shape()
    axis = node.integer("axis", 0) % len(result)
    active = [importer.value(name) for name in node.inputs if name in importer.values]
    if len(active) == 1 and active[0].shape == result:
        number = next(number for number, name in enumerate(node.inputs) if name in importer.values)
        importer.rename(active[0], number=number)
        return
    axes = _common(importer, active, axis, [importer.types[name].shape[axis] for name in node.inputs])
    layers = [importer.arrange(value, axes) for value in active]
    own = axis not in axes and len(active) == len(node.inputs)
    _emit(importer, layers, "concat", result, axes, own=own)


def _common(importer: Importer, values: Sequence[Value], axis: int, sizes: Sequence[int]) -> tuple[int, ...]:
    """Position axes for all operands; one that is appended as a single entry is appended to the positions."""
    known = [value for value in values if importer.axes(value) is not None] or list(values[:1])
    largest = max(known, key=lambda value: prod(value.shape))
    axes = importer.axes(largest)
    axes = usual(largest.shape) if axes is None else axes
    grows = axis not in axes and min(sizes) == 1 < max(sizes) and axis < len(largest.shape) - 1
    return tuple(sorted((*axes, axis))) if grows and len(axes) < 2 else axes


@operator("Split")
def split(importer: Importer, node: Node) -> None:
    """Pieces along one axis."""
    value = importer.active()
    axis = node.integer("axis", 0) % len(value.shape)
    for number, name in enumerate(node.outputs):
        if name and importer.read(name):
            _along(importer, value, "split", [axis], number)


@operator("Slice")
def take(importer: Importer, node: Node) -> None:
    """Part of each axis."""
    _changed(importer, "slice")


@operator("Pad")
def pad(importer: Importer, node: Node) -> None:
    """A rim of constants."""
    _changed(importer, "pad")


@operator("Expand", "Tile")
def expand(importer: Importer, node: Node) -> None:
    """Values repeated."""
    _changed(importer, "expand")


def _changed(importer: Importer, function: str) -> None:
    """Along the axes whose size changes; if none does, nothing happens (a reversal aside)."""
    value, result = importer.active(), importer.shape()
    if result == value.shape and not _reversed(importer):
        importer.rename(value)
        return
    vector = function == "expand" and not importer.natural(value)[1]
    if len(result) != len(value.shape) or vector:
        _anyhow(importer, function)
        return
    touched = [axis for axis, size in enumerate(value.shape) if size != result[axis] or _reversed(importer)]
    _along(importer, value, function, touched)


def _reversed(importer: Importer) -> bool:
    steps = importer.integers(4, "steps") if importer.node.op == "Slice" else None
    return any(step < 0 for step in steps or ())


def _along(importer: Importer, value: Value, function: str, touched: Sequence[int], number: int = 0) -> None:
    """A layer that changes some axes: at each position on its own unless one of them counts positions."""
    layer, axes = importer.natural(value)
    result = importer.shape(number)
    own = not any(axis in axes for axis in touched)
    grown = [axis for axis in touched if not own and value.shape[axis] == 1 < result[axis]]
    _emit(importer, [layer], function, result, [*axes, *grown], own=own, number=number)


def _anyhow(importer: Importer, function: str) -> None:
    """A layer whose result has axes of its own."""
    result = importer.shape()
    layers = [importer.natural(importer.value(n))[0] for n in importer.node.inputs if n in importer.values]
    _emit(importer, layers, function, result, usual(result), own=False)


def _emit(
    importer: Importer,
    layers: Sequence[str],
    function: str,
    result: Shape,
    axes: Sequence[int],
    *,
    own: bool,
    number: int = 0,
) -> None:
    wide = [axis for axis in axes if result[axis] > 1]
    grid = list(importer.layers[layers[0]].grid) if own else grid_of(result, wide)
    words = {"function": function, "grid": grid, "width": prod(result) // prod(grid)}
    name = importer.node.outputs[number] if number else ""
    reads = "position" if own else "all"
    importer.give(importer.emit("rearrange", layers, "", name, **words, reads=reads), wide, number)


@operator("Gather")
def gather(importer: Importer, node: Node) -> None:
    """Entries of a table by an index (embedding), or a choice along an axis."""
    table, indices = importer.constant(0), importer.constant(1)
    axis = node.integer("axis", 0)
    if table is not None and axis == 0 and len(table.shape) in (1, 2):
        _embedding(importer, table)
    elif table is None and indices is not None:
        _chosen(importer, axis, indices)
    else:
        _anyhow(importer, "gather")


def _embedding(importer: Importer, table: Constant) -> None:
    value = importer.active(1)
    source = importer.arrange(value, value.wide)
    width = prod(table.shape[1:])
    layer = importer.emit("embedding", [source], entries=table.shape[0], width=width)
    importer.give(layer, value.wide)


def _chosen(importer: Importer, axis: int, indices: Constant) -> None:
    """Constant indices: like a slice; a single one takes its axis away."""
    value, result = importer.active(), importer.shape()
    axis %= len(value.shape)
    if len(indices.shape) > 1:
        _anyhow(importer, "gather")
        return
    layer, axes = importer.natural(value)
    gone = not indices.shape
    kept = [a - 1 if gone and a > axis else a for a in axes if not (gone and a == axis)]
    _emit(importer, [layer], "gather", result, kept, own=axis not in axes)


@operator("Resize", "Upsample")
def resize(importer: Importer, node: Node) -> None:
    """An image of another size."""
    value, result = importer.active(), importer.shape()
    layer, axes = importer.natural(value)
    touched = [axis for axis, size in enumerate(value.shape) if size != result[axis]]
    if not touched:
        importer.rename(value)
    else:
        grown = [axis for axis in touched if axis not in axes and axes]
        _emit(importer, [layer], "resize", result, sorted({*axes, *grown}), own=False)


@operator("DepthToSpace", "SpaceToDepth")
def blocks(importer: Importer, node: Node) -> None:
    """Channels become pixels, or pixels channels."""
    source, _ = importer.natural(importer.active())
    result = importer.shape()
    _emit(importer, [source], node.op.lower(), result, range(2, len(result)), own=False)


@operator(
    "GatherElements",
    "GatherND",
    "ScatterElements",
    "ScatterND",
    "ReverseSequence",
    "Compress",
    "RoiAlign",
    "GridSample",
)
def scattered(importer: Importer, node: Node) -> None:
    """Values picked or put by position."""
    _anyhow(importer, node.op.lower())


@operator("Trilu")
def triangle(importer: Importer, node: Node) -> None:
    """Some values become zero."""
    value = importer.active()
    layer, axes = importer.natural(value)
    importer.give(importer.emit("elementwise", [layer], function="trilu"), axes)


def whole(value: Constant) -> int | None:
    """The one integer that a constant holds; None if it holds another number of them, or unknown ones."""
    data = value.data if value.size == 1 else None
    return None if data is None else int(np.asarray(data).ravel()[0])
