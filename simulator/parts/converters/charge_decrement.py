"""Integrating neuron with charge decrement: samples the column into a capacitor, then takes packets out of it."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from simulator.parts.converters.common import Use
from simulator.parts.law import Range, known

BITS = Range(2, 10, "sign and up to 9 magnitude bits (Wan et al., Nature 608, 504, 2022, ED Fig. 12)")

_FIT = "Wan et al. 2022, ED Fig. 12 as digitised by others: fit to 256 neurons at 1 to 4 input bits"
STEP = known("0.3 us", "time", "derived", f"{_FIT}: 0.3 us a converter step")
NODE = known("130 nm", "length", "source", "Wan et al. 2022")
SUPPLY = known("1.8 V", "voltage", "source", "Wan et al. 2022: neurons at 1.8 V")
STEP_ENERGY = known("0.46 pJ", "energy", "derived", f"{_FIT}: 2.71 and 3.17 pJ for 3 and 4 steps")
SAMPLE_ENERGY = known(
    "0.76 pJ", "energy", "derived", f"{_FIT}: 3.17 and 5.15 pJ for 1 and 3 samples, a step more"
)
AREA = known("1270 um^2", "area", "source", "Wan et al. 2022, ED Fig. 11f as digitised by others: a neuron")


@dataclass(frozen=True)
class ChargeDecrement:
    """Bits, time a step [ps] and search; energy [pJ] of a step and of a sample, area [mm^2] of one.

    ``search``: *binary* halves the packet, a step a bit; *linear* takes equal packets, 2^(bits-1) steps and one for the
    sign at most.
    """

    bits: int
    step: Fraction
    search: Literal["binary", "linear"]
    step_energy: Fraction
    sample_energy: Fraction
    area_each: Fraction

    def shortest_read(self) -> Fraction:
        """None: it integrates samples of a settled voltage."""
        return Fraction(0)

    def conversion(self) -> Fraction:
        """Steps, and one to reset (Wan et al.: 0.3 us a phase)."""
        return self.step * (self._steps() + 1)

    def energy(self, use: Use) -> Fraction:
        """A sample a read, then the steps."""
        steps = self.step_energy * self._steps() * use.conversions
        return (self.sample_energy * use.reads + steps) * use.columns

    def area(self, converters: int) -> Fraction:
        """Of so many; the capacitor stays, whatever the bits."""
        return self.area_each * converters

    def moved(self) -> bool:
        """Figures are per step: nothing is extrapolated."""
        return False

    def _steps(self) -> int:
        BITS.check(self.bits, "bits")
        return self.bits if self.search == "binary" else (1 << self.bits - 1) + 1
