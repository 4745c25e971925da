"""A stream in execution: when its next operation is ready, what it asks for, what comes of it."""

from typing import TYPE_CHECKING

import simpy

from simulator.engine.simpy_engine.book import UNKNOWN, Book
from simulator.engine.simpy_engine.plan import Plan, Term
from simulator.engine.simpy_engine.unit import Claim, Unit

if TYPE_CHECKING:
    from simulator.engine.simpy_engine.session import SimpySession

Bound = tuple[Term, int, Book]
"""A term with the source's operations before this inference and the source's book."""


class RunningStream:
    """Takes its operations in order, one request at a time."""

    plan: Plan

    def __init__(self, run: "SimpySession", number: int, units: tuple[Unit, ...]) -> None:
        table = run.tables.stream
        self.number, self.units, self.book = number, units, run.library.books[number]
        self.held = self.latest = self.ready = 0
        self._run, self._kernel = run, run.kernel
        self._key, self._class = int(table.key[number]), int(table.setup_class[number])
        self._gap, self._released = int(table.gap[number]), bool(table.released[number])
        self._period, self._phase = (int(column[number]) for column in run.clocks)
        self._by_priority = run.by_priority(number)
        self._inference, self._k, self._term, self._last_done = -1, 0, 0, 0
        self._waits: list[Bound] = []
        self._finishes: list[Bound] = []
        self.holds: list[Bound] = []
        self.idle = True

    def advance(self) -> None:
        """Turn to the next operation, if there is one: FREE or START + gap of the last one is known."""
        if self.idle or self._k == self.plan.n:
            self._next_inference()
        if self.idle:
            return
        entry = self._run.schedule[self._inference]
        order = self._order()
        self.ready = max(order, entry.floor, entry.release if self._released else 0)
        self._term = 0
        self._look()

    def _order(self) -> int:
        """When the stream itself is through with its last operation [ps]."""
        if not self.book.start:
            return 0
        return self.book.free[-1] if self._gap < 0 else self.book.start[-1] + self._gap

    def _next_inference(self) -> None:
        """Go on to the next inference with work for this stream; idle if there is none as yet."""
        self.idle = True
        while self.idle and self._inference + 1 < len(self._run.schedule):
            self._inference += 1
            self.plan = self._run.plan(self._inference, self.number)
            self.idle, self._k = self.plan.n == 0, 0
        if not self.idle:
            self._waits = self._bind(self.plan.waits)
            self._finishes = self._bind(self.plan.finishes)
            self.holds = self._bind(self.plan.holds)

    def _bind(self, terms: tuple[Term, ...]) -> list[Bound]:
        base, books = self._run.base[self._inference], self._run.library.books
        return [(term, int(base[term.source]), books[term.source]) for term in terms]

    def _look(self) -> None:
        """Find ``ready`` as far as is known; come back here when the next term is."""
        waits, k = self._waits, self._k
        while self._term < len(waits):
            term, base, book = waits[self._term]
            operation = term.operation(k, base)
            if operation >= 0:
                time = book.time(term.event, operation)
                if time == UNKNOWN:
                    book.tell(term.event, operation, self._look)
                    return
                self.ready = max(self.ready, time + term.lag)
            self._term += 1
        self._kernel.call(self.ready, self._request)

    def _request(self, _: simpy.Event) -> None:
        """All that the operation waits for has come to pass."""
        if not self.units:
            self.granted(self._kernel.time)
            return
        priority = self.plan.priority(self._k) if self._by_priority else 0
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
        start = now + max((unit.set_up(self._class) for unit in self.units), default=0)
        done, free = start + plan.latency(k), start + plan.occupancy(k)
        for term, base, book in self._finishes:
            operation = term.operation(k, base)
            if operation >= 0:
                end = book.done[operation]
                done, free = max(done, end + term.lag), max(free, end + term.free_lag)
        self._last_done = done = max(done, self._last_done)
        self._count(start, done)
        self._k += 1
        if plan.holds:
            self._hold(start, done, HeldOperation(self, now, k, free))
        else:
            self._finish(start, done, free, now)

    def _count(self, start: int, done: int) -> None:
        """Enter the operation in the account of its inference."""
        self.latest = max(self.latest, done)
        self._run.account(self._inference, start, done)

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
        self.latest = max(self.latest, free)
        self._run.remaining -= 1


class HeldOperation:
    """A granted operation whose servers wait for events of other streams."""

    def __init__(self, stream: RunningStream, grant: int, k: int, free: int) -> None:
        self._stream, self._grant, self._k, self._free = stream, grant, k, free
        self._operation, self._term = len(stream.book.start), 0
        self._holds = stream.holds

    def look(self) -> None:
        """Find FREE as far as is known; come back here when the next term is."""
        while self._term < len(self._holds):
            term, base, book = self._holds[self._term]
            operation = term.operation(self._k, base)
            if operation >= 0:
                time = book.time(term.event, operation)
                if time == UNKNOWN:
                    book.tell(term.event, operation, self.look)
                    return
                self._free = max(self._free, time + term.lag)
            self._term += 1
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

    def _count(self, start: int, done: int) -> None:
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
