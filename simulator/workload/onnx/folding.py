"""Constant folding: shapes of tensors that are computed on the way, and whatever else no request changes."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from simulator.base.errors import InputError
from simulator.workload.onnx import library, scales
from simulator.workload.onnx.model import MAX_VALUES, Array, Constant, Model, Node, Typed, known

INT64 = 7
_SMALL = 32
"""Up to so many values are worked out at once: chains of shape arithmetic stay short."""
_NAMES = (
    "Abs Add And Cast CastLike Ceil Clip Concat Constant ConstantOfShape Cos CumSum Div Equal Erf "
    "Exp Expand EyeLike Flatten Floor Gather GatherElements GatherND Greater GreaterOrEqual Identity "
    "Less LessOrEqual Log Max Min Mod Mul Neg NonZero Not Or Pad Pow Range Reciprocal ReduceMax "
    "ReduceMin ReduceProd ReduceSum Reshape Round ScatterElements ScatterND Shape Sign Sin Size "
    "Slice Split Sqrt Squeeze Sub Sum Tile Transpose Trilu Unsqueeze Where Xor"
)
_EVALUATED = frozenset(_NAMES.split())
_QUANTISED = "DequantizeLinear"


def shape_of(node: Node, typed: Typed) -> Constant:
    """What a Shape or Size node gives for a tensor of known shape."""
    if node.op == "Size":
        return known(np.asarray(int(np.prod(typed.shape, dtype=object))), INT64)
    rank = len(typed.shape)
    start, end, _ = slice(node.integer("start", 0), node.integer("end", rank)).indices(rank)
    return known(np.asarray(typed.shape[start:end], np.int64), INT64)


def fold(
    model: Model, node: Node, types: Mapping[str, Typed], constants: Mapping[str, Constant]
) -> dict[str, Constant]:
    """The outputs of a node that reads constants only, as constants."""
    read = {name: constants[name] for name in node.inputs if name}
    made: list[list[Array | None]] = []

    def content(number: int) -> Array | None:
        if not made:
            made.append(_evaluate(model, node, read))
        return made[0][number]

    folded = {}
    for number, name in enumerate(node.outputs):
        if name and name in types:
            whole = partial(_whole, model, node, read, number)
            folded[name] = Constant(types[name], partial(content, number), whole)
            if folded[name].size <= _SMALL:
                _ = folded[name].data
    return folded


def _whole(model: Model, node: Node, read: Mapping[str, Constant], number: int) -> Array:
    """An output, however large its inputs are. Raises ``InputError``."""
    found = None
    if node.op in (*_EVALUATED, _QUANTISED) and not node.domain:
        try:
            arrays = {name: constant.whole() for name, constant in read.items()}
            found = _evaluated(model, node, arrays, number)
        except (RecursionError, ValueError):
            found = None
    if found is None:
        rule = f"is worked out by {node.op}, which is not evaluated"
        raise InputError(rule, place=model.path, field=f"node {node.name}")
    return found


def _evaluated(model: Model, node: Node, arrays: Mapping[str, Array], number: int) -> Array | None:
    """The library's own evaluation does not know quantisation as older models have it."""
    if node.op != _QUANTISED or node.integer("block_size", 0):
        return library.evaluate(model, node, arrays)[number]
    values, scale, zero = (arrays.get(name) for name in (*node.inputs, "")[:3])
    return None if values is None else scales.real(values, scale, zero, node.integer("axis", 1))


def _evaluate(model: Model, node: Node, read: Mapping[str, Constant]) -> list[Array | None]:
    nothing: list[Array | None] = [None] * len(node.outputs)
    if node.op not in _EVALUATED or node.domain or sum(c.size for c in read.values()) > 4 * MAX_VALUES:
        return nothing
    try:
        arrays = {name: constant.data for name, constant in read.items()}
    except RecursionError:
        return nothing
    given = {name: array for name, array in arrays.items() if array is not None}
    return library.evaluate(model, node, given) if len(given) == len(arrays) else nothing
