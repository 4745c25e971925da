"""What all laws share: constants that say where they come from, ranges outside which a law refuses, exact ratios."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from simulator.base.errors import InputError
from simulator.base.units import Quantity, count, parse, ratio


def known(
    value: str | float, dimension: str, label: Literal["source", "derived", "assumption"], origin: str
) -> Quantity:
    """A library constant: ``value`` of a dimension ("count" and "ratio" have no unit) and where it comes from."""
    if isinstance(value, str):
        return parse(value, dimension).labelled(label, origin)
    plain = count(value) if dimension == "count" else ratio(value)
    return plain.labelled(label, origin)


@dataclass(frozen=True)
class Range:
    """Where a law holds, in ``unit``, and what says so."""

    low: float | Fraction
    high: float | Fraction
    origin: str
    unit: str = ""

    def check(self, value: Fraction | int, field: str) -> None:
        """InputError that names range and source if ``value`` of ``field`` is outside."""
        low, high = (Fraction(str(bound)) for bound in (self.low, self.high))
        if not low <= value <= high:
            raise InputError(
                f"must be between {float(low):.10g}{self.unit} and {float(high):.10g}{self.unit}, where the law holds",
                field=field,
                value=f"{float(value):.10g}{self.unit}",
                remedy=f"Range: {self.origin}",
            )


def power_law(ratio: Fraction, exponent: float) -> Fraction:
    """ratio ^ exponent; exactly 1 for a ratio of 1."""
    return Fraction(float(ratio) ** exponent)


def doublings(steps: int) -> Fraction:
    """2 ^ steps, exact for negative steps too."""
    return Fraction(2) ** steps


def picojoule(power: Fraction, time: Fraction) -> Fraction:
    """Energy [pJ] of a power [mW] over a time [ps]: mW x ps = fJ."""
    return power * time / 1000
