"""Wires between tiles: energy a bit and millimetre, and how far a signal gets in a cycle."""

from fractions import Fraction

from simulator.parts.law import Range, known, power_law

_KECKLER = "Keckler et al., IEEE Micro 31(5), 7, 2011, Table 1: 310 pJ for 256 bits over 10 mm, 40 nm, 0.9 V"
ENERGY = known("0.12109375 pJ/bit/mm", "energy per bit and length", "derived", _KECKLER)
SUPPLY = known("0.9 V", "voltage", "source", _KECKLER)
NODE = known("40 nm", "length", "source", _KECKLER)
DELAY = known("100 ps", "time", "assumption", "a millimetre of repeated wire")

LENGTH = Range(0.05, 30, "repeated wires within a die (Keckler et al. 2011: 10 mm)", " mm")


def pitch(anchor: Fraction, tile: Fraction, anchor_tile: Fraction) -> Fraction:
    """Distance of neighbouring tiles [mm]: side of a tile that grew from ``anchor_tile`` to ``tile`` [mm^2]."""
    return anchor * power_law(tile / anchor_tile, 0.5)


def bit_energy(anchor: Fraction, supply: Fraction, anchor_supply: Fraction, length: Fraction) -> Fraction:
    """Energy of a bit [pJ] over ``length`` [mm]; ``anchor`` [pJ/bit/mm] at ``anchor_supply``.

    C V^2; capacitance a millimetre is about the same at every node (Keckler et al. 2011).
    """
    LENGTH.check(length, "pitch")
    return anchor * (supply / anchor_supply) ** 2 * length


def cycles(length: Fraction, delay: Fraction, period: int) -> int:
    """Whole clock cycles of ``period`` [ps] that a signal needs for ``length`` [mm] at ``delay`` [ps/mm]."""
    return max(1, -(-(length * delay) // period).__int__())
