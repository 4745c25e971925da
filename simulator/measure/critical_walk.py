"""From an event back to what made it happen no earlier, one binding cause at a time (docs/waits.md)."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from simulator.measure.causes import Cause, edge_causes
from simulator.program.finalise import finalise
from simulator.program.form import NONE, Duration, Edge, Event, Int, Kind, Program, Scope
from simulator.program.history import NOTHING, ORDER, RELEASE, History
from simulator.program.layout import Layout
from simulator.program.sharing import stream_of

State = tuple[int, Event]
"""An event of an operation (its flat number in the history)."""


class Step(NamedTuple):
    """A stretch of time [ps] of an operation; ``cause``: what it was spent on.

    ``via``: why what comes after it had to wait for it.
    """

    operation: int
    begin: int
    end: int
    cause: Cause
    via: Cause = Cause.WORK


class Link(NamedTuple):
    """Why an event came no earlier: ``steps`` (latest first) back to ``before``, None where nothing precedes.

    ``why``: how this event depended on ``before``: by a value, room in a buffer, a server ... WORK: the same operation.
    """

    steps: list[Step]
    before: State | None
    why: Cause


class Walk:
    """Explains events of a history."""

    def __init__(self, program: Program, history: History):
        self._program, self._history = program, history
        self._causes = edge_causes(program)
        self._layout = Layout(program, finalise(program), np.diff(history.offset))
        self._base = self._layout.base
        self._finish = [_by_target(segment.edges) for segment in program.segments]
        self._freed: dict[int, tuple[Int, Int]] = {}

    def back(self, state: State) -> Iterator[tuple[State, list[Step]]]:
        """This state and all before it, each with the steps from it to the next, latest first, none empty."""
        here: State | None = state
        via = Cause.OPERAND
        while here is not None:
            link = self.explain(here)
            yield here, [_because(via, step) for step in link.steps if step.end > step.begin]
            here, via = link.before, link.why

    def explain(self, state: State) -> Link:
        """The link of one event."""
        operation, event = state
        explain = (self._start, self._free, self._done)[event]
        return explain(operation)

    def time(self, state: State) -> int:
        """When an event happened [ps]."""
        history, (operation, event) = self._history, state
        return int((history.start, history.free, history.done)[event][operation])

    def _done(self, operation: int) -> Link:
        """Own work, else a producer that streams, else the stream's order."""
        begin, end = self.time((operation, Event.START)), self.time((operation, Event.DONE))
        stream, segment = int(self._history.stream[operation]), int(self._history.segment[operation])
        place = int(self._layout.place[operation])
        if begin + duration(self._program.segments[segment].work[stream].latency, place) == end:
            return Link([Step(operation, begin, end, Cause.WORK)], (operation, Event.START), Cause.WORK)
        for edge in self._finish[segment].get(stream, ()):
            source = self._source(edge, operation)
            if source is not None and self.time((source, Event.DONE)) + edge.lag == end:
                step = Step(operation, end - edge.lag, end, Cause.WORK)
                return Link([step], (source, Event.DONE), Cause.OPERAND)
        return Link([], (operation - 1, Event.DONE), Cause.ORDER)

    def _free(self, operation: int) -> Link:
        """Own work, or the edge that kept the server."""
        begin, end = self.time((operation, Event.START)), self.time((operation, Event.FREE))
        given = int(self._history.tail_cause[operation])
        if given == NOTHING:
            return Link([Step(operation, begin, end, Cause.WORK)], (operation, Event.START), Cause.WORK)
        edge, source = self._edge(operation, given)
        if edge.kind == Kind.FINISH:
            step = Step(operation, end - edge.free_lag, end, Cause.WORK)
            return Link([step], (source, Event.DONE), Cause.OPERAND)
        return Link([Step(operation, end - edge.lag, end, Cause.HELD)], (source, edge.event), Cause.HELD)

    def _start(self, operation: int) -> Link:
        """Set-up and clock back to the release of a server, or to what made the operation ready."""
        history = self._history
        ready, available, grant, start = (
            int(times[operation])
            for times in (history.ready, history.available, history.grant, history.start)
        )
        steps = [Step(operation, grant, start, Cause.SETUP)]
        blocker = self._blocker(operation, available) if available > ready else None
        if blocker is not None:
            steps.append(Step(operation, available, grant, Cause.CLOCK))
            return Link(steps, (blocker, Event.FREE), Cause.SERVER)
        steps.append(Step(operation, max(ready, available), grant, Cause.CLOCK))
        steps.append(Step(operation, ready, max(ready, available), Cause.SERVER))
        last, before, why = self._ready(operation, ready)
        return Link(steps + last, before, why)

    def _ready(self, operation: int, ready: int) -> Link:
        given = int(self._history.cause[operation])
        if given in (RELEASE, NOTHING):
            return Link([], None, Cause.ARRIVAL)
        if given == ORDER:
            gap = self._program.streams[int(self._history.stream[operation])].gap
            if gap is None:
                return Link([], (operation - 1, Event.FREE), Cause.ORDER)
            step = Step(operation - 1, ready - gap, ready, Cause.ORDER, Cause.ORDER)
            return Link([step], (operation - 1, Event.START), Cause.WORK)
        edge, source = self._edge(operation, given)
        why = self._causes[int(self._history.segment[operation])][given]
        spent = Cause.WORK if edge.event == Event.START else why
        return Link([Step(source, ready - edge.lag, ready, spent, why)], (source, edge.event), why)

    def _edge(self, operation: int, given: int) -> tuple[Edge, int]:
        edge = self._program.segments[int(self._history.segment[operation])].edges[given]
        source = self._source(edge, operation)
        assert source is not None
        return edge, source

    def _source(self, edge: Edge, operation: int) -> int | None:
        """The operation on the other side of an edge, None where it does not depend on one."""
        k, inference = int(self._history.k[operation]), int(self._history.inference[operation])
        index = edge.index
        f = (
            int(index.table[k])
            if index.table is not None
            else (index.scale * k + index.offset) // index.divisor
        )
        number = int(self._base[inference, edge.source]) + f
        left_out = f >= 0 and number >= int(self._base[inference + 1, edge.source])
        if f == NONE or left_out or number < 0 or (f < 0 and edge.scope == Scope.INFERENCE):
            return None
        return int(self._history.offset[edge.source]) + number

    def _blocker(self, operation: int, time: int) -> int | None:
        """The operation whose FREE at this time gave the operation its server."""
        history = self._history
        for resource in self._program.streams[int(history.stream[operation])].resources:
            operations, freed = self._served(resource)
            begin, end = np.searchsorted(freed, (time, time + 1))
            for other in operations[begin:end].tolist():
                if other != operation and history.grant[other] <= history.grant[operation]:
                    return int(other)
        return None

    def _served(self, resource: int) -> tuple[Int, Int]:
        """All operations that a resource served, by FREE, and their FREE [ps]."""
        if resource not in self._freed:
            offset, users = self._history.offset, self._layout.tables.stream
            streams = stream_of(users)[users.resource == resource]
            operations = np.concatenate([np.arange(offset[s], offset[s + 1]) for s in streams])
            free = self._history.free[operations]
            order = np.argsort(free, kind="stable")
            self._freed[resource] = operations[order], free[order]
        return self._freed[resource]


def _because(via: Cause, step: Step) -> Step:
    """A step that is part of an operation's own life inherits why that operation mattered."""
    return step if step.via != Cause.WORK else step._replace(via=via)


def duration(row: Duration, k: int) -> int:
    """Duration [ps] of operation k, counted from the context of its inference."""
    if row.table is not None:
        return int(row.table[k])
    return row.base + row.step * (k % row.reset if row.reset else k)


def _by_target(edges: Sequence[Edge]) -> dict[int, list[Edge]]:
    """FINISH edges of a segment by the stream that they end in."""
    found: dict[int, list[Edge]] = {}
    for edge in edges:
        if edge.kind == Kind.FINISH:
            found.setdefault(edge.target, []).append(edge)
    return found
