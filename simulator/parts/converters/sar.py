"""Successive approximation: a comparison a bit against a capacitive converter that doubles with every bit."""

from dataclasses import dataclass
from fractions import Fraction

from simulator.parts.converters.common import Use
from simulator.parts.law import Range, doublings, known

BITS = Range(2, 12, "the capacitor array is not scaled further (Saberi et al., TCAS-I 58(8), 1736, 2011)")

_KULL = "Kull et al., ISSCC 2013, 26.4: 8 bit, 1.2 GS/s, 3.1 mW, 0.0015 mm^2, 32 nm SOI"
_SPLIT = "of ISAAC's converters for 4 to 10 bits after Saberi et al. 2011: linear and doubling terms"
CYCLE = known("93 ps", "time", "derived", f"{_KULL}: 0.83 ns over 8 comparisons and the sampling")
NODE = known("32 nm", "length", "source", _KULL)
SUPPLY = known("1 V", "voltage", "source", _KULL)
ANCHOR_BITS = known(8, "count", "source", _KULL)
ENERGY = known("2.58 pJ", "energy", "derived", f"{_KULL}; 3.1 mW / 1.2 GS/s")
AREA = known("1500 um^2", "area", "source", _KULL)
ENERGY_SHARE = known(0.07, "ratio", "derived", f"capacitor array's share of the energy {_SPLIT}")
AREA_SHARE = known(0.455, "ratio", "derived", f"capacitor array's share of the area {_SPLIT}")


@dataclass(frozen=True)
class Sar:
    """Bits and time a comparison [ps]; energy [pJ] a conversion and area [mm^2] of one at the anchor's bits.

    The capacitor array's share doubles with every bit, the rest (comparator decisions, logic) is linear in bits.
    """

    bits: int
    cycle: Fraction
    anchor_bits: int
    energy_each: Fraction
    area_each: Fraction
    energy_share: Fraction
    area_share: Fraction

    def shortest_read(self) -> Fraction:
        """None: it samples."""
        return Fraction(0)

    def conversion(self) -> Fraction:
        """A cycle to sample and one a bit."""
        BITS.check(self.bits, "bits")
        return self.cycle * (self.bits + 1)

    def energy(self, use: Use) -> Fraction:
        """Per conversion, however many columns share a converter."""
        return self.energy_each * self._grown(self.energy_share) * use.conversions * use.columns

    def area(self, converters: int) -> Fraction:
        """Of so many converters."""
        return self.area_each * self._grown(self.area_share) * converters

    def moved(self) -> bool:
        """Whether the bits differ from the anchor's."""
        return self.bits != self.anchor_bits

    def _grown(self, share: Fraction) -> Fraction:
        linear = (1 - share) * Fraction(self.bits, self.anchor_bits)
        return linear + share * doublings(self.bits - self.anchor_bits)
