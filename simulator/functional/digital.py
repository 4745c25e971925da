"""Arithmetic behind the converters: half precision, few bits between tiles, tables in global units."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Values = NDArray[np.float64]

BINS = 18
"""Bins of the table of a global unit: 17 comparators (Le Gallo et al. 2023, Sec. III)."""
REACH = 3.0
"""Where the table of tanh ends, 0.5 % below one (assumption)."""


def scaled(steps: Floats, gain: Values, *, half: bool) -> Values:
    """Converter steps times a gain, in the local unit's half precision or exactly; shape of ``steps``."""
    if not half:
        return np.asarray(steps * gain, np.float64)
    return np.asarray(steps.astype(np.float16) * gain.astype(np.float16), np.float64)


def added(value: Values, arriving: Values, *, half: bool) -> Values:
    """A value and the partial sum that arrives, in half precision or exactly."""
    total = value + arriving
    return total.astype(np.float16).astype(np.float64) if half else total


def sent(value: Values, bits: int) -> tuple[Values, int]:
    """A partial sum as it travels: whole numbers of ``bits`` with sign, and how many saturated."""
    most = (1 << bits - 1) - 1
    whole = np.rint(value)
    beyond = int((np.abs(whole) > most).sum())
    return np.clip(whole, -most, most), beyond


@cache
def _table() -> tuple[Values, Values, Values]:
    """Comparator levels, slopes and offsets of tanh: chords between even levels (assumption)."""
    levels = np.linspace(-REACH, REACH, BINS - 1)
    values = np.tanh(levels)
    slopes = np.concatenate(([0.0], np.diff(values) / np.diff(levels), [0.0]))
    anchors = np.concatenate((levels[:1], levels))
    offsets = np.concatenate((values[:1], values)) - slopes * anchors
    return levels, slopes, offsets


def tanh(value: Values) -> Values:
    """tanh by table: bin, slope and offset, all in half precision. Within 0.02 of tanh."""
    levels, slopes, offsets = _table()
    chosen = np.searchsorted(levels, value, side="right")
    low = value.astype(np.float16)
    product = low * slopes[chosen].astype(np.float16)
    return np.asarray(product + offsets[chosen].astype(np.float16), np.float64)


def sigmoid(value: Values) -> Values:
    """Sigmoid as the same table scaled: 0.5 tanh(value / 2) + 0.5."""
    return tanh(value * 0.5) * 0.5 + 0.5
