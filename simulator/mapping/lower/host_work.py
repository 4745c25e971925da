"""What the host computes itself: layers without weights, on one processor that all of them share."""

from fractions import Fraction

import numpy as np

from simulator.base.errors import InputError
from simulator.chip.resolve import Hardware
from simulator.program.form import Duration, Int, Work
from simulator.workload.graph import Layer

_LONGEST = 2**61
"""Below, two integers add up within 64 bits."""


def computing(hardware: Hardware, layer: Layer) -> Work:
    """The processor's time for each position of a layer; energy is counted by ``values``, its operations."""
    times = durations(layer, hardware.host.compute or Fraction(1))
    return Work(layer.positions, times, times, values=layer.operations)


def durations(layer: Layer, rate: Fraction) -> Duration:
    """Picoseconds of each position at ``rate`` [op/s], at least one.

    What has been done by the end of a position is rounded up, so that the total is rounded once.
    """
    done = operations(layer, layer.positions)
    each = Fraction(10**12) / rate
    if each * int(done[-1]) > _LONGEST:
        raise InputError(
            "the host computes longer than 2^61 ps an inference",
            field=layer.name,
            value=f"{layer.operations} operations",
        )
    times = np.maximum(np.diff(_ends(done, each), prepend=0), 1)
    return Duration(int(times[0])) if (times == times[0]).all() else Duration(table=times)


def operations(layer: Layer, positions: int) -> Int:
    """Operations done by the end of each position, shape (positions,); a layer that reads the past grows."""
    count, k = layer.positions, np.arange(1, positions + 1, dtype=np.int64)
    whole, rest = divmod(2 * layer.operations - layer.growth * count * (count - 1), 2 * count)
    return np.asarray(k * whole + k * rest // (2 * count) + layer.growth * (k * (k - 1) // 2), np.int64)


def _ends(done: Int, each: Fraction) -> Int:
    """ceil(done * each), exact; shape (positions,)."""
    whole, rest = divmod(each.numerator, each.denominator)
    safe = max(rest * int(done[-1]), each.denominator) < _LONGEST
    shares = done if safe else done.astype(object)
    return np.asarray(done * whole - (-shares * rest) // each.denominator, np.int64)
