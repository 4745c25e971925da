"""Attention on crossbars whose operands are set by switches, read bit by bit from a large memory (Wang et al. 2025)."""

from dataclasses import dataclass

import numpy as np

from simulator.parts.attention.digital import Int, Memory


@dataclass(frozen=True)
class ComputationCrossbar(Memory):
    """``crossbars`` a head and position, of ``rows`` by ``columns`` cells; ``abreast`` positions at a time.

    Values of ``bits`` take a column a bit and a read a bit; ``at_once`` rows are driven in a read, after which a
    converter takes ``conversion`` [ps] for each column in turn. ``set``: a row of operands [ps]; ``write``: a vector
    into the memory [ps]; a softmax value is ``softmax`` products; ``drain``: from the last result to the next stage.
    """

    crossbars: int
    abreast: int
    rows: int
    columns: int
    bits: int
    at_once: int
    conversion: int
    set: int
    write: int
    softmax: int
    drain: int

    @property
    def alone(self) -> bool:
        """See ``Unit``."""
        return True

    def beside(self, stage: str) -> tuple[str, ...]:
        """See ``Unit``: all stages are done by the same crossbars."""
        return (*super().beside(stage), "crossbars") if stage != "between" else ()

    def written(self, size: int) -> int:
        """See ``Memory``."""
        return max(super().written(size), self.write)

    def product(self, inner: Int, outer: Int, heads: int) -> Int:
        """Picoseconds of a product of a vector and a matrix a head, shape of the sides ``inner`` x ``outer``.

        What does not fit the crossbars is set and read in turns.
        """
        height, width = np.minimum(inner, self.rows), np.minimum(outer * self.bits, self.columns)
        arrays = -(-inner // self.rows) * -(-outer * self.bits // self.columns)
        reads = self.bits * -(-height // self.at_once)
        each = reads * width * self.conversion + height * self.set
        return np.asarray(-(-arrays // self.crossbars) * each * self.rounds(heads), np.int64)

    def conversions(self, inner: Int, outer: Int) -> Int:
        """Conversions of such a product of one head: a bit of the vector, a group of rows, a bit of a column."""
        whole, rest = np.divmod(inner, self.rows)
        groups = whole * -(-self.rows // self.at_once) + -(-rest // self.at_once)
        return np.asarray(self.bits**2 * groups * outer, np.int64)

    def values(self, each: Int, heads: int) -> Int:
        """Picoseconds for the softmax of so many values a head: products of two numbers, a crossbar each at a time."""
        turns = -(-each * self.softmax // self.crossbars)
        return np.asarray(turns * self.bits**2 * self.conversion * self.rounds(heads), np.int64)

    def value_conversions(self, each: Int) -> Int:
        """Conversions of the softmax of so many values."""
        return np.asarray(self.softmax * self.bits**2 * each, np.int64)

    @property
    def total(self) -> int:
        """Crossbars of a unit."""
        return self.heads * self.crossbars * self.abreast
