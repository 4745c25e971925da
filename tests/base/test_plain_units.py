"""The short cut to common units says what the library says."""

from itertools import product

import pytest

from simulator.base import plain_units, units
from simulator.base.errors import InputError

PREFIXES = ("", "f", "p", "n", "u", "m", "k", "M", "G", "T")
WRITTEN = {
    "time": ("s",),
    "frequency": ("Hz",),
    "length": ("m",),
    "area": ("m^2",),
    "energy": ("J",),
    "power": ("W",),
    "voltage": ("V",),
    "current": ("A",),
    "conductance": ("S",),
    "resistance": ("ohm",),
    "data": ("bit",),
    "data rate": ("bit/s", "bit/us"),
    "operation rate": ("op/s", "op/ns"),
    "energy per bit": ("J/bit", "J/byte", "J/KiB"),
    "energy per bit and length": ("J/bit/mm", "J/byte/um"),
}


@pytest.mark.parametrize("dimension", units.BASE)
def test_same_factor_as_the_library(dimension: str) -> None:
    written = [prefix + unit for prefix, unit in product(PREFIXES, WRITTEN[dimension])]
    written += {"data": ["byte", "KiB", "MiB"], "data rate": ["KiB/s", "byte/ns"]}.get(dimension, [])
    for unit in written:
        assert plain_units.factor(unit, units.BASE[dimension]) == units._look_up(unit, dimension), unit


@pytest.mark.parametrize(
    "unit", ["min", "inch", "eV", "mm^4", "byte^2", "kKiB", "GB", "mm*mm", "m m", "", "/s", "parsec"]
)
def test_what_it_does_not_know_is_left_to_the_library(unit: str) -> None:
    assert all(plain_units.factor(unit, base) is None for base in units.BASE.values())


def test_another_dimension_is_left_to_the_library() -> None:
    assert plain_units.factor("ns", "mm") is None
    with pytest.raises(InputError, match="must be a length"):
        units.parse("3 ns", "length")
    assert units.parse("2 min", "time").magnitude == 120 * 10**12
