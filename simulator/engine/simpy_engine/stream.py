"""A stream in execution: when its next operation is ready, what it asks for, what comes of it."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import simpy

from simulator.engine.simpy_engine.book import UNKNOWN
from simulator.engine.simpy_engine.plan import Plan, Term
from simulator.engine.simpy_engine.terms import BoundTerm, bind, latest, tell
from simulator.engine.simpy_engine.unit import Claim, Unit

if TYPE_CHECKING:
    from simulator.engine.simpy_engine.session import SimpySession


class RunningStream:
    """Takes its operations in order, one request at a time."""

    plan: Plan

    def __init__(self, run: "SimpySession", number: int, units: tuple[Unit, ...]) -> None:
        table = run.tables.stream
        self.number, self.units, self.book = number, units, run.library.books[number]
        self.held = self.last_free = self.last_done = self.ready = 0
        self._run, self._kernel = run, run.kernel
        self._key, self._class = int(table.key[number]), int(table.setup_class[number])
        self._set_ups = [unit for unit in units if unit.rating.setup]
        self._gap, self._released = int(table.gap[number]), bool(table.released[number])
        self._period, self._phase = (int(column[number]) for column in run.clocks)
        self._by_priority = run.by_priority(number)
        self._inference, self._k, self._term = -1, 0, 0
        self._earliest = self._context = 0
        self.waits: list[BoundTerm] = []
        self.finishes: list[BoundTerm] = []
        self.holds: list[BoundTerm] = []
        self.keeps: list[BoundTerm] = []
        self.idle = True

    def advance(self) -> None:
        """Turn to the next operation, if there is one: FREE or START + gap of the last one is known."""
        if self.idle or self._k == self.plan.n:
            self._next_inference()
            if self.idle:
                return
        self.ready = max(self._order(), self._earliest)
        self._term = 0
        self._look()

    def _order(self) -> int:
        """When the stream itself is through with its last operation [ps]."""
        if not self.book.start:
            return 0
        return self.book.free[-1] if self._gap < 0 else self.book.start[-1] + self._gap

    def _next_inference(self) -> None:
        """Go on to the next inference with work for this stream; idle if there is none as yet."""
        self.idle, run = True, self._run
        while self.idle and self._inference + 1 < len(run.schedule):
            self._inference += 1
            self.plan = run.plan(self._inference, self.number)
            self.idle, self._k = self.plan.n == 0, 0
        if not self.idle:
            entry, base, books = run.schedule[self._inference], run.base[self._inference], run.library.books
            plan = self.plan.terms if entry.groups is None else self._within(self.plan.terms)
            self._context = entry.context
            self._earliest = max(entry.floor, entry.release if self._released else 0)
            self.waits, self.finishes, self.holds, self.keeps = (bind(terms, base, books) for terms in plan)

    def _within(self, kinds: Sequence[Sequence[Term]]) -> list[list[Term]]:
        """Terms whose sources work in this inference."""
        busy = partial(self._run.busy, self._inference)
        return [[term for term in terms if busy(term.source)] for terms in kinds]

    def _look(self) -> None:
        """Find ``ready`` as far as is known; come back here when the next term is."""
        self._term, self.ready = latest(self.waits, self._k, self._term, self.ready)
        if self._term < len(self.waits):
            tell(self.waits[self._term], self._k, self._look)
        else:
            self._kernel.call(self.ready, self._request)

    def _request(self, _: simpy.Event) -> None:
        """All that the operation waits for has come to pass."""
        if not self.units:
            self.granted(self._kernel.time)
            return
        priority = self.plan.priority(self._context + self._k) if self._by_priority else 0
        claim: Claim = (priority, self.ready, self._key, self)
        for unit in self.units:
            unit.join(claim)

    def next_edge(self, now: int) -> int:
        """First common clock edge of its units from ``now`` on [ps]."""
        return now + (self._phase - now) % self._period

    def granted(self, now: int) -> None:
        """Start the operation, and say what is known of its end."""
        self._run.note_grant(now)
        k, plan = self._k, self.plan
        self._k = k + 1
        start = now
        if self._set_ups:
            start += max(unit.set_up(self._class) for unit in self._set_ups)
        place = self._context + k
        done, free = start + plan.latency(place), start + plan.occupancy(place)
        if self.finishes:
            _, done = latest(self.finishes, k, 0, done)
            _, free = latest(self.keeps, k, 0, free)
        done = max(done, self.last_done)
        self.last_done = done
        self._count(k, start, done)
        if self.holds:
            self._hold(start, done, HeldOperation(self, now, k, free))
        else:
            self._finish(start, done, free, now)

    def _count(self, k: int, start: int, done: int) -> None:
        """Enter the first START and the last DONE of an inference in its account."""
        if k == 0:
            self._run.note_start(self._inference, start)
        if k + 1 == self.plan.n:
            self._run.note_done(self._inference, done)

    def _finish(self, start: int, done: int, free: int, grant: int) -> None:
        """All is known at the grant."""
        for unit in self.units:
            unit.occupy(free)
        self._settle(grant, free)
        self.book.grant(start, done, free)
        self.advance()

    def _hold(self, start: int, done: int, operation: "HeldOperation") -> None:
        """FREE has to wait for other streams."""
        for unit in self.units:
            unit.hold()
        self.book.grant(start, done, UNKNOWN)
        if self._gap >= 0:
            self.advance()
        operation.look()

    def released(self, operation: int, grant: int, free: int) -> None:
        """It is known when a held operation ends."""
        for unit in self.units:
            unit.release(free)
        self._settle(grant, free)
        self.book.release(operation, free)
        if self._gap < 0:
            self.advance()

    def _settle(self, grant: int, free: int) -> None:
        """Nothing about the operation is unknown any more."""
        self.held += free - grant
        self.last_free = max(self.last_free, free)
        self._run.remaining -= 1


class HeldOperation:
    """A granted operation whose servers wait for events of other streams."""

    def __init__(self, stream: RunningStream, grant: int, k: int, free: int) -> None:
        self._stream, self._grant, self._k, self._free = stream, grant, k, free
        self._operation, self._term = len(stream.book.start), 0
        self._holds = stream.holds

    def look(self) -> None:
        """Find FREE as far as is known; come back here when the next term is."""
        self._term, self._free = latest(self._holds, self._k, self._term, self._free)
        if self._term < len(self._holds):
            tell(self._holds[self._term], self._k, self.look)
        else:
            self._stream.released(self._operation, self._grant, self._free)


class BackgroundStream(RunningStream):
    """Repeats until the foreground ends; belongs to no inference."""

    def __init__(self, run: "SimpySession", number: int, units: tuple[Unit, ...]) -> None:
        super().__init__(run, number, units)
        table = run.tables.stream
        self._every, self._begin = int(table.every[number]), int(table.first[number])
        self._grant = 0
        self.plan = run.plan_of(0, number)

    def advance(self) -> None:
        """The next operation comes at its time, or when the last one is through."""
        self.idle, self._k = False, 0
        self.ready = max(self._begin + len(self.book.start) * self._every, self._order())
        self._kernel.call(self.ready, self._request)

    def _count(self, k: int, start: int, done: int) -> None:
        """No inference, no account."""

    def _settle(self, grant: int, free: int) -> None:
        self.held += free - grant
        self._grant = grant

    def end(self, time: int) -> None:
        """Take back what starts when the foreground is over: at most the last operation."""
        book = self.book
        if book.start and book.start[-1] >= time:
            book.start.pop()
            self.held -= book.free[-1] - self._grant
