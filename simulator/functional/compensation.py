"""Gains from reading known inputs again: an operation that takes time, and is as noisy as any other."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.functional.ages import Ages
from simulator.functional.core import Core, multiply
from simulator.functional.layer import Layer

Values = NDArray[np.float64]

FIRST = 1 << 40
"""Number of the first MVM of a calibration on a tile, beyond those of any workload."""


def compensate(layer: Layer, ages: Ages, vectors: int, *, per_column: bool) -> None:
    """Measure the gain of every piece now and keep it; it is in force until measured again."""
    for column in layer.columns:
        for number, part in enumerate(column.joined):
            cores, now = column.cores[part.start : part.stop], column.ages(part, ages)
            column.gains[number] = gain(cores, now, vectors, per_column=per_column)


def gain(cores: Sequence[Core], ages: Sequence[float], vectors: int, *, per_column: bool) -> Values:
    """What results are to be multiplied with: least squares between products of known inputs and those read.

    Of pieces that share converters; ``ages``: seconds since each was written. Shape (1,) or (columns,). Inputs are
    those of the calibration, again from the first where they are fewer.
    """
    codes = [np.resize(core.known, (vectors, core.lines)) for core in cores]
    known = np.sum([core.product(own) for core, own in zip(cores, codes, strict=True)], axis=0)
    read = multiply(cores, codes, FIRST, ages) * cores[-1].step
    axis = 0 if per_column else None
    shared = np.atleast_1d((known * read).sum(axis=axis))
    power = np.atleast_1d((read * read).sum(axis=axis))
    return np.asarray(np.where(power > 0, shared / np.where(power > 0, power, 1), 1.0), np.float64)
