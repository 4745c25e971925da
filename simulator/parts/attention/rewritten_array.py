"""Attention on arrays like a tile's that are written while the chip runs: keys and values take the place of weights."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from simulator.parts.attention.common import Unit

Int = NDArray[np.int64]


@dataclass(frozen=True)
class RewrittenArray(Unit):
    """Times [ps]: ``mvm`` of all arrays of a head at once, ``write`` of a line, ``writers`` of them at a time.

    Each of ``heads`` heads has arrays of ``rows`` (values of a head) by ``tokens`` for keys and as many for values.
    A line is what a token has of a head: a column of the keys, a row of the values. ``softmax``: values a cycle and
    head, ``pipeline`` cycles deep. ``endurance``: writes of a device.
    """

    rows: int
    tokens: int
    mvm: int
    write: int
    writers: int
    softmax: int
    pipeline: int
    endurance: int

    @property
    def room_field(self) -> str:
        """See ``Unit``."""
        return "arrays"

    def beside(self, stage: str) -> tuple[str, ...]:
        """See ``Unit``: an array is read or written."""
        return {"scores": ("memory_keys",), "mix": ("memory_values",)}.get(stage, ())

    def sequences(self, key_heads: int) -> int:
        """See ``Unit``: every head of every layer has arrays of its own."""
        return self.heads // key_heads

    def positions(self, width: int) -> int:
        """See ``Unit``: a line each, however wide."""
        return self.tokens

    def values(self, each: Int, turns: int) -> Int:
        """Picoseconds for the softmax of so many values a head, ``turns`` times; shape of ``each``."""
        return np.asarray(-(-each // self.softmax) * turns * self.period, np.int64)

    def writing(self, key_heads: int) -> int:
        """Picoseconds to write the lines of a token's heads."""
        return -(-key_heads // self.writers) * self.write

    @property
    def drain(self) -> int:
        """Picoseconds from the last operand of a softmax to its last result."""
        return self.pipeline * self.period


@dataclass(frozen=True)
class Reading:
    """What an MVM of an array costs by its lines: ``cell``, ``driver`` of a line in, ``converter`` of a line out."""

    cell: Fraction
    driver: Fraction
    converter: Fraction

    def whole(self, inputs: int, outputs: int) -> Fraction:
        """An array of so many lines in and out."""
        return inputs * outputs * self.cell + inputs * self.driver + outputs * self.converter
