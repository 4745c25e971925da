"""A program in execution on SimPy."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from math import inf

import numpy as np
from simpy.core import EmptySchedule

from simulator.base.errors import DeadlockError, InputError
from simulator.engine.simpy_engine.book import UNKNOWN, Library
from simulator.engine.simpy_engine.kernel import LAST, NORMAL, Kernel
from simulator.engine.simpy_engine.plan import Plan, make_plan
from simulator.engine.simpy_engine.stream import BackgroundStream, RunningStream
from simulator.engine.simpy_engine.unit import Rating, Unit
from simulator.program.deadlock import explain, patience
from simulator.program.finalise import extend, finalise
from simulator.program.form import Event, Inference, Int, Policy, Program
from simulator.program.numbers import check_schedule
from simulator.program.rules import check_horizon
from simulator.program.sharing import clocks, contended
from simulator.program.tables import bases
from simulator.program.timeline import Recording, Timeline


class BackgroundOnlyError(Exception):
    """Only background work goes on."""


class SimpySession:
    """One unit per resource, one stream per stream; they share one kernel."""

    def __init__(self, program: Program, recording: Recording, kernel: Kernel, name: str) -> None:
        self.program, self.kernel = program, kernel
        self.tables = finalise(program)
        self.schedule: list[Inference] = []
        self.base = np.zeros((1, len(program.streams)), np.int64)
        self.remaining = 0
        self.began: list[int] = []
        self.ended: list[int] = []
        self.library = Library(len(program.streams))
        self.clocks = clocks(self.tables)
        self.plan_of = cache(lambda q, s: make_plan(self.tables, q, s))
        self._recording, self._name = recording, name
        self._end = check_horizon(self.tables, program.schedule)
        self._decided = -1
        self._patience = patience(self.tables)
        self._limit: float = 0 if self._patience else inf
        self.units = self._make_units()
        self.streams = [self._make_stream(s) for s in range(len(program.streams))]
        self._extend(program.schedule)

    def _make_units(self) -> list[Unit]:
        late = set(self.tables.stream.resource[np.repeat(contended(self.tables), self._takes())].tolist())
        return [
            Unit(self.kernel, Rating(row.name, row.capacity, row.setup, LAST if r in late else NORMAL))
            for r, row in enumerate(self.program.resources)
        ]

    def _takes(self) -> Int:
        return np.diff(self.tables.stream.resource_from)

    def _make_stream(self, s: int) -> RunningStream:
        row = self.program.streams[s]
        units = tuple(self.units[r] for r in row.resources)
        return RunningStream(self, s, units) if row.background is None else BackgroundStream(self, s, units)

    def by_priority(self, stream: int) -> bool:
        """Whether the stream's resources look at priorities."""
        rows = self.program.streams[stream].resources
        return any(self.program.resources[r].policy == Policy.PRIORITY for r in rows)

    def plan(self, inference: int, stream: int) -> Plan:
        """What an inference asks of a stream."""
        plan = self.plan_of(self.schedule[inference].segment, stream)
        return plan if self.busy(inference, stream) else replace(plan, n=0)

    def busy(self, inference: int, stream: int) -> bool:
        """Whether the group of a stream works in an inference."""
        groups, group = self.schedule[inference].groups, self.program.streams[stream].group
        return groups is None or not group or group in groups

    def note_start(self, inference: int, start: int) -> None:
        """A stream began an inference."""
        if self.began[inference] == UNKNOWN or start < self.began[inference]:
            self.began[inference] = start

    def note_done(self, inference: int, done: int) -> None:
        """A stream is through with an inference."""
        self.ended[inference] = max(self.ended[inference], done)

    def note_grant(self, now: int) -> None:
        """Stop where background work alone has gone on for too long; look rarely."""
        if now > self._limit and self.remaining:
            front = [s for s in self.streams if not isinstance(s, BackgroundStream)]
            self._limit = max(max(s.last_done, s.last_free, s.ready) for s in front) + self._patience
            if now > self._limit:
                raise BackgroundOnlyError

    def _extend(self, inferences: Sequence[Inference]) -> None:
        """Take up more work; wake the streams that had none left."""
        new = bases(self.tables, inferences)
        self.schedule.extend(inferences)
        self.base = np.concatenate((self.base, self.base[-1] + new[1:]))
        self.remaining += int(new[-1].sum())
        self.began += [UNKNOWN] * len(inferences)
        self.ended += [UNKNOWN] * len(inferences)
        for stream in self.streams:
            if stream.idle:
                stream.advance()

    def append(self, inferences: Sequence[Inference]) -> None:
        """As the contract says; new segments of the program are checked and taken up."""
        self.tables = extend(self.program, self.tables)
        check_schedule(self.program, inferences)
        self._end = check_horizon(self.tables, inferences, self._end)
        late = [replace(row, floor=max(row.floor, self._decided + 1)) for row in inferences]
        self.program.schedule.extend(late)
        self._extend(late)

    def run_until(self, stream: int, operation: int, event: Event) -> int:
        """As the contract says."""
        if self.program.streams[stream].background or not 0 <= operation < self.base[-1, stream]:
            rule = f"must be an operation of the schedule, 0..{self.base[-1, stream] - 1}"
            raise InputError(
                rule, place="run_until", field=self.program.streams[stream].name, value=operation
            )
        book = self.library.books[stream]
        self._drive(lambda: book.time(event, operation) != UNKNOWN)
        time = book.time(event, operation)
        self._drive(lambda: self.kernel.peek() > time)
        self._decided = max(self._decided, time)
        return time

    def _drive(self, reached: Callable[[], bool]) -> None:
        """Let events happen until ``reached``."""
        step = self.kernel.step
        try:
            while not reached():
                step()
        except (EmptySchedule, BackgroundOnlyError):
            raise DeadlockError(self._why()) from None

    def _why(self) -> str:
        granted = np.array([len(book.start) for book in self.library.books], np.int64)
        return explain(self.program, self.tables, self.schedule, granted)

    def finish(self) -> Timeline:
        """As the contract says."""
        self._drive(lambda: not self.remaining)
        end = max(self.ended, default=0)
        for stream in self.streams:
            if isinstance(stream, BackgroundStream):
                self._drive(lambda: self.kernel.peek() >= end)
                stream.end(end)
        return self._timeline()

    def _timeline(self) -> Timeline:
        all_starts = [np.array(book.start, np.int64) for book in self.library.books]
        recorded = [self._recording.of(starts) for starts in all_starts]
        return Timeline(
            start=[starts[rows] for starts, rows in zip(all_starts, recorded, strict=True)],
            first=np.array([rows.start for rows in recorded], np.int64),
            count=np.array([len(starts) for starts in all_starts], np.int64),
            held=np.array([stream.held for stream in self.streams], np.int64),
            began=np.array(self.began, np.int64),
            ended=np.array(self.ended, np.int64),
            recording=self._recording,
            engine=self._name,
        )
