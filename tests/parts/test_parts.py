"""Arithmetic of parts at the published points."""

from fractions import Fraction

import pytest

from simulator.parts.integration import pulse, window
from simulator.parts.port import transfer
from simulator.parts.streaming import Streaming, link


def test_one_phase_model_gives_both_published_mvm_times() -> None:
    longest = pulse(7, Fraction(1000))
    assert longest == 128_000
    assert [window(n, longest, Fraction(1000), Fraction(4000)) for n in (1, 4)] == [133_000, 520_000]


def test_a_streaming_unit_takes_an_element_a_cycle_and_is_deep() -> None:
    unit = Streaming(period=2500, cycles=1, depth=21)
    assert unit.occupancy(224) == 224 * 2500
    assert unit.latency(1) == unit.first_out == 21 * 2500
    assert unit.latency(224) == (223 + 21) * 2500


@pytest.mark.parametrize(("lanes", "cycles"), [(16, 1), (8, 1), (7, 2), (4, 2), (1, 8)])
def test_a_link_needs_a_cycle_per_lanes_bits(lanes: int, cycles: int) -> None:
    assert link(2500, lanes, 1).occupancy(252) == 252 * cycles * 2500


def test_a_transfer_is_rounded_up_once() -> None:
    assert transfer(252, Fraction(25_600_000_000)) == 78_750
    assert transfer(1, Fraction(3_000_000_000_000)) == 3
