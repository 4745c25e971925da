"""How busy inputs keep an array: what part of its energy follows the data, and how."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal


@dataclass(frozen=True)
class Activity:
    """Inputs of an MVM: ``density``, the share that is not zero, and mean ``magnitude`` over full scale."""

    density: Fraction
    magnitude: Fraction

    @property
    def square(self) -> Fraction:
        """Mean square over full scale, for inputs that are zero or spread evenly about their mean (assumption).

        As wide as they can be within zero and full scale.
        """
        if not self.density:
            return Fraction(0)
        mean = min(self.magnitude / self.density, Fraction(1))
        return self.density * (mean**2 + min(mean, 1 - mean) ** 2 / 3)


@dataclass(frozen=True)
class Factors:
    """Energy over that at the anchor's activity: ``rows`` what is spent a row driven, ``array`` in the devices."""

    rows: Fraction = Fraction(1)
    array: Fraction = Fraction(1)


def factors(
    coding: Literal["pulse_width", "bit_serial", "amplitude"], here: Activity, anchor: Activity
) -> Factors:
    """Devices conduct for as long as pulses last, or by the square of the voltage; bits are driven row by row.

    A row whose input is zero is driven in no bit plane, the others as often as at the anchor (assumption). Counters of
    pulses and converters of voltages work whatever the data.
    """
    density = _over(here.density, anchor.density)
    if coding == "bit_serial":
        return Factors(density, density)
    if coding == "pulse_width":
        return Factors(array=_over(here.magnitude, anchor.magnitude))
    return Factors(array=_over(here.square, anchor.square))


def _over(value: Fraction, anchor: Fraction) -> Fraction:
    return value / anchor if anchor else Fraction(1)
