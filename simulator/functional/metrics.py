"""How far results are from exact, and how sure that is."""

from dataclasses import dataclass
from math import inf, log10, sqrt
from statistics import NormalDist, fmean, stdev
from typing import Any

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Errors:
    """Relative L2 errors: as they are (``raw``), after the best single gain, after the best gain a column.

    ``span``: rms of the raw error over the largest exact result.
    """

    raw: float
    gain: float
    column: float
    span: float

    @property
    def snr(self) -> float:
        """Signal over raw error [dB]."""
        return decibels(self.raw)

    @property
    def enob(self) -> float:
        """Effective number of bits of the raw error: (SNR - 1.76) / 6.02."""
        return (self.snr - 1.76) / 6.02


def decibels(error: float) -> float:
    """A relative error as a signal-to-noise ratio."""
    return -20 * log10(error) if error > 0 else inf


def errors(got: Values, exact: Values) -> Errors:
    """Errors of results, shape (MVMs, columns), against exact ones of any size but zero."""
    size = float(np.linalg.norm(exact))
    if size == 0:
        return Errors(*(0.0 if not np.any(got) else inf for _ in range(4)))
    return Errors(
        float(np.linalg.norm(got - exact)) / size,
        float(np.linalg.norm(got * _gain(got, exact, None) - exact)) / size,
        float(np.linalg.norm(got * _gain(got, exact, 0) - exact)) / size,
        float(np.sqrt(np.mean((got - exact) ** 2)) / np.abs(exact).max()),
    )


def _gain(got: Values, exact: Values, axis: int | None) -> Values:
    """What minimises the squared error; 0 where there is no result."""
    power = (got * got).sum(axis=axis)
    return np.asarray((got * exact).sum(axis=axis) / np.where(power > 0, power, 1))


def by_column(got: Values, exact: Values) -> NDArray[np.float64]:
    """Raw error of each column, relative to the rms of all columns."""
    size = np.linalg.norm(exact) / sqrt(exact.shape[1])
    return np.asarray(np.linalg.norm(got - exact, axis=0) / (size if size > 0 else 1.0), np.float64)


@dataclass(frozen=True)
class Interval:
    """Mean over programming instances, and the half width of its 95 % confidence interval (Student's t)."""

    mean: float
    half: float

    @classmethod
    def of(cls, samples: list[float]) -> "Interval":
        """From samples; the half width of one sample is infinite."""
        if len(samples) < 2:
            return cls(fmean(samples), inf)
        return cls(fmean(samples), _student(len(samples) - 1) * stdev(samples) / sqrt(len(samples)))


def _student(freedom: int) -> float:
    """97.5 % quantile of Student's t: expansion in 1 / freedom (Abramowitz and Stegun 26.7.5), 0.2 % from 7 on."""
    z = NormalDist().inv_cdf(0.975)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
    )
    return float(z + sum(term / freedom ** (power + 1) for power, term in enumerate(terms)))
