"""The state of a run relative to the inferences that are complete."""

from collections.abc import Iterator

import numpy as np

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.machine import Machine
from simulator.program.form import Int


class State:
    """All that what follows depends on, but for releases.

    ``stream``: addresses of the streams that have work in the inferences that repeat. Operations and
    inferences are counted from where these streams are; the times of a stream from its latest START, those of
    resources and of the instant from ``time``, the end of the latest complete inference. ``start`` and
    ``time`` say how these lie to each other [ps].
    """

    def __init__(self, machine: Machine):
        self._machine = machine
        self.m: Int = np.asarray(machine.m, np.int64)
        self.stream = machine.working
        self.complete, self.farthest = int(self.m[f.COMPLETE]), int(self.of(f.INFERENCE).max())
        self.time = int(self.calendar[self.complete - 1, f.ENDED])
        self.start, self.next, self.held = self.of(f.START), self.of(f.NEXT), self.of(f.HELD)
        self.releases = self.of(f.RELEASED)
        self.place = np.concatenate((self.of(f.INFERENCE) - self.complete, self.of(f.K), self._own(f.READY)))
        self.parts: list[Int] = []

    def of(self, field: int) -> Int:
        """A field of all working streams."""
        return np.asarray(self.m[self.stream + field])

    def _own(self, field: int) -> Int:
        """Times of working streams, counted from their latest START."""
        return self.of(field) - self.start

    @property
    def calendar(self) -> Int:
        """Rows of all inferences, in the machine's own memory."""
        at, count = self.m[f.CALENDAR], self.m[f.INFERENCES]
        return self.m[at : at + count * f.CALENDAR_SIZE].reshape(-1, f.CALENDAR_SIZE)

    @property
    def parked(self) -> bool:
        """Whether a stream has come to the end of the schedule."""
        return bool((self.of(f.STATE) == f.PARKED).any())

    @property
    def complete_look(self) -> bool:
        """Whether no edge looks before the first operation of the run any more."""
        tap = self._machine.working_taps
        return bool((self.m[tap + f.BASE] >= self.m[tap + f.FARTHEST]).all())

    def write_down(self) -> "State":
        """Everything else, as it is now.

        ``begun``: rows of the inferences that are not complete; ``latest``: by stream, the latest event
        that edges may look at [ps].
        """
        self.begun = self.calendar[self.complete : self.farthest + 1].copy()
        self.latest = np.empty_like(self.start)
        parts = [self.of(field) for field in (f.STAGE, f.CURSOR, f.URGENCY)]
        parts += [self._own(f.DONE), self._own(f.GRANT), self.begun[:, f.OPEN]]
        for rows, cells in ring_cells(self.m, self.stream):
            times = self.m[cells]
            self.latest[rows] = times.max(axis=1)
            parts.append(np.where(times >= 0, times - self.start[rows, None], -f.INF))
        self.parts = parts + self._resources() + self._events() + self._slots()
        return self

    def comes_back_as(self, later: "State") -> bool:
        """Whether a later state is the same but for ``start`` and ``time``."""
        if not np.array_equal(self.place, later.place):
            return False
        later.write_down()
        return len(later.parts) == len(self.parts) and all(map(np.array_equal, self.parts, later.parts))

    def _resources(self) -> list[Int]:
        """Servers and queues."""
        m, r = self.m, self._machine.resource
        parts = [m[r + field] for field in (f.BUSY, f.IDLE, f.LAST, f.LENGTH)]
        for x in r[m[r + f.BUSY] > 0].tolist():
            parts.append(np.sort(m[m[x + f.SERVERS] : m[x + f.SERVERS] + m[x + f.BUSY]]) - self.time)
        for x in r[m[r + f.LENGTH] > 0].tolist():
            first = m[x + f.QUEUE] + m[x + f.HEAD]
            parts.append(m[first : first + m[x + f.LENGTH]].copy())
        return parts

    def _events(self) -> list[Int]:
        """Events to come, and what is to be decided at this instant."""
        at, agenda = self.m[f.HEAP], self.m[f.AGENDA]
        time, code = self.m[at : at + 2 * self.m[f.HEAP_LENGTH]].reshape(-1, 2).T
        own = time - self.m[(code & f.ADDRESS_MASK) + f.START]
        order = np.lexsort((own, code))
        listed = np.sort(self.m[agenda : agenda + self.m[f.AGENDA_LENGTH]])
        return [own[order], code[order], listed, self.m[[f.NOW]] - self.time if len(listed) else listed]

    def _slots(self) -> list[Int]:
        """Operations whose FREE is not known, and what they miss."""
        m, rows = self.m, []
        for s in self.stream.tolist() if m[f.PENDING] else ():
            for x in chain(m, s + f.SLOT):
                times = (m[x + f.PARTIAL] - m[s + f.START], m[x + f.GRANT_TIME] - m[s + f.START])
                rows.append((0, s, m[x + f.OPERATION] - m[s + f.NEXT], *times))
            for x in chain(m, s + f.HOLDER):
                slot, operation = m[x + f.OWNER], m[x + f.OPERATION] - m[s + f.NEXT]
                owner = m[slot + f.OWNER]
                held = m[slot + f.OPERATION] - m[owner + f.NEXT]
                rows.append((s, owner, held, operation, m[x + f.PARTIAL] * 4 + m[x + f.MISSING]))
        return [np.array(sorted(rows), np.int64)]


def chain(m: Int, at: int) -> Iterator[int]:
    """Nodes of a list that begins at ``at``."""
    x = int(m[at])
    while x != f.NIL:
        yield x
        x = int(m[x + f.NODE_LINK])


def ring_cells(m: Int, stream: Int) -> Iterator[tuple[Int, Int]]:
    """For rings of one size: which of the streams have one, and the places of their event times.

    Places have the shape (streams, 3 x size), oldest operation first.
    """
    masks = m[stream + f.MASK]
    for mask in np.unique(masks):
        rows = np.flatnonzero(masks == mask)
        x = np.arange(mask + 1)
        turn = 4 * m[stream[rows] + f.NEXT, None] + x[x % 4 != 3]
        yield rows, m[stream[rows] + f.AT, None] + (turn & mask)
