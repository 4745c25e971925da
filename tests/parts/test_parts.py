"""Units that stream, and ports."""

from fractions import Fraction

import pytest

from simulator.parts.port import transfer
from simulator.parts.streaming import Streaming, link


def test_a_streaming_unit_takes_an_element_a_cycle_and_is_deep() -> None:
    unit = Streaming(period=2500, cycles=1, depth=21)
    assert unit.occupancy(224) == 224 * 2500
    assert unit.latency(1) == unit.first_out == 21 * 2500
    assert unit.latency(224) == (223 + 21) * 2500


@pytest.mark.parametrize(
    ("lanes", "cycles"), [(1, 252 * 8), (4, 252 * 2), (7, 252 * 2), (8, 252), (15, 252), (16, 126), (64, 32)]
)
def test_a_link_takes_cycles_a_byte_or_bytes_a_cycle(lanes: int, cycles: int) -> None:
    assert link(2500, lanes, 1).occupancy(252) == cycles * 2500


def test_lanes_take_elements_side_by_side() -> None:
    unit = Streaming(period=2500, cycles=2, depth=21, lanes=4)
    assert unit.occupancy(9) == 3 * 2 * 2500
    assert unit.latency(9) == (2 * 2 + 21) * 2500


def test_a_transfer_is_rounded_up_once() -> None:
    assert transfer(252, Fraction(25_600_000_000)) == 78_750
    assert transfer(1, Fraction(3_000_000_000_000)) == 3
