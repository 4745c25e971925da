"""Matrices that are not trained: what a crossbar holds when it multiplies, transforms or reconstructs."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.base.explain import RuleError
from simulator.workload.graph import Layer

Floats = NDArray[np.float64]
MOST = 2**24
"""Most entries of such a matrix."""
_SEED = 20240911
_ROUNDS = 50
"""Rounds of row and column scaling; 64 x 64 positive entries are doubly stochastic to 1e-12 after ten."""


def check(kind: str, rows: int, columns: int) -> None:
    """Raise ``RuleError`` for a shape that a kind of matrix cannot have."""
    shape = f"{rows} x {columns}"
    if rows * columns > MOST:
        raise RuleError(f"must have at most {MOST} entries", path=("entries",), value=shape)
    if kind != "random" and rows != columns:
        raise RuleError(f"a {kind} matrix has as many rows as columns", path=("entries",), value=shape)
    if kind == "complex_fourier" and rows % 2:
        raise RuleError("complex vectors have an even number of values", path=("entries",), value=rows)


def entries(kind: str, rows: int, columns: int, seed: int = _SEED) -> Floats:
    """The matrix of a kind of ``workload.schema.Entries``, shape (rows, columns).

    *random*: evenly spread over 0 to 1. *symmetric*: the same, mirrored. *doubly_stochastic*: rows and columns add up
    to 1 (Sinkhorn, Ann. Math. Statist. 35, 876, 1964). *cosine*, *sine*: real and imaginary part of a Fourier
    transform. *complex_fourier*: of complex vectors, real parts before imaginary ones. Raises ``RuleError`` where the
    shape does not suit.
    """
    check(kind, rows, columns)
    random = np.random.default_rng(seed).random((rows, columns))
    if kind == "random":
        return random
    if kind == "symmetric":
        return np.asarray((random + random.T) / 2)
    if kind == "doubly_stochastic":
        for _ in range(_ROUNDS):
            random /= random.sum(axis=1, keepdims=True)
            random /= random.sum(axis=0, keepdims=True)
        return random
    return _fourier(kind, rows)


def _fourier(kind: str, size: int) -> Floats:
    points = size // 2 if kind == "complex_fourier" else size
    angle = 2 * np.pi * np.outer(np.arange(points), np.arange(points)) / points
    real, imaginary = np.cos(angle), -np.sin(angle)
    if kind == "cosine":
        return np.asarray(real)
    if kind == "sine":
        return np.asarray(imaginary)
    return np.block([[real, imaginary], [-imaginary, real]])


def mean_level(layer: Layer) -> float | None:
    """Mean conductance of a layer's devices over their window, its entries spread from lowest to highest level.

    None for trained weights, of which nothing is known.
    """
    kind = layer.attributes.get("entries")
    if kind is None:
        return None
    return _level(str(kind), layer.matrices[0].rows, layer.matrices[0].columns)


@cache
def _level(kind: str, rows: int, columns: int) -> float:
    matrix = entries(kind, rows, columns)
    low, high = float(matrix.min()), float(matrix.max())
    return float((matrix.mean() - low) / (high - low)) if high > low else 0.5
