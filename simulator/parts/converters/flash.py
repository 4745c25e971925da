"""Flash converter: 2^bits - 1 comparators at once."""

from dataclasses import dataclass
from fractions import Fraction

from simulator.parts.converters.common import Use
from simulator.parts.law import Range, known

BITS = Range(1, 7, "2^bits - 1 comparators; flash converters above 7 bits are not built")

CYCLE = known("1 ns", "time", "assumption", "one comparison at 1 GS/s")
NODE = known(
    "32 nm", "length", "assumption", "the node of Kull et al., ISSCC 2013, whose converter bounds the figures"
)
SUPPLY = known("1 V", "voltage", "assumption", "as the node")
ENERGY = known(
    "0.1 pJ",
    "energy",
    "assumption",
    "a comparator's decision; Kull et al. 2013: 2.58 pJ over 8 decisions with logic",
)
AREA = known(
    "50 um^2", "area", "assumption", "a comparator with its reference tap; Kull et al. 2013: 1500 um^2 in all"
)


@dataclass(frozen=True)
class Flash:
    """Bits and time of a conversion [ps]; energy [pJ] and area [mm^2] of one comparator."""

    bits: int
    cycle: Fraction
    energy_each: Fraction
    area_each: Fraction

    def shortest_read(self) -> Fraction:
        """None: it samples."""
        return Fraction(0)

    def conversion(self) -> Fraction:
        """One cycle, whatever the bits."""
        BITS.check(self.bits, "bits")
        return self.cycle

    def energy(self, use: Use) -> Fraction:
        """Every comparator decides once a conversion."""
        return self.energy_each * self._comparators() * use.conversions * use.columns

    def area(self, converters: int) -> Fraction:
        """Of so many converters."""
        return self.area_each * self._comparators() * converters

    def moved(self) -> bool:
        """Figures are per comparator: nothing is extrapolated."""
        return False

    def _comparators(self) -> int:
        return (1 << self.bits) - 1
