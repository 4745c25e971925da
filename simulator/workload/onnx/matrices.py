"""Weights of a model as the matrices of layers, shape (rows, columns): rows are inputs.

Of a window: channel by channel, in each the kernel line by line. Of gates: those of a hidden value side by side.
Factors per channel that follow (batch normalisation) are applied behind the converters and are in no matrix.
"""

from collections.abc import Callable
from math import prod

import numpy as np

from simulator.base.errors import InputError
from simulator.workload.onnx import scales
from simulator.workload.onnx.importer import Importer
from simulator.workload.onnx.model import Array, Constant

NONE = 1 << 30
"""Number of an input that no node has."""
GATES = (0, 3, 2, 1)
"""Gates of an LSTM as ONNX stores them, in the order of a layer: input, activation, forget, output."""


def real(importer: Importer, constant: Constant, scale: int, zero: int, axis: int) -> Callable[[], Array]:
    """Values that quantised ones stand for; ``scale``, ``zero``: inputs of the present node, or beyond the last.

    ``axis``: the one along which scales differ.
    """
    factor, origin = importer.constant(scale), importer.constant(zero)
    if (importer.input(scale) and factor is None) or (importer.input(zero) and origin is None):
        return _unknown(importer)

    def values() -> Array:
        size, offset = (None if each is None else each.whole() for each in (factor, origin))
        try:
            return scales.real(constant.whole(), size, offset, axis)
        except ValueError as error:
            raise InputError("its weights have scales of another shape") from error

    return values


def _unknown(importer: Importer) -> Callable[[], Array]:
    error = importer.refused("has weights whose scale is known at a request only")

    def refuse() -> Array:
        raise error

    return refuse


def diagonal(blocks: Array) -> Array:
    """Blocks, shape (blocks, rows, columns), as one matrix that is zero outside them."""
    count, rows, columns = blocks.shape
    found = np.zeros((count, rows, count, columns))
    found[np.arange(count), :, np.arange(count)] = blocks
    return found.reshape(count * rows, count * columns)


def kernel(values: Array, groups: int) -> Array:
    """Of a convolution's weights, shape (outputs, channels of a group, sizes...)."""
    blocks = values.reshape(groups, values.shape[0] // groups, prod(values.shape[1:]))
    return diagonal(blocks.transpose(0, 2, 1))


def spread(values: Array, groups: int) -> Array:
    """Of a transposed convolution's weights, shape (channels, outputs of a group, sizes...)."""
    return diagonal(values.reshape(groups, values.shape[0] // groups, prod(values.shape[1:])))


def gates(values: Array) -> Array:
    """Of an LSTM's weights of a direction, shape (4 hidden, inputs)."""
    hidden, inputs = values.shape[0] // len(GATES), values.shape[1]
    ordered = values.reshape(len(GATES), hidden, inputs)[list(GATES)]
    return ordered.transpose(2, 1, 0).reshape(inputs, len(GATES) * hidden)


def packed() -> Array:
    """Weights of a few bits in the format of ONNX Runtime."""
    raise InputError("its weights are packed, which is not read")
