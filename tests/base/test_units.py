"""Units of files: pint's own list is long to read, ours must say the same."""

from decimal import Decimal
from pathlib import Path

import pint
import pytest

from simulator.base import units
from simulator.base.errors import InputError
from simulator.base.units import parse

_LINES = Path(units.__file__).with_name("units.txt").read_text().splitlines()
_OURS = {"bit", "byte", "operation"}
"""Of dimensions of their own: bits are no plain numbers here."""


@pytest.fixture(scope="module")
def library() -> "pint.UnitRegistry[Decimal]":
    """Pint with its own definitions."""
    return pint.UnitRegistry(non_int_type=Decimal, cache_folder=None)


def _names() -> list[str]:
    """Every name and symbol, of prefixes with a metre behind them."""
    found = []
    for line in _LINES:
        name, definition, rest = line.partition(" = ")
        if definition and not line.startswith("#") and name not in _OURS:
            found += [
                f"{each[:-1]}m" if each.endswith("-") else each for each in (name, *rest.split(" = ")[1:])
            ]
    return found


@pytest.mark.parametrize("name", _names())
def test_a_unit_is_what_the_library_says(name: str, library: "pint.UnitRegistry[Decimal]") -> None:
    ours, theirs = (
        registry.Quantity(Decimal(1), registry.parse_units(name)).to_root_units()
        for registry in (units._registry(), library)
    )
    assert (ours.magnitude, str(ours.units)) == (
        pytest.approx(theirs.magnitude, rel=Decimal("1e-20")),
        str(theirs.units),
    )


@pytest.mark.parametrize(
    ("text", "dimension"), [("5 GHz", "data rate"), ("1 bit", "operation rate"), ("3 GB", "operation rate")]
)
def test_bits_and_operations_are_no_plain_numbers(text: str, dimension: str) -> None:
    with pytest.raises(InputError, match=f"must be a {dimension}"):
        parse(text, dimension)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "1e400s",
            "is too large a number: powers of ten go from -99 to 99, got '1e400s'. Write it like '133 ns'",
        ),
        ("1e-100 ns", "is too small a number: powers of ten go from -99 to 99, got '1e-100 ns'"),
    ],
)
def test_a_power_of_ten_beyond_use_is_no_unit(text: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(text, "time")
    assert str(caught.value).startswith(told)
    assert units.split_number(text) is None


@pytest.mark.parametrize(("text", "value"), [("1e099 ps", 10**99), (f"{'1' * 40} ps", int("1" * 40))])
def test_all_digits_belong_to_the_number(text: str, value: int) -> None:
    assert parse(text, "time").magnitude == value
