"""Sums of products: matrices with stationary weights, and products of two activations."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import prod

import numpy as np

from simulator.workload.onnx.importer import Importer
from simulator.workload.onnx.matrices import NONE, diagonal, real
from simulator.workload.onnx.model import Array, Constant, Node, Shape, Value
from simulator.workload.onnx.registry import operator

Labels = Sequence[str]


@dataclass(frozen=True)
class Terms:
    """Two operands and what they give, a label per axis as in Einstein's sums; "" for axes of one entry."""

    first: Value | Constant
    second: Value | Constant
    labels: tuple[Labels, Labels, Labels]

    @property
    def sizes(self) -> dict[str, int]:
        """Entries per label."""
        pairs = [
            *zip(self.labels[0], self.first.shape, strict=True),
            *zip(self.labels[1], self.second.shape, strict=True),
        ]
        return {label: size for label, size in pairs if label}

    def swapped(self) -> "Terms":
        """The same with its operands exchanged."""
        return Terms(self.second, self.first, (self.labels[1], self.labels[0], self.labels[2]))


def contract(importer: Importer, terms: Terms, *, bias: bool = False) -> tuple[str, tuple[int, ...]]:
    """Layer and position axes of a contraction with at least one activation."""
    if isinstance(terms.first, Constant):
        terms = terms.swapped()
    first, second, result = terms.labels
    shared = [label for label in first if label and label in second and label in result]
    inner = [label for label in first if label and label in second and label not in result]
    rows = [label for label in first if label and label not in second]
    columns = [label for label in second if label and label not in first]
    lost = [label for label in (*rows, *columns) if label not in result]
    if lost or not isinstance(terms.first, Value):
        raise importer.refused("sums over an axis of one operand alone")
    _check(importer, terms)
    source = importer.arrange(terms.first, _where(first, rows))
    axes = tuple(list(result).index(label) for label in rows)
    size = terms.sizes
    heads = prod(size[label] for label in shared)
    if isinstance(terms.second, Constant):
        width = heads * prod(size[label] for label in columns)
        layer = importer.emit("linear", [source], width=width, groups=heads, bias=bias)
        return importer.hold(layer, partial(_matrix, terms.second, second, (shared, inner, columns))), axes
    transposed = _stands(importer, terms.second, second, columns, inner)
    other = importer.arrange(terms.second, _where(second, columns if transposed else inner))
    return importer.emit("product", [source, other], heads=heads, transposed=transposed), axes


def _matrix(constant: Constant, labels: Labels, order: Sequence[Labels]) -> Array:
    """A constant as a matrix: a block for each of the shared labels, then the inner ones by the columns."""
    kept = [label for label in labels if label]
    shape = [size for label, size in zip(labels, constant.shape, strict=True) if label]
    sizes = dict(zip(kept, shape, strict=True))
    values = np.asarray(constant.whole()).reshape(shape)
    values = values.transpose([kept.index(label) for part in order for label in part])
    return diagonal(values.reshape([prod(sizes[label] for label in part) for part in order]))


def _check(importer: Importer, terms: Terms) -> None:
    for labels, operand in zip(terms.labels[:2], (terms.first, terms.second), strict=True):
        for label, size in zip(labels, operand.shape, strict=True):
            if label and terms.sizes[label] != size:
                raise importer.refused(
                    "must have operands that fit", [list(terms.first.shape), list(operand.shape)]
                )


def _where(labels: Labels, wanted: Sequence[str]) -> tuple[int, ...]:
    return tuple(axis for axis, label in enumerate(labels) if label in wanted)


def _stands(importer: Importer, value: Value, labels: Labels, columns: Labels, inner: Labels) -> bool:
    """Whether the second operand's positions are its columns (scores) rather than its inner axis (sums)."""
    axes = importer.axes(value)
    if axes == _where(labels, inner):
        return False
    return axes == _where(labels, columns) or len(columns) == 1


