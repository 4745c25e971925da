"""A step of a recurrent layer in a global unit: gates of a hidden value side by side, tables for their functions."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.functional import digital

Floats = NDArray[np.floating[Any]]
Values = NDArray[np.float64]


def exact_step(gates: Floats, cell: Floats) -> Values:
    """Hidden values of an LSTM, shape (vectors, hidden): o tanh(f c + i a).

    ``gates``: shape (vectors, 4 hidden), input gate, activation, forget and output gate of each hidden value in turn
    (Le Gallo et al. 2023, Sec. III); ``cell``: states before, shape (vectors, hidden).
    """
    i, a, f, o = (gates[:, number::4] for number in range(4))
    return np.asarray(_sigmoid(o) * np.tanh(_sigmoid(f) * cell + _sigmoid(i) * np.tanh(a)), np.float64)


def unit_step(gates: Floats, cell: Floats) -> Values:
    """The same as the unit computes it: tables of tanh, sigmoid from tanh, half precision all the way."""
    i, a, f, o = (gates[:, number::4].astype(np.float64) for number in range(4))
    kept = _half(digital.sigmoid(f)) * _half(cell)
    state = _half(kept + _half(digital.sigmoid(i)) * _half(digital.tanh(a)))
    return _half(_half(digital.sigmoid(o)) * _half(digital.tanh(state)))


def _sigmoid(value: Floats) -> Floats:
    return np.asarray(0.5 * np.tanh(0.5 * value) + 0.5)


def _half(value: Floats) -> Values:
    return value.astype(np.float16).astype(np.float64)
