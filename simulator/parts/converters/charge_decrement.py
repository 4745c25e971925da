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
STEP_ENERGY = known("0.315 pJ", "energy", "derived", f"{_FIT}, with control (scripts/precision.py)")
PLANE_ENERGY = known("1.833 pJ", "energy", "derived", f"{_FIT}, with control (scripts/precision.py)")
AREA = known("1270 um^2", "area", "source", "Wan et al. 2022, ED Fig. 11f as digitised by others: a neuron")


@dataclass(frozen=True)
class ChargeDecrement:
    """Bits, time a step [ps] and search; energy [pJ] of a step and of integrating a plane, area [mm^2] of one.

    ``search``: *binary* halves the packet, a step a bit; *linear* takes equal packets, 2^(bits-1) steps and one for the
    sign at most. ``done``, a number a conversion: so many bits fewer are left to find (Wan et al.: a phase that
    carries on where the one before left off; that the later phase is the shorter is an assumption).
    """

    bits: int
    step: Fraction
    search: Literal["binary", "linear"]
    step_energy: Fraction
    plane_energy: Fraction
    area_each: Fraction
    done: tuple[int, ...] = (0,)

    def shortest_read(self) -> Fraction:
        """None: it integrates samples of a settled voltage."""
        return Fraction(0)

    def conversion(self) -> Fraction:
        """Steps, and one to reset (Wan et al.: 0.3 us a phase); the mean of all phases."""
        return self.step * (self._steps() + 1)

    def energy(self, use: Use) -> Fraction:
        """Planes of bits, then the steps."""
        steps = self.step_energy * self._steps() * use.conversions
        return (self.plane_energy * use.planes + steps) * use.columns

    def area(self, converters: int) -> Fraction:
        """Of so many; the capacitor stays, whatever the bits."""
        return self.area_each * converters

    def moved(self) -> bool:
        """Figures are per step: nothing is extrapolated."""
        return False

    def _steps(self) -> Fraction:
        """Of a conversion, the mean of all phases."""
        BITS.check(self.bits, "bits")
        left = [max(self.bits - done, 1) for done in self.done]
        each = left if self.search == "binary" else [(1 << bits - 1) + 1 for bits in left]
        return Fraction(sum(each), len(each))
