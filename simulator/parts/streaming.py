"""Units that take one element per so many cycles and hand it on a pipeline later."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Streaming:
    """A pipelined unit in a clock domain.

    ``period`` [ps] of the clock, ``cycles`` between elements, ``depth`` cycles from an element's entry to its exit.
    Element j enters at START + j x cycles and leaves depth cycles later.
    """

    period: int
    cycles: int
    depth: int

    @property
    def first_out(self) -> int:
        """START to the first element's exit [ps]."""
        return self.depth * self.period

    @property
    def last_in(self) -> int:
        """From the last element's entry to the moment the unit can take another [ps]."""
        return self.cycles * self.period

    def occupancy(self, elements: int) -> int:
        """How long ``elements`` keep the entry busy [ps]."""
        return elements * self.cycles * self.period

    def latency(self, elements: int) -> int:
        """START to the last element's exit [ps]."""
        return ((elements - 1) * self.cycles + self.depth) * self.period


def link(period: int, lanes: int, latency: int) -> Streaming:
    """A link of ``lanes`` bits a cycle as a unit of bytes; a byte takes ceil(8 / lanes) cycles."""
    return Streaming(period, -(-8 // lanes), latency)
