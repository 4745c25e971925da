"""On-chip memory: area a bit, energy a bit that grows with the root of the capacity."""

from fractions import Fraction

from simulator.parts.law import Range, known, power_law

SIZE = Range(
    16,
    2**20,
    "8 KiB to 1 MiB: 10, 20, 100 pJ for 8, 32 KiB, 1 MiB (Horowitz, ISSCC 2014); smaller assumed",
    " byte",
)

_HOROWITZ = "Horowitz, ISSCC 2014: 64 bits out of 8 KiB cost 10 pJ at 45 nm, 0.9 V"
NODE = known("45 nm", "length", "source", _HOROWITZ)
SUPPLY = known("0.9 V", "voltage", "source", _HOROWITZ)
CAPACITY = known("8 KiB", "data", "source", _HOROWITZ)
ENERGY = known("0.15625 pJ/bit", "energy per bit", "derived", _HOROWITZ)
BIT_AREA = known(
    "0.75 um^2",
    "area",
    "assumption",
    "0.128 um^2 at 14 nm (0.064 um^2 cells, half of the area cells) at 45 nm",
)


def energy(size: Fraction, anchor: Fraction) -> Fraction:
    """Energy of a bit out of or into ``size`` [byte] over that of the anchor's size: length of bit and word lines."""
    SIZE.check(size, "size")
    return power_law(size / anchor, 0.5)


def area(size: Fraction, bit: Fraction) -> Fraction:
    """Area [mm^2] of ``size`` [byte] at ``bit`` [mm^2] a bit, periphery included."""
    return size * 8 * bit
