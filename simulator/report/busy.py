"""How much of any stretch of time some operations worked."""

import numpy as np
from numpy.typing import NDArray

from simulator.program.form import Int


def busy(start: Int, end: Int, edges: Int) -> NDArray[np.float64]:
    """Mean number of intervals [start, end) that run between successive ``edges``, all [ps]; shape (edges - 1,)."""
    return np.asarray(np.diff(_until(np.sort(start), edges) - _until(np.sort(end), edges)) / np.diff(edges))


def _until(times: Int, edges: Int) -> NDArray[np.float64]:
    """Sum over ``times`` of how long before each edge they were."""
    sums = np.concatenate((np.zeros(1), np.cumsum(times, dtype=float)))
    past = np.searchsorted(times, edges)
    return np.asarray(past * edges.astype(float) - sums[past])
