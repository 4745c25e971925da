"""The time of an MVM: what follows what, and what overlaps."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.parts.integration import Mvm

HERMES = Mvm(1, 1, 1, Fraction(128_000), Fraction(1000), Fraction(4000), Fraction(0), False, False)
"""The 64-core chip in one-phase mode: converters count while the pulses last."""


@pytest.mark.parametrize(("phases", "window"), [(1, 133_000), (4, 520_000)])
def test_one_phase_model_gives_both_published_mvm_times(phases: int, window: int) -> None:
    mvm = replace(HERMES, phases=phases)
    assert mvm.occupancy == mvm.latency == mvm.active == window


def test_without_samplers_conversions_follow_and_the_array_is_held() -> None:
    mvm = replace(HERMES, phases=2, conversion=Fraction(10_000), held=True)
    assert mvm.occupancy == mvm.latency == mvm.active == 4000 + 2 * (129_000 + 10_000)


@pytest.mark.parametrize(("conversion", "occupancy", "latency"), [
    (10_000, 4000 + 2 * 129_000, 4000 + 2 * 129_000 + 10_000),
    (200_000, 4000 + 2 * 200_000, 4000 + 129_000 + 2 * 200_000),
])  # fmt: skip
def test_with_samplers_the_slower_sets_the_pace(conversion: int, occupancy: int, latency: int) -> None:
    mvm = replace(HERMES, phases=2, conversion=Fraction(conversion), sampled=True)
    assert (mvm.occupancy, mvm.latency) == (occupancy, latency)
    assert mvm.active == 4000 + 2 * 129_000


def test_weighted_reads_share_one_conversion() -> None:
    """Bit-serial with analog accumulation, as in Wan et al.: 7 reads of 0.27 us and 7 steps of 0.3 us."""
    mvm = Mvm(1, 7, 1, Fraction(270_000), Fraction(0), Fraction(0), Fraction(2_100_000), False, False)
    assert mvm.occupancy == 7 * 270_000 + 2_100_000
    assert mvm.active == 7 * 270_000


times = st.integers(0, 10**6).map(Fraction)


@given(st.integers(1, 8), st.integers(1, 8), st.tuples(times, times, times, times))
def test_samplers_never_slow_down_and_never_finish_before_the_work(
    phases: int, reads: int, durations: tuple[Fraction, Fraction, Fraction, Fraction]
) -> None:
    read, gap, fixed, conversion = durations
    mvm = Mvm(phases, reads, reads, read, gap, fixed, conversion, False, True)
    sampled = replace(mvm, sampled=True, held=False)
    work = fixed + phases * reads * max(read + gap, conversion)
    assert work <= sampled.occupancy <= sampled.latency <= mvm.latency == mvm.occupancy
    assert sampled.active <= mvm.active
