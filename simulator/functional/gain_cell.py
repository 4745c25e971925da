"""Attention on gain cells: a stored voltage steers a current, pulses are inputs (Leroux et al. 2025)."""

import numpy as np
from numpy.typing import NDArray

from simulator.base.errors import InputError
from simulator.functional.device import CellTransfer, Device

Values = NDArray[np.float64]

INPUT_LEVELS, STORED_LEVELS, OUTPUT_LEVELS = 16, 8, 32
"""Of inputs on 0..1, of what is stored on 0..0.9, of results on -1..1 (authors' repository)."""
SATURATION = {"scores": 80.0, "values": 40.0}
"""Sum that a result of one stands for, in the product with keys and in that with values (authors' repository)."""


def response(model: Device, pulses: Values, stored: Values, age: Values | None = None) -> Values:
    """Sums of currents, pulses (.., rows) times cells (rows, columns): x P((w - offset) d), P of third order.

    ``age``: tokens since each row was written, shape (rows,); what is stored falls towards the offset by
    d = exp(-decay age). Units are the authors'.
    """
    law = _law(model)
    left = np.ones(len(stored)) if age is None else np.exp(-law.decay * age)
    centred = (stored - law.offset) * left[:, None]
    total = np.zeros(np.broadcast_shapes(pulses.shape[:-1], ()) + stored.shape[1:])
    for power, coefficients in enumerate(law.coefficients):
        share = sum(c * law.pulse**j for j, c in enumerate(coefficients))
        total = total + share * (pulses @ centred**power)
    return np.asarray(total, np.float64)


def hard_sigmoid(sums: Values) -> Values:
    """Scores on 0..1 from sums with keys: nothing below zero, one from the saturation on."""
    return np.clip(sums / SATURATION["scores"], 0, 1)


def saturated(sums: Values) -> Values:
    """Results on -1..1 from sums with values."""
    return np.clip(sums / SATURATION["values"], -1, 1)


def rounded(values: Values, levels: int, low: float, high: float) -> Values:
    """To the nearest of so many even levels from ``low`` to ``high``."""
    step = (high - low) / (levels - 1)
    return np.asarray(low + np.rint((np.clip(values, low, high) - low) / step) * step, np.float64)


def _law(model: Device) -> CellTransfer:
    if model.transfer is None:
        raise InputError("says nothing of a cell's transfer", field="device", value=model.name)
    return model.transfer
