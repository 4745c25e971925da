"""Adding q periods to the state of a run."""

import numpy as np

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.machine import Machine
from simulator.engine.fast_engine.state import State, chain, ring_cells
from simulator.program.form import Int


class Leap:
    """From a state that came back (``before``, then ``state``) to what the run will be ``q`` periods later."""

    def __init__(self, machine: Machine, before: State, state: State, q: int):
        self._machine, self._before, self._state, self._q = machine, before, state, q
        self._m, self._stream = state.m, state.stream
        self._period = state.time - before.time
        self._later = state.start - before.start
        number = self._m[self._stream + f.NUMBER]
        self._moved, self._delayed = np.zeros((2, len(machine.stream)), np.int64)
        self._moved[number] = q * (state.next - before.next)
        self._delayed[number] = q * self._later

    def _of(self, values: Int, stream: Int) -> Int:
        """What ``_moved`` or ``_delayed`` say of streams at these addresses."""
        return values[self._m[stream + f.NUMBER]]

    def make(self) -> None:
        """Change the memory of the machine."""
        self._starts()
        self._inferences()
        self._rings()
        self._edges()
        self._waiters()
        self._slots()
        self._events()
        self._streams()
        self._machine.put_back(self._m)

    def _starts(self) -> None:
        """START times of the operations that are skipped."""
        flat = np.frombuffer(self._machine.flat, np.int64)
        times = np.arange(1, self._q + 1)[:, None]
        ranges = (self._before.next.tolist(), self._state.next.tolist(), self._later.tolist())
        for s, first, end, later in zip(self._stream.tolist(), *ranges, strict=True):
            if self._m[s + f.FLAT_N] > 0:
                at = self._m[s + f.FLAT_AT]
                skipped = flat[at + end : at + end + self._q * (end - first)].reshape(self._q, -1)
                np.add(flat[at + first : at + end], later * times, out=skipped)

    def _inferences(self) -> None:
        """Those that are begun move on; those in between are later copies of the last period."""
        before, state, rows = self._before, self._state, self._state.calendar
        first, end = before.complete, state.complete
        p, least = end - first, int(self._later.min())
        skipped = np.arange(self._q * p)
        old, times = rows[first + skipped % p], skipped // p + 1
        moved = state.begun.copy()
        moved[:, f.BEGAN] += np.where(moved[:, f.BEGAN] < f.INF, self._q * least, 0)
        moved[:, f.ENDED] += self._q * (state.begun[:, f.ENDED] - before.begun[:, f.ENDED])
        old[:, f.BEGAN] += times * least
        old[:, f.ENDED] += times * self._period
        for target, new in ((end + skipped, old), (end + self._q * p + np.arange(len(moved)), moved)):
            for field in (f.BEGAN, f.ENDED, f.OPEN):
                rows[target, field] = new[:, field]
        self._m[f.COMPLETE] += self._q * p
        self._m[f.MARK] += self._q * p

    def _rings(self) -> None:
        """The same recent times, later and of later operations; NEXT moves with them."""
        m, s = self._m, self._stream
        kept = [(rows, m[cells]) for rows, cells in ring_cells(m, s)]
        m[s + f.NEXT] += self._of(self._moved, s)
        for (_, cells), (rows, times) in zip(ring_cells(m, s), kept, strict=True):
            delays = self._of(self._delayed, s[rows])[:, None]
            m[cells] = np.where(times >= 0, times + delays, times)

    def _edges(self) -> None:
        """Operations of the sources before the current inferences."""
        m, tap = self._m, self._machine.working_taps
        m[tap + f.BASE] += self._of(self._moved, m[tap + f.TAPPED])
        edge, _ = self._machine.working_edges()
        for field in (f.SHIFT, f.LEAST):
            m[edge + field] += self._of(self._moved, m[edge + f.SOURCE])

    def _waiters(self) -> None:
        """What streams wait for, and how far they may go."""
        m, s = self._m, self._stream
        waiting, asleep = s[m[s + f.STATE] == f.WAITING], s[m[s + f.STATE] == f.ASLEEP]
        m[waiting + f.NEED] += 2 * self._of(self._moved, m[m[waiting + f.CURSOR] + f.SOURCE])
        m[asleep + f.NEED] += 2 * self._of(self._moved, m[asleep + f.ON])
        for field in (f.FIRST_NEED, f.LIMIT, f.RING_LIMIT, f.PIN):
            m[s + field] += np.where(m[s + field] < f.INF, self._of(self._moved, s), 0)

    def _slots(self) -> None:
        """Operations whose FREE is not known."""
        m = self._m
        for s in self._stream.tolist():
            moved, delayed = (values[m[s + f.NUMBER]] for values in (self._moved, self._delayed))
            for x in chain(m, s + f.HOLDER):
                m[x + f.OPERATION] += moved
            for x in chain(m, s + f.SLOT):
                m[x + f.OPERATION] += moved
                m[x + f.PARTIAL] += delayed
                m[x + f.GRANT_TIME] += delayed

    def _events(self) -> None:
        """Events to come, and when servers will be free."""
        m = self._m
        at = m[f.HEAP] + 2 * np.arange(m[f.HEAP_LENGTH])
        times, codes = m[at], m[at + 1]
        times += self._of(self._delayed, codes & f.ADDRESS_MASK)
        order = np.lexsort((codes, times))
        m[at], m[at + 1] = times[order], codes[order]
        m[f.NOW] += self._q * self._period
        for r in self._machine.resource.tolist():
            m[m[r + f.SERVERS] : m[r + f.SERVERS] + m[r + f.BUSY]] += self._q * self._period

    def _streams(self) -> None:
        m, s = self._m, self._stream
        delays, moved = self._of(self._delayed, s), self._of(self._moved, s)
        for field in (f.READY, f.START, f.DONE, f.GRANT):
            m[s + field] += delays
        m[s + f.ALARM] += np.where(m[s + f.ALARM] >= 0, delays, 0)
        m[s + f.EARLY] += np.where(m[s + f.EARLY] == self._state.next, moved, 0)
        m[s + f.HELD] += self._q * (self._state.held - self._before.held)
        m[s + f.INFERENCE] += self._q * (self._state.complete - self._before.complete)
