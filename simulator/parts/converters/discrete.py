"""Converters that are components on a board: so long, so much energy, whatever the bits; nothing is scaled."""

from dataclasses import dataclass
from fractions import Fraction

from simulator.parts.converters.common import Use
from simulator.parts.law import Range, known

BITS = Range(12, 24, "components up to 24 bits (Linear Technology, LTC2368-24 data sheet)")

_SHEET = "Linear Technology, LTC2378-20 data sheet"
TIME = known("1 us", "time", "source", f"{_SHEET}: 20 bits, 1 Msps")
ENERGY = known(
    "21000 pJ", "energy", "derived", f"{_SHEET}: 21 mW at 1 Msps; the same with 24 bits (LTC2368-24)"
)


@dataclass(frozen=True)
class Discrete:
    """Bits, time [ps] and energy [pJ] of a conversion."""

    bits: int
    time: Fraction
    energy_each: Fraction

    def shortest_read(self) -> Fraction:
        """None: it samples."""
        return Fraction(0)

    def conversion(self) -> Fraction:
        """That of the component."""
        BITS.check(self.bits, "bits")
        return self.time

    def energy(self, use: Use) -> Fraction:
        """Per conversion."""
        return self.energy_each * use.conversions * use.columns

    def area(self, converters: int) -> Fraction:
        """None of the chip's."""
        return Fraction(0)

    def moved(self) -> bool:
        """Nothing is scaled."""
        return False
