"""Charge to duration: a capacitor a column against one ramp a tile; no digit arises in the tile."""

from dataclasses import dataclass
from fractions import Fraction

from simulator.parts.converters.common import Use
from simulator.parts.law import Range, doublings, known, picojoule

BITS = Range(1, 10, "2^bits steps of a ramp; built with 8 bits (Ambrogio et al. 2023)")

_CHIP = "34-tile chip (Ambrogio et al., Nature 620, 768, 2023)"
LSB = known("1 ns", "time", "assumption", f"{_CHIP}: 256 steps within its 300 ns; the clock is not published")
NODE = known("14 nm", "length", "source", f"{_CHIP}, Methods")
SUPPLY = known("0.8 V", "voltage", "source", f"{_CHIP}, Methods: 1.5, 0.8 and 1.8 V in inference")
INTEGRATOR = known(
    "0.0537 mW",
    "power",
    "assumption",
    f"{_CHIP}: half of the 16.5 nJ an MVM that go with the window, over 512 columns and 300 ns",
)
COMPARATOR = known(
    "0.074 mW",
    "power",
    "derived",
    f"{_CHIP}: 26.2 nJ an MVM at 20 TOPS/W less 16.5 nJ, over 512 columns and 256 ns",
)
AREA = known("600 um^2", "area", "assumption", "half of a converter of the 64-core chip: no counters")


@dataclass(frozen=True)
class Duration:
    """Bits, step of the ramp [ps]; powers [mW] of amplifier with mirror and of comparator with its share of the ramp,
    area [mm^2] of a column."""

    bits: int
    lsb_time: Fraction
    integrator: Fraction
    comparator: Fraction
    area_each: Fraction

    def shortest_read(self) -> Fraction:
        """None: the charge of a read of any length stays on the capacitor."""
        return Fraction(0)

    def conversion(self) -> Fraction:
        """None within an MVM: durations leave in the step after it (``generation``)."""
        return Fraction(0)

    def generation(self) -> Fraction:
        """2^bits steps of the ramp [ps]."""
        BITS.check(self.bits, "bits")
        return self.lsb_time * doublings(self.bits)

    def energy(self, use: Use) -> Fraction:
        """Amplifiers as long as the array is on, comparators for one ramp, whatever the phases that add up before."""
        integrating = picojoule(self.integrator, use.active)
        return use.columns * (integrating + picojoule(self.comparator, self.generation()))

    def area(self, converters: int) -> Fraction:
        """Of so many columns; a longer ramp takes no more."""
        return self.area_each * converters

    def moved(self) -> bool:
        """Energy is power x time: nothing is extrapolated."""
        return False
