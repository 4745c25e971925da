from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.base.errors import InputError
from simulator.trace.pattern import (
    MAX_TIME,
    AtOnce,
    Constant,
    Every,
    Given,
    Listed,
    Poisson,
    RequestPattern,
    Uniform,
)


def arrivals(pattern: RequestPattern) -> list[int]:
    return [asked.arrival for asked in pattern.requests()]


def lengths(pattern: RequestPattern) -> list[int | None]:
    return [asked.length for asked in pattern.requests()]


def test_arrivals_at_once_every_and_given():
    assert arrivals(RequestPattern(count=3)) == [0, 0, 0]
    assert arrivals(RequestPattern(count=3, arrivals=Every(250))) == [0, 250, 500]
    assert arrivals(RequestPattern(count=3, arrivals=Given((5, 5, 9)))) == [5, 5, 9]


def test_lengths_constant_and_listed():
    assert lengths(RequestPattern(count=2)) == [None, None]
    assert lengths(RequestPattern(count=2, lengths=Constant(7))) == [7, 7]
    assert lengths(RequestPattern(count=2, lengths=Listed((3, 4)))) == [3, 4]


def test_poisson_has_its_rate_and_depends_on_the_seed_only():
    times = arrivals(RequestPattern(count=20_000, arrivals=Poisson(rate=1e6, seed=3)))
    gaps = [b - a for a, b in zip([0, *times], times, strict=False)]
    assert mean(gaps) == pytest.approx(1e6, rel=0.03)
    assert mean(gap**2 for gap in gaps) == pytest.approx(2e12, rel=0.06)
    assert arrivals(RequestPattern(count=20_000, arrivals=Poisson(rate=1e6, seed=3))) == times
    assert arrivals(RequestPattern(count=20_000, arrivals=Poisson(rate=1e6, seed=4))) != times


def test_more_requests_do_not_move_earlier_ones():
    few = list(RequestPattern(count=5, arrivals=Poisson(10.0), lengths=Uniform(1, 9)).requests())
    many = list(RequestPattern(count=9, arrivals=Poisson(10.0), lengths=Uniform(1, 9)).requests())
    assert many[:5] == few


@given(st.integers(1, 30), st.integers(0, 30), st.integers())
def test_uniform_stays_in_range(low, span, seed):
    got = lengths(RequestPattern(count=50, lengths=Uniform(low, low + span, seed)))
    assert all(low <= length <= low + span for length in got)


def test_uniform_reaches_every_value():
    assert set(lengths(RequestPattern(count=300, lengths=Uniform(3, 6)))) == {3, 4, 5, 6}


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: RequestPattern(count=0), "count: must be 1..1000000, got 0"),
        (lambda: RequestPattern(batch=-1), "batch: must be 1..1000000, got -1"),
        (
            lambda: RequestPattern(count=2000, batch=2000),
            "count * batch: must be at most 1000000, got 4000000",
        ),
        (lambda: Every(0), f"interval: must be 1..{MAX_TIME} ps, got 0"),
        (lambda: Poisson(0.0), "rate: must be 1e-6..1e12 requests/s, got 0.0"),
        (lambda: Poisson(float("nan")), "rate: must be 1e-6..1e12 requests/s, got nan"),
        (lambda: Poisson(float("inf")), "rate: must be 1e-6..1e12 requests/s, got inf"),
        (lambda: Uniform(0, 5), "lengths: must be a range within 1..1048576, got '0..5'"),
        (lambda: Uniform(6, 5), "lengths: must be a range within 1..1048576, got '6..5'"),
        (
            lambda: arrivals(RequestPattern(count=2, arrivals=Given((1,)))),
            "arrivals: must list as many values as there are requests (2), got 1",
        ),
        (
            lambda: arrivals(RequestPattern(count=2, arrivals=Given((3, 1)))),
            "arrivals.1: must not be before the one before it (3 ps), got 1",
        ),
        (
            lambda: arrivals(RequestPattern(arrivals=Given((-1,)))),
            "arrivals.0: must not be before the one before it (0 ps), got -1",
        ),
        (
            lambda: arrivals(RequestPattern(count=3, arrivals=Every(MAX_TIME))),
            f"arrivals.2: must be at most {MAX_TIME} ps, got {2 * MAX_TIME}",
        ),
        (
            lambda: lengths(RequestPattern(count=2, arrivals=AtOnce(), lengths=Listed((1, 2, 3)))),
            "lengths: must list as many values as there are requests (2), got 3",
        ),
    ],
)
def test_refused_patterns(build, message):
    with pytest.raises(InputError) as caught:
        build()
    assert str(caught.value) == message
