"""Leakage of what is on: power of the anchor, per area of CMOS and volt of supply."""

from fractions import Fraction


def power(anchor: Fraction, area: Fraction, anchor_area: Fraction, supply: Fraction) -> Fraction:
    """Leakage [mW] of ``area`` [mm^2, as if at the anchor's node]; ``supply`` over the anchor's.

    A transistor leaks the same current at every node (assumption); non-volatile cells do not leak.
    """
    return anchor * area / anchor_area * supply
