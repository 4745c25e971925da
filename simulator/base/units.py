"""Physical values, parsed exactly: "133 ns" is 133,000 ps and not a hair more.

Magnitudes are fractions in the base unit of their dimension (see ``BASE``); floats never occur, so that a
time becomes a whole number of picoseconds by one rounding up, in the chip's resolution.
"""

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.base.errors import InputError, did_you_mean, shorten

if TYPE_CHECKING:
    import pint

BASE = {
    "time": "ps",
    "frequency": "Hz",
    "length": "mm",
    "area": "mm^2",
    "energy": "pJ",
    "power": "mW",
    "voltage": "V",
    "current": "uA",
    "conductance": "uS",
    "resistance": "ohm",
    "data": "byte",
    "data rate": "bit/s",
    "operation rate": "op/s",
    "energy per bit": "pJ/bit",
    "energy per bit and length": "pJ/bit/mm",
}
"""Dimension -> the unit in which magnitudes are kept."""

_EXAMPLE = {
    "time": "133 ns",
    "frequency": "400 MHz",
    "length": "14 nm",
    "area": "0.635 mm^2",
    "energy": "110 pJ",
    "power": "101 mW",
    "voltage": "0.85 V",
    "current": "100 uA",
    "conductance": "25 uS",
    "resistance": "0.35 ohm",
    "data": "8 KiB",
    "data rate": "3.2 Gbit/s",
    "operation rate": "2 Top/s",
    "energy per bit": "0.1 pJ/bit",
    "energy per bit and length": "0.1 pJ/bit/mm",
}
_NUMBER = re.compile(r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE]([+-]?\d+))?)\s*(.*)\s*", re.DOTALL)
_LONGEST = 80
_LARGEST_EXPONENT = 99
_UNIT = re.compile(r"[A-Za-zµμΩ%][A-Za-z0-9µμΩ/*^ ]{0,30}")


@dataclass(frozen=True)
class Quantity:
    """A value with its unit as written and where it comes from.

    ``magnitude`` is in the base unit of its dimension (counts: plain). ``label`` is one of source, derived,
    calibrated, assumption, given; ``origin`` says which paper, row or reason.
    """

    magnitude: Fraction
    text: str
    unit: str = ""
    label: str = "given"
    origin: str = ""

    def __int__(self) -> int:
        """Counts as int; refuses what is not whole."""
        if self.magnitude.denominator != 1:
            raise ValueError(f"{self.text} is not a whole number")
        return int(self.magnitude)

    def __float__(self) -> float:
        return float(self.magnitude)

    def labelled(self, label: str, origin: str) -> "Quantity":
        """The same value with another provenance."""
        return replace(self, label=label, origin=origin)


@cache
def _registry() -> "pint.UnitRegistry[Decimal]":
    import pint

    path = Path(__file__).with_name("units.txt")
    return pint.UnitRegistry(str(path), non_int_type=Decimal, cache_folder=None)


def split_number(text: str) -> tuple[Fraction, str] | None:
    """Number and rest of a text such as "133 ns"; None if it does not begin with a number of a usable size."""
    match = _number(text)
    return (Fraction(match[1]), match[3].strip()) if match and not _out_of_range(match) else None


def _number(text: str) -> re.Match[str] | None:
    return _NUMBER.fullmatch(text) if len(text) <= _LONGEST else None


def _out_of_range(match: re.Match[str]) -> bool:
    """Whether the power of ten is beyond use; a fraction would hold all of its digits."""
    return abs(int(match[2] or 0)) > _LARGEST_EXPONENT


def parse(value: object, dimension: str) -> Quantity:
    """A physical value of this dimension, or InputError (rule and remedy; the caller adds the place)."""
    remedy = f"Write it like '{_EXAMPLE[dimension]}'"
    if isinstance(value, Fraction | int | float) and not isinstance(value, bool):
        raise InputError(f"needs a unit ({dimension})", value=value, remedy=remedy)
    match = _number(value) if isinstance(value, str) else None
    if match is None:
        raise InputError(f"must be a number with a unit of {dimension}", value=value, remedy=remedy)
    if _out_of_range(match):
        size = "small" if int(match[2]) < 0 else "large"
        rule = f"is too {size} a number: powers of ten go from -{_LARGEST_EXPONENT} to {_LARGEST_EXPONENT}"
        raise InputError(rule, value=value, remedy=remedy)
    if not (unit := match[3].strip()):
        raise InputError(f"needs a unit ({dimension})", value=value, remedy=remedy)
    return Quantity(Fraction(match[1]) * _factor(unit, dimension), str(value), BASE[dimension])


@cache
def _factor(unit: str, dimension: str) -> Fraction:
    """How many base units one ``unit`` is."""
    import pint

    registry = _registry()
    try:
        if not _UNIT.fullmatch(unit):
            raise ValueError(unit)
        scale = registry.Quantity(Decimal(1), registry.parse_units(unit)).to(BASE[dimension]).magnitude
    except pint.DimensionalityError as error:
        raise InputError(
            f"must be a {dimension}", value=unit, remedy=f"Write it like '{_EXAMPLE[dimension]}'"
        ) from error
    except (pint.PintError, ValueError, TypeError, AttributeError) as error:
        raise InputError(
            f"unknown unit {shorten(unit)}", remedy=f"Write it like '{_EXAMPLE[dimension]}'"
        ) from error
    return Fraction(scale).limit_denominator(10**24)


def count(value: object) -> Quantity:
    """A plain whole number."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**15:
        return Quantity(Fraction(value), str(value))
    raise InputError("must be a whole number without a unit", value=value)


def ratio(value: object) -> Quantity:
    """A plain number without a unit."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Quantity(Fraction(str(value)), str(value))
    raise InputError("must be a number without a unit", value=value)


def whole_ps(time: Fraction) -> int:
    """Picoseconds as an integer, rounded up: the one place where time loses its fraction."""
    return -(-time.numerator // time.denominator)


def known_dimension(name: str) -> str:
    """The name if it is a dimension, else an error with the nearest one."""
    if name not in BASE:
        raise InputError(f"unknown dimension '{name}'", remedy=did_you_mean(name, BASE))
    return name
