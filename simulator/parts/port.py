"""Ports with a data rate."""

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from simulator.base.units import whole_ps

Int = NDArray[np.int64]


def transfer(size: int, rate: Fraction) -> int:
    """Time of ``size`` bytes at ``rate`` [bit/s] in whole ps, rounded up."""
    return whole_ps(Fraction(size * 8 * 10**12) / rate)


def transfers(sizes: Int, rate: Fraction) -> Int:
    """As ``transfer``, for each of ``sizes`` [byte]; exact, of the same shape."""
    byte = Fraction(8 * 10**12) / rate
    exact = sizes if int(sizes.max()) * byte.numerator < 2**62 else sizes.astype(object)
    return np.asarray(-(-exact * byte.numerator // byte.denominator), np.int64)
