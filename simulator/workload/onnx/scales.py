"""What quantised values stand for: less the zero, times the scale, each one number or one an entry of an axis."""

from collections.abc import Sequence

import numpy as np

from simulator.workload.onnx.model import Array


def real(values: Array, scale: Array | None, zero: Array | None, axis: int) -> Array:
    """In double precision. ``ValueError`` for scales that do not fit."""
    found = np.asarray(values, np.float64)
    if zero is not None:
        found = found - _along(zero, found.shape, axis)
    return found if scale is None else found * _along(scale, found.shape, axis)


def _along(values: Array, shape: Sequence[int], axis: int) -> Array:
    whole = np.asarray(values, np.float64)
    if whole.size == 1:
        return whole.reshape((1,) * len(shape))
    return whole.reshape([size if place == axis % len(shape) else 1 for place, size in enumerate(shape)])
