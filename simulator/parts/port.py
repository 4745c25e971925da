"""Ports with a data rate."""

from fractions import Fraction

from simulator.base.units import whole_ps


def transfer(size: int, rate: Fraction) -> int:
    """Time of ``size`` bytes at ``rate`` [bit/s] in whole ps, rounded up."""
    return whole_ps(Fraction(size * 8 * 10**12) / rate)