@operator("MatMul", "MatMulInteger", "QLinearMatMul")
def matmul(importer: Importer, node: Node) -> None:
    """Matrix product over the last two axes, broadcast over the others."""
    scale, zero = {"QLinearMatMul": (4, 5), "MatMulInteger": (NONE, 3)}.get(node.op, (NONE, NONE))
    right = 3 if node.op == "QLinearMatMul" else 1
    second = _operand(importer, right)
    if isinstance(second, Constant):
        second = Constant(second.typed, whole=real(importer, second, scale, zero, axis=-1))
    product(importer, _operand(importer, 0), second)


def product(importer: Importer, first: Value | Constant, second: Value | Constant) -> None:
    """The present node's output is the matrix product of two operands."""
    terms = Terms(first, second, _matmul_labels(first.shape, second.shape))
    importer.give(*contract(importer, terms))


def _operand(importer: Importer, number: int) -> Value | Constant:
    constant = importer.constant(number)
    return importer.active(number) if constant is None else constant


def _matmul_labels(first: Shape, second: Shape) -> tuple[Labels, Labels, Labels]:
    """As numpy does it: vectors get an axis that the result loses, outer axes are matched from the right."""
    left, right = ["m", "k"][-min(len(first), 2) :], ["k", "n"][: min(len(second), 2)]
    result = [label for label in (*left, *right) if label != "k"]
    outer = max(len(first), len(second)) - 2
    for step in range(max(outer, 0)):
        label = f"b{step}"
        sides = [shape[-3 - step] if len(shape) > 2 + step else 0 for shape in (first, second)]
        if sides[0]:
            left.insert(0, label if sides[0] > 1 else "")
        if sides[1]:
            right.insert(0, label if sides[1] > 1 else "")
        result.insert(0, label if max(sides) > 1 else "")
    return _narrow(left, first), _narrow(right, second), result


def _narrow(labels: Labels, shape: Shape) -> list[str]:
    """Axes of one entry matter to nobody."""
    return [label if size > 1 else "" for label, size in zip(labels, shape, strict=True)]


@operator("Gemm")
def gemm(importer: Importer, node: Node) -> None:
    """Matrix product with operands transposed at will, plus a bias or another activation."""
    first = ["k", "m"] if node.integer("transA", 0) else ["m", "k"]
    second = ["n", "k"] if node.integer("transB", 0) else ["k", "n"]
    left, right = _operand(importer, 0), _operand(importer, 1)
    if len(left.shape) != 2 or len(right.shape) != 2:
        raise importer.refused("must read matrices", [list(left.shape), list(right.shape)])
    labels = (_narrow(first, left.shape), _narrow(second, right.shape), ["m", "n"])
    added = importer.input(2)
    layer, axes = contract(importer, Terms(left, right, labels), bias=added in importer.constants)
    if added in importer.values:
        term = importer.arrange(importer.active(2), [])
        layer = importer.emit("elementwise", [layer, term], function="add")
    importer.give(layer, axes)


@operator("Einsum")
def einsum(importer: Importer, node: Node) -> None:
    """Sums of products of two operands, written out axis by axis; a result that is left out follows from them."""
    text = node.text("equation", "").replace(" ", "")
    terms, arrow, result = text.partition("->")
    operands = terms.split(",")
    if len(operands) != 2 or "." in text or any(len(set(part)) < len(part) for part in operands):
        rule = "must be a product of two operands that names every axis of an operand once, without '...'"
        raise importer.refused(rule, text)
    left, right = _operand(importer, 0), _operand(importer, 1)
    if len(operands[0]) != len(left.shape) or len(operands[1]) != len(right.shape):
        raise importer.refused("must name every axis", text)
    if not arrow:
        result = "".join(sorted(set(operands[0]) ^ set(operands[1])))
    labels = (_narrow(operands[0], left.shape), _narrow(operands[1], right.shape), list(result))
    importer.give(*contract(importer, Terms(left, right, labels)))
