"""Memory and interfaces outside the chip: energy a bit."""

from fractions import Fraction
from typing import Literal

from simulator.base.units import Quantity
from simulator.parts.law import known

Interface = Literal["dram", "gddr6", "gddr6x", "hbm2e"]

_MICRON = "Micron, ultra-bandwidth solutions, memory comparison: average device power"
ENERGY: dict[Interface, Quantity] = {
    "dram": known(
        "20.3 pJ/bit", "energy per bit", "derived", "Horowitz, ISSCC 2014: 64 bits cost 1.3 nJ, the lower end"
    ),
    "gddr6": known("7.5 pJ/bit", "energy per bit", "source", _MICRON),
    "gddr6x": known("7.25 pJ/bit", "energy per bit", "source", _MICRON),
    "hbm2e": known("6 pJ/bit", "energy per bit", "source", _MICRON),
}
"""Kind of memory behind the host port -> energy a bit [pJ/bit]."""


def energy(size: int, bit: Fraction) -> Fraction:
    """Energy [pJ] of ``size`` bytes at ``bit`` [pJ/bit]."""
    return size * 8 * bit
