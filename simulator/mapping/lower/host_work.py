"""What the host computes itself: layers without weights, on one processor that all of them share."""

from fractions import Fraction
from functools import lru_cache

import numpy as np

from simulator.base.errors import InputError
from simulator.chip.resolve import Hardware
from simulator.mapping.lower.core_homes import is_heavy
from simulator.program.form import Duration, Int, Work
from simulator.workload.graph import Layer

_LONGEST = 2**61
"""Below, two integers add up within 64 bits."""


def computing(hardware: Hardware, layer: Layer, longest: int = 0) -> Work:
    """The processor's time for each position of a layer; energy is counted by ``values``, its operations.

    ``longest``: of a token, for so many places in its sequence.
    """
    times = durations(layer, _rate(hardware, layer), longest)
    if not (longest and layer.growth):
        return Work(layer.positions, times, times, values=layer.operations)
    return Work(1, times, times, growing=_grown(layer.operations, layer.growth, longest))


def _rate(hardware: Hardware, layer: Layer) -> Fraction:
    """Operations a second of the host's processor, or of a compute core."""
    if hardware.cores is not None:
        return hardware.cores.rates["heavy" if is_heavy(layer) else "light"]
    return hardware.host.compute or Fraction(1)


def durations(layer: Layer, rate: Fraction, longest: int = 0) -> Duration:
    """Picoseconds of each position at ``rate`` [op/s], at least one; ``longest``: see ``computing``.

    What has been done by the end of a position is rounded up, so that the total is rounded once; a token takes as long
    alone as within a whole sequence.
    """
    places = longest if layer.growth and longest else layer.positions
    times = _times(layer.operations, layer.growth, layer.positions, places, rate)
    if times is None:
        raise InputError(
            "the host computes longer than 2^61 ps an inference",
            field=layer.name,
            value=f"{layer.operations} operations",
        )
    return Duration(int(times[0])) if (times == times[0]).all() else Duration(table=times)


@lru_cache(maxsize=512)
def _times(operations: int, growth: int, positions: int, places: int, rate: Fraction) -> Int | None:
    """Picoseconds of each place, one array for all layers alike; None where they are too long."""
    done, each = _done(operations, growth, positions, places), Fraction(10**12) / rate
    if each * int(done[-1]) > _LONGEST:
        return None
    return _kept(np.maximum(np.diff(whole(done, each), prepend=0), 1))


def _done(operations: int, growth: int, positions: int, places: int) -> Int:
    """Operations done by the end of each place, shape (places,): ``operations`` by the end of the last position."""
    k = np.arange(1, places + 1, dtype=np.int64)
    each, rest = divmod(2 * operations - growth * positions * (positions - 1), 2 * positions)
    return np.asarray(k * each + k * rest // (2 * positions) + growth * (k * (k - 1) // 2), np.int64)


@lru_cache(maxsize=512)
def _grown(first: int, growth: int, places: int) -> Int:
    """Operations of each place, shape (places,)."""
    return _kept(first + growth * np.arange(places, dtype=np.int64))


def whole(amounts: Int, each: Fraction) -> Int:
    """ceil(amounts * each), exact, for amounts in rising order; shape of ``amounts``."""
    times, rest = divmod(each.numerator, each.denominator)
    safe = max(rest * int(amounts[-1]), each.denominator) < _LONGEST
    shares = amounts if safe else amounts.astype(object)
    return np.asarray(amounts * times - (-shares * rest) // each.denominator, np.int64)


def _kept(values: Int) -> Int:
    """An array that nobody changes."""
    values.setflags(write=False)
    return values
