"""Node and supply: the published tables, in between, and outside."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from simulator.base.errors import InputError
from simulator.parts import technology
from simulator.parts.technology import HIGHEST, LOWEST, SUPPLY, Point

NODES = sorted(SUPPLY)


def nominal(node: int) -> Point:
    return Point(Fraction(node), Fraction(SUPPLY[node]))


def test_no_scaling_at_the_same_point_even_outside_the_tables() -> None:
    odd = Point(Fraction(3), Fraction(5))
    assert technology.area(odd, odd) == technology.energy(odd, odd) == technology.speed(odd, odd) == 1


@pytest.mark.parametrize(
    ("old", "new", "factor"), [(45, 14, 0.17), (14, 7, 0.34), (130, 65, 0.23), (32, 45, 2.2)]
)
def test_areas_are_those_of_the_published_table(old: int, new: int, factor: float) -> None:
    """Stillmaker and Baas give two digits for each pair; one column of their table makes all pairs within those."""
    assert float(technology.area(nominal(old), nominal(new))) == pytest.approx(factor, rel=0.04)


def test_an_energy_factor_by_hand() -> None:
    """14 nm from 0.8 to 0.7 V: (0.2363 V^2 - 0.09675 V + 0.02239) at both."""
    old, new = (0.2363 * v**2 - 0.09675 * v + 0.02239 for v in (0.8, 0.7))
    scaled = technology.energy(nominal(14), Point(Fraction(14), Fraction(7, 10)))
    assert float(scaled) == pytest.approx(new / old, rel=1e-12)


@given(st.integers(7, 180), st.integers(7, 180))
def test_smaller_nodes_are_smaller(one: int, other: int) -> None:
    assume(one < other)
    low, high = Point(Fraction(one), Fraction(1)), Point(Fraction(other), Fraction(1))
    assert technology.area(high, low) < 1
    assert technology.area(low, high) * technology.area(high, low) == pytest.approx(1)


@given(st.sampled_from(NODES), st.fractions(LOWEST, HIGHEST), st.fractions(LOWEST, HIGHEST))
def test_a_higher_supply_costs_energy_and_buys_speed(node: int, one: Fraction, other: Fraction) -> None:
    assume(one < other)
    low, high = (Point(Fraction(node), nominal(node).supply * times) for times in (one, other))
    assert technology.energy(low, high) > 1
    assert technology.speed(low, high) > 1


@pytest.mark.parametrize(("point", "field", "text"), [
    (Point(Fraction(5), Fraction(7, 10)), "node", "between 7 nm and 180 nm"),
    (Point(Fraction(14), Fraction(2)), "supply", "between 0.48 V and 1.12 V"),
])  # fmt: skip
def test_outside_the_tables_is_refused_with_range_and_source(point: Point, field: str, text: str) -> None:
    with pytest.raises(InputError, match="Stillmaker and Baas") as caught:
        technology.energy(nominal(14), point)
    assert caught.value.field == field
    assert text in str(caught.value)
