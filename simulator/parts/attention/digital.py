"""Digital attention unit: a lane a head with multipliers and a softmax pipeline, keys and values in SRAM."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from simulator.parts.attention.common import Unit
from simulator.parts.law import known
from simulator.parts.port import transfer, transfers

Int = NDArray[np.int64]

_HOROWITZ = "Horowitz, ISSCC 2014: 8-bit multiply 0.2 pJ, 32-bit add 0.1 pJ at 45 nm, 0.9 V"
_DALLY = "Dally, NIPS 2015 tutorial: 8-bit multiply 282 um^2, 32-bit add 137 um^2 at 45 nm"
_FLOAT = "Horowitz, ISSCC 2014: 16-bit floating-point multiply 1.1 pJ, add 0.4 pJ at 45 nm, 0.9 V"
NODE = known("45 nm", "length", "source", _HOROWITZ)
SUPPLY = known("0.9 V", "voltage", "source", _HOROWITZ)
MAC_ENERGY = known(
    "0.6 pJ", "energy", "assumption", f"{_HOROWITZ}; registers and control as much as multiply and add"
)
MAC_AREA = known("1257 um^2", "area", "assumption", f"{_DALLY}; three times for the rest")
VALUE_ENERGY = known(
    "10 pJ",
    "energy",
    "assumption",
    f"five operations of 2 pJ (maximum, difference, exponential, sum, quotient); {_FLOAT}; registers and control as "
    "much as multiply and add",
)
VALUE_AREA = known(
    "0.045 mm^2",
    "area",
    "assumption",
    "five multipliers and adders of 3000 um^2 at 45 nm, three times for the rest",
)
SEQUENCES = known(1, "count", "assumption", "whole requests one after the other")


@dataclass(frozen=True)
class Memory(Unit):
    """A unit with a memory of keys and one of values.

    ``size``: bytes for keys and values of all layers that the unit serves; ``rate`` [bit/s] of the port of keys
    and of that of values.
    """

    size: int
    rate: Fraction

    def beside(self, stage: str) -> tuple[str, ...]:
        """See ``Unit``: keys or values stream out of their memory."""
        return {"scores": ("memory_keys",), "mix": ("memory_values",)}.get(stage, ())

    def transfer(self, sizes: Int) -> Int:
        """Picoseconds for so many bytes each through a port, rounded up; shape of ``sizes``."""
        return transfers(sizes, self.rate)

    def written(self, size: int) -> int:
        """Picoseconds to write so many bytes."""
        return max(transfer(size, self.rate), 1)

    def positions(self, width: int) -> int:
        """See ``Unit``."""
        return self.size // width


@dataclass(frozen=True)
class Digital(Memory):
    """Multiply-accumulates and softmax values a cycle and lane; cycles from first operand to first result.

    ``sharing``: sequences that share the memory evenly, the rest of each going elsewhere; 0: there is no rest.
    """

    macs: int
    softmax: int
    pipeline: int
    sharing: int

    @property
    def alone(self) -> bool:
        """See ``Unit``."""
        return True

    def spills_from(self, width: int) -> int | None:
        """See ``Unit``."""
        return self.positions(width) // self.sharing if self.sharing else None

    def sequences(self, key_heads: int) -> int | None:
        """See ``Unit``."""
        return self.sharing or None

    def products(self, each: Int, heads: int) -> Int:
        """Picoseconds for so many multiply-accumulates a head, of all heads; shape of ``each``."""
        return self._time(each, self.macs, heads)

    def values(self, each: Int, heads: int) -> Int:
        """Picoseconds for the softmax of so many values a head, of all heads; shape of ``each``."""
        return self._time(each, self.softmax, heads)

    @property
    def drain(self) -> int:
        """Picoseconds from the last operand to the last result."""
        return self.pipeline * self.period

    def _time(self, each: Int, lanes: int, heads: int) -> Int:
        return np.asarray(-(-each // lanes) * self.rounds(heads) * self.period, np.int64)
