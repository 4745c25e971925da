"""Compute cores beside the tiles: operations on activations, whatever they are, at a rate; area grows with the rate."""

from fractions import Fraction

from simulator.parts.law import Range, known

GROWTH = Range(0.01, 100, "cores as copies of one datapath (assumption)")

_HOROWITZ = "Horowitz, ISSCC 2014: 16-bit floating-point multiply 1.1 pJ, add 0.4 pJ at 45 nm, 0.9 V"
NODE = known("45 nm", "length", "source", _HOROWITZ)
SUPPLY = known("0.9 V", "voltage", "source", _HOROWITZ)
RATE = known("100 Gop/s", "operation rate", "assumption", "a datapath of 100 lanes at 1 GHz")
ENERGY = known(
    "2 pJ", "energy", "assumption", f"{_HOROWITZ}; registers and control as much as multiply and add"
)
AREA = known(
    "0.9 mm^2",
    "area",
    "assumption",
    "100 multipliers and adders of 3000 um^2 at 45 nm, three times for the rest",
)


def area(rate: Fraction, anchor: Fraction) -> Fraction:
    """Area of a core over the anchor's: datapaths in proportion to operations a second."""
    GROWTH.check(rate / anchor, "rate")
    return rate / anchor
