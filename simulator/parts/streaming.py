"""Units that take elements every so many cycles and hand them on a pipeline later."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Streaming:
    """A pipelined unit in a clock domain.

    ``period`` [ps] of the clock; every ``cycles`` cycles it takes ``lanes`` elements, which leave ``depth`` cycles
    later.
    """

    period: int
    cycles: int
    depth: int
    lanes: int = 1

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
        return self._groups(elements) * self.cycles * self.period

    def latency(self, elements: int) -> int:
        """START to the last element's exit [ps]."""
        return ((self._groups(elements) - 1) * self.cycles + self.depth) * self.period

    def _groups(self, elements: int) -> int:
        return -(-elements // self.lanes)


def link(period: int, lanes: int, latency: int) -> Streaming:
    """A link of ``lanes`` bits a cycle as a unit of bytes: ceil(8 / lanes) cycles a byte, or whole bytes a cycle."""
    return Streaming(period, -(-8 // lanes), latency, max(lanes // 8, 1))
