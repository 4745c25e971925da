"""Products of whole numbers bit by bit: a bit of the inputs drives rows, a bit of the weights is a cell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Int = NDArray[np.int64]


@dataclass(frozen=True)
class BitProduct:
    """Values of ``bits`` in two's complement, ``at_once`` rows of an array of ``rows`` a read.

    A converter of ``converter_bits`` tells sums from 0 to 2^converter_bits - 1 apart and gives the largest for all
    beyond. How Wang et al. 2025 encode digits is not known: that a read must not exceed the converter is a hypothesis.
    """

    bits: int
    rows: int
    at_once: int
    converter_bits: int

    def product(self, inputs: Int, weights: Int) -> Int:
        """Inputs (vectors, rows) times weights (rows, columns), shape (vectors, columns); exact without noise where no
        sum of a read is beyond the converter."""
        places = self._places()
        drives, cells = self._planes(inputs), self._planes(weights)
        total = np.zeros((len(inputs), weights.shape[1]), np.int64)
        for group in self._groups(len(weights)):
            for drive, high in zip(drives, places, strict=True):
                for cell, low in zip(cells, places, strict=True):
                    total += high * low * self._converted(drive[:, group] @ cell[group])
        return total

    def _groups(self, rows: int) -> list[slice]:
        """Rows that are driven together, none beyond the end of an array."""
        starts = (
            (begin, start)
            for begin in range(0, rows, self.rows)
            for start in range(begin, min(begin + self.rows, rows), self.at_once)
        )
        return [slice(start, min(start + self.at_once, begin + self.rows, rows)) for begin, start in starts]

    def _converted(self, sums: Int) -> Int:
        return np.minimum(sums, (1 << self.converter_bits) - 1)

    def _places(self) -> list[int]:
        """Value of each bit, the sign's negative."""
        return [1 << place for place in range(self.bits - 1)] + [-(1 << self.bits - 1)]

    def _planes(self, values: Int) -> list[Int]:
        return [values >> place & 1 for place in range(self.bits)]
