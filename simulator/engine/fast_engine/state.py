"""The state of a run relative to the inferences that are complete."""

from functools import cached_property

import numpy as np

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.machine import Machine
from simulator.program.form import Int


class State:
    """All that what follows depends on, but for releases.

    ``stream``: addresses of the streams that have work in the inferences that repeat.
    """

    def __init__(self, machine: Machine):
        self._machine = machine
        self.m: Int = np.asarray(machine.m, np.int64)
        self.stream = machine.working
        self.complete, self.releases = int(self.m[f.COMPLETE]), int(self.m[f.RELEASES])
        self.time = int(self._calendar[self.complete - 1, f.ENDED])
        self.next, self.held = self.of(f.NEXT), self.of(f.HELD)
        self.place = self._place()
        self._kept: list[Int] | None = None

    def of(self, field: int) -> Int:
        """A field of all working streams."""
        return self.m[self.stream + field]

    @property
    def _calendar(self) -> Int:
        at, count = self.m[f.CALENDAR], self.m[f.INFERENCES]
        return self.m[at : at + count * f.CALENDAR_SIZE].reshape(-1, f.CALENDAR_SIZE)

    @property
    def parked(self) -> bool:
        """Whether a stream has come to the end of the schedule."""
        return bool((self.of(f.STATE) == f.PARKED).any())

    @property
    def farthest(self) -> int:
        """The last inference that any stream is in."""
        return int(self.of(f.INFERENCE).max())

    @property
    def latest(self) -> int:
        """The latest START so far [ps]."""
        return int(self.of(f.START).max())

    @property
    def earliest(self) -> int:
        """No operation to come starts before [ps]."""
        return int(self.of(f.START).min())

    @property
    def looks_at_operations_only(self) -> bool:
        """Whether no edge looks before the first operation of the run any more."""
        tap = self._machine.working_taps
        return bool((self.m[tap + f.BASE] >= self.m[tap + f.FARTHEST]).all())

    def keep(self) -> "State":
        """Write everything down before the run goes on."""
        self._kept = self._rest()
        return self

    def comes_back_as(self, later: "State") -> bool:
        """Whether a later state is the same, relative to its inference."""
        assert self._kept is not None
        if not np.array_equal(self.place, later.place):
            return False
        rest = later._rest()
        return len(rest) == len(self._kept) and all(map(np.array_equal, self._kept, rest))

    def _place(self) -> Int:
        """Where the streams are: the part that is quick to compare."""
        rows = (self.of(f.INFERENCE) - self.complete, self.of(f.K), self.of(f.READY) - self.time)
        return np.concatenate(rows)

    def _rest(self) -> list[Int]:
        """Everything else."""
        parts = [self.of(field) for field in (f.STAGE, f.CURSOR, f.URGENCY)]
        parts += [self._relative(self.of(field)) for field in (f.START, f.DONE, f.GRANT)]
        parts += [self._rings(), self._inferences(), *self._resources(), self._heap()]
        if self.m[f.AGENDA_LENGTH]:
            at = self.m[f.AGENDA]
            parts += [np.sort(self.m[at : at + self.m[f.AGENDA_LENGTH]]), self.m[[f.NOW]] - self.time]
        return parts + self._slots()

    def _relative(self, times: Int) -> Int:
        """Times counted from the end of the inference; what is not known stays so."""
        return np.where(times >= 0, times - self.time, -f.INF)

    def _rings(self) -> Int:
        """Recent event times, from the oldest to the latest."""
        parts = []
        for cells, turn in self._machine.rings(self.stream):
            places = cells + ((np.arange(cells_per(turn)) + turn) & 0)
            parts.append(places)
        return np.concatenate(parts)
