"""Measures of accuracy: matrix products on a chip, and device models as they are."""

from collections.abc import Callable, Mapping
from itertools import pairwise
from statistics import fmean

import numpy as np

from simulator.base.units import parse
from simulator.functional.device import device
from simulator.functional.gain_cell import response
from simulator.functional.metrics import decibels
from simulator.functional.physics import physics
from simulator.functional.product import Wanted, product
from simulator.measure.accuracy import Row as Found
from simulator.study.accuracy import Asked, accuracy
from simulator.study.case import Case
from simulator.study.published import Product

_YEAR = ("1000 s", "1 h", "1 day", "30 day")
"""From the first published reading on."""
_ONE, _TWO = "tile.crossbar.devices_per_weight=2", "tile.crossbar.devices_per_weight=4"


def _found(case: Case, *settings: str, after: tuple[str, ...] = (), seed: int = 0) -> list[Found]:
    """Errors of the row's product, at its time or at several."""
    asked = case.row.product or Product()
    changed = case.with_settings(*settings)
    tile = changed.file.chip.tile.crossbar
    wanted = Wanted(asked.matrix, asked.inputs, asked.size, asked.vectors, seed, asked.in_sample)
    times = [float(parse(time, "time").magnitude) * 1e-12 for time in after or (asked.after,)]
    only = frozenset({asked.alone}) if asked.alone else None
    data = product(wanted, (int(tile.rows), int(tile.columns)))
    return list(accuracy(changed.file, data, Asked(times, asked.instances, 0, budget=False, only=only)).times)


def _figure(case: Case) -> float:
    asked = case.row.product or Product()
    return fmean(_found(case, seed=n)[0].interval(asked.figure).mean for n in range(asked.draws))


def _rises(case: Case) -> float:
    """1 where the error grows from time to time, and is larger with one device a polarity than with two."""
    one, two = ([_raw(row) for row in _found(case, devices, after=_YEAR)] for devices in (_ONE, _TWO))
    grows = all(early < late for errors in (one, two) for early, late in pairwise(errors))
    return float(grows and all(more > less for more, less in zip(one, two, strict=True)))


def _raw(row: Found) -> float:
    return row.interval("raw").mean


def _of_range(case: Case, *settings: str) -> float:
    """Deviation of results [percent of the largest result]."""
    return 100 * _found(case, *settings)[0].interval("span").mean


_BIT_SERIAL = (
    "tile.input={coding: bit_serial, magnitude_bits: 7, cycle: 5 ns}",
    "tile.adc.bits=4",
)
"""J: seven magnitude bits, about 5 ns and about 4 useful bits each."""


def _weight_deviation(case: Case) -> float:
    """Deviation of a weight [percent of full scale] whose target is ``size`` tenths of 180 counts."""
    model = physics(case.file.chip).device
    assert model.programming is not None
    return 100 * float(model.programming.sigma(np.array([case.row.size / 1800]))[0])


def _cell(stored: float) -> float:
    return float(response(device("gain-cell"), np.ones((1, 1)), np.full((1, 1), stored))[0, 0])


def _slope(case: Case) -> float:
    """Slope of the straight line that fits the cell best over all that it can hold, least squares."""
    stored = np.linspace(0, 0.9, 10_001)
    got = response(device("gain-cell"), np.ones((1, 1)), stored[None])[0]
    return float(np.polyfit(stored, got, 1)[0])


ACCURACY: Mapping[str, Callable[[Case], float]] = {
    "error_percent": lambda case: 100 * _figure(case),
    "snr_db": _figure,
    "error_db": lambda case: decibels(_figure(case)),
    "error_ratio": _figure,
    "error_rises": _rises,
    "deviation_percent_of_range": _of_range,
    "bit_serial_over_pulse_width": lambda case: _of_range(case, *_BIT_SERIAL) / _of_range(case),
    "weight_deviation_percent": _weight_deviation,
    "cell_at_largest": lambda case: _cell(0.9),
    "cell_at_nothing": lambda case: _cell(0.0),
    "cell_slope": _slope,
}
"""Name -> function; units are in the names."""
