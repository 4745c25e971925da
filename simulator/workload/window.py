"""Which input positions an output position reads, as whole arrays, without a loop over positions.

Positions are raster indices. A window is the product of one interval of taps per dimension, so everything is
computed per dimension and combined by outer sums and products.
"""

from math import gcd
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from simulator.workload.graph import Layer, Window

Int = NDArray[np.int64]

NOTHING = -1
"""Stands for an output position that reads padding only."""


class Values(NamedTuple):
    """Input values per output position.

    ``im2col`` is the whole window, padding included (the rows of the matrix); ``new`` leaves out padding and what
    an earlier output position has read already.
    """

    im2col: Int
    new: Int


def first_read(layer: Layer, source: Layer) -> Int:
    """Lowest raster index of ``source`` that each output position of ``layer`` reads, shape (positions,).

    At the upper and left border padding cuts windows, so the sequence need not rise everywhere.
    """
    return _extreme(layer, source, last=False)


def last_read(layer: Layer, source: Layer) -> Int:
    """Highest raster index of ``source`` that each output position of ``layer`` reads, shape (positions,).

    At the lower border padding cuts windows, so the sequence need not rise everywhere; a reader that takes its
    positions in order needs the running maximum.
    """
    return _extreme(layer, source, last=True)


def values_read(layer: Layer, source: Layer) -> Values:
    """How many values of ``source`` each output position of ``layer`` reads, in all and for the first time."""
    window = layer.window
    if window is None:
        each = np.full(layer.positions, source.positions // layer.positions * source.width, np.int64)
        return Values(each, each)
    new = np.full(1, source.width, np.int64)
    for dimension in range(len(layer.grid)):
        new = np.multiply.outer(new, _newly_read(window, dimension, layer, source)).ravel()
    volume = source.width * int(np.prod(window.kernel))
    return Values(np.full(layer.positions, volume, np.int64), new)


def _extreme(layer: Layer, source: Layer, *, last: bool) -> Int:
    if layer.window is None:
        return _plain(layer, source, last=last)
    index, inside = np.zeros(1, np.int64), np.ones(1, np.bool_)
    for dimension, size in enumerate(source.grid):
        low, high = _taps(layer.window, dimension, layer.grid[dimension], size)
        start = np.arange(layer.grid[dimension]) * layer.window.stride[dimension]
        tap = high if last else low
        position = start - layer.window.padding[dimension] + tap * layer.window.dilation[dimension]
        index = np.add.outer(index * size, position).ravel()
        inside = np.logical_and.outer(inside, low <= high).ravel()
    return np.where(inside, index, NOTHING)


def _plain(layer: Layer, source: Layer, *, last: bool) -> Int:
    """Position by position, or everything at once."""
    if layer.positions == source.positions:
        return np.arange(layer.positions, dtype=np.int64)
    return np.full(layer.positions, source.positions - 1 if last else 0, np.int64)


def _taps(window: Window, dimension: int, outputs: int, size: int) -> tuple[Int, Int]:
    """First and last tap of the kernel that falls inside the input, per output; first > last: none does."""
    dilation = window.dilation[dimension]
    start = np.arange(outputs) * window.stride[dimension] - window.padding[dimension]
    low = np.maximum(-(start // dilation), 0)
    high = np.minimum((size - 1 - start) // dilation, window.kernel[dimension] - 1)
    return low, high


def _newly_read(window: Window, dimension: int, layer: Layer, source: Layer) -> Int:
    """How many input coordinates each output coordinate is the first to read.

    Output o reads coordinate y if stride * o + dilation * t = y + padding for a tap t; the smallest such o solves a
    congruence, at or above the first window that reaches as far as y.
    """
    kernel, stride = window.kernel[dimension], window.stride[dimension]
    dilation, outputs = window.dilation[dimension], layer.grid[dimension]
    target = np.arange(source.grid[dimension]) + window.padding[dimension]
    common = gcd(stride, dilation)
    period = dilation // common
    inverse = pow(stride // common, -1, period)
    lowest = np.maximum(-((dilation * (kernel - 1) - target) // stride), 0)
    first = lowest + (target // common * inverse - lowest) % period
    read = (target % common == 0) & (first < outputs) & (first * stride <= target)
    return np.bincount(first[read], minlength=outputs)
