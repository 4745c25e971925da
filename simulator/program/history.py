"""What every operation went through: derived from the START times, the same for every engine.

Definitions are in docs/program.md, section *History*.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from simulator.base.errors import InputError
from simulator.program.finalise import finalise
from simulator.program.form import Event, Int, Kind, Program
from simulator.program.layout import Layout, levels
from simulator.program.service import available, grants
from simulator.program.tables import NO_GAP, Tables
from simulator.program.timeline import Timeline

ORDER, RELEASE, NOTHING = -1, -2, -3
"""Causes that are no edge: the stream's own last operation, the arrival of the inference, none."""


@dataclass(frozen=True)
class History:
    """One entry per operation in each array; stream s has ``rows(s)``. All times [ps].

    ``since <= ready <= available <= grant <= start <= worked <= free``: between them lie the waits for
    operands, for a server and for the clock, set-up, work, and the tail in which a server is kept.
    ``cause`` of the wait for operands: position of the binding edge in its segment's list, or ORDER, RELEASE,
    NOTHING; ``tail_cause`` of the tail likewise. ``inference`` is -1 for background work.
    """

    offset: Int
    stream: Int
    inference: Int
    segment: Int
    k: Int
    since: Int
    ready: Int
    available: Int
    grant: Int
    start: Int
    worked: Int
    free: Int
    done: Int
    cause: Int
    tail_cause: Int

    def rows(self, stream: int) -> slice:
        """The operations of a stream."""
        return slice(int(self.offset[stream]), int(self.offset[stream + 1]))

    def parts(self) -> dict[str, Int]:
        """The tiles of each operation's lifetime from ``since`` to ``free`` [ps]."""
        return {
            "wait_operand": self.ready - self.since,
            "wait_server": self.available - self.ready,
            "wait_clock": self.grant - self.available,
            "setup": self.start - self.grant,
            "work": self.worked - self.start,
            "tail": self.free - self.worked,
        }


def history(program: Program, timeline: Timeline, tables: Tables | None = None) -> History:
    """Derive the history from a timeline with full recording. Raises InputError without one."""
    if timeline.recording.level != "full":
        rule = "waits are derived from all START times"
        raise InputError(rule, place="recording", value=timeline.recording.level, remedy="Record in full.")
    return _derive(Layout(program, tables or finalise(program), timeline.count), timeline)


class _Events(NamedTuple):
    """START, FREE and DONE of all operations, shape (3, operations), and START + occupancy."""

    times: Int
    worked: Int


def _derive(layout: Layout, timeline: Timeline) -> History:
    start = np.concatenate([np.zeros(0, np.int64), *timeline.start])
    events = _events(layout, start)
    since, early = _since(layout, events.times), _early(layout)
    ready = _ready(layout, events.times, np.maximum(since, early))
    grant = grants(layout, start)
    free = events.times[Event.FREE]
    return History(
        offset=layout.offset,
        stream=layout.stream,
        inference=layout.inference,
        segment=layout.segment,
        k=layout.k,
        since=since,
        ready=ready,
        available=available(layout, ready, grant, free),
        grant=grant,
        start=start,
        worked=events.worked,
        free=free,
        done=events.times[Event.DONE],
        cause=_cause(layout, events.times, ready, since),
        tail_cause=_tail_cause(layout, events),
    )


def _rows(layout: Layout, kind: Kind) -> Int:
    return np.flatnonzero(layout.tables.edge.kind == kind)


def _events(layout: Layout, start: Int) -> _Events:
    """FREE and DONE by their definitions, producers before consumers."""
    tables, edge = layout.tables, layout.tables.edge
    done = start + layout.duration(tables.latency)
    finish, hold = _rows(layout, Kind.FINISH), _rows(layout, Kind.HOLD)
    _raise(layout, finish, edge.lag, done, done, in_order=True)
    free = start + layout.duration(tables.occupancy)
    worked = free.copy()
    _raise(layout, finish, edge.free_lag, done, free)
    for event, times in ((Event.START, start), (Event.DONE, done), (Event.FREE, free)):
        _raise(layout, hold[edge.event[hold] == event], edge.lag, times, free)
    return _Events(np.stack((start, free, done)), worked)


def _raise(layout: Layout, rows: Int, lag: Int, source: Int, target: Int, *, in_order: bool = False) -> None:
    """Raise ``target`` to source + lag along these edges; if both are one array, in order of dependence.

    ``in_order``: no operation is before its predecessor.
    """
    edge = layout.tables.edge
    level, acyclic = levels(edge.source[rows], edge.target[rows], len(layout.count))
    if source is not target:
        level[:], acyclic = 0, True
    while True:
        before = None if acyclic else target.copy()
        for depth in range(int(level.max(initial=0)) + 1):
            for to, of, row in layout.dependencies(rows[level[edge.target[rows]] == depth]):
                np.maximum.at(target, to, source[of] + lag[row])
            if in_order:
                _accumulate(layout, target, np.flatnonzero(level == depth))
        if before is None or np.array_equal(before, target):
            return


def _accumulate(layout: Layout, times: Int, streams: Int) -> None:
    for s in streams:
        rows = slice(layout.offset[s], layout.offset[s + 1])
        np.maximum.accumulate(times[rows], out=times[rows])


def _since(layout: Layout, times: Int) -> Int:
    """When the stream itself was through with the operation before: the lifetime begins."""
    gap = layout.tables.stream.gap[layout.stream]
    own = np.where(gap == NO_GAP, times[Event.FREE], times[Event.START] + gap)
    since: Int = np.zeros_like(own)
    since[1:] = own[:-1]
    since[layout.order == 0] = 0
    return since


def _early(layout: Layout) -> Int:
    """Floors, releases, and the beat of background work."""
    table, schedule = layout.tables.stream, layout.program.schedule
    floor = np.array([0, *(row.floor for row in schedule)], np.int64)
    release = np.array([0, *(row.release for row in schedule)], np.int64)
    early = layout.spread(np.where(table.released[:, None], np.maximum(floor, release), floor))
    if table.every.any():
        beat = table.first[layout.stream] + layout.order * table.every[layout.stream]
        early = np.where(layout.inference >= 0, early, beat)
    return early


def _ready(layout: Layout, times: Int, least: Int) -> Int:
    edge, ready = layout.tables.edge, least.copy()
    for to, of, row in layout.dependencies(_rows(layout, Kind.WAIT)):
        np.maximum.at(ready, to, times[edge.event[row], of] + edge.lag[row])
    return ready


def _cause(layout: Layout, times: Int, ready: Int, since: Int) -> Int:
    """Nothing was waited for where ready = since; else the lowest binding edge; else the release."""
    edge = layout.tables.edge
    cause = _lowest(layout, _rows(layout, Kind.WAIT), edge.lag, times, ready)
    cause[cause == NOTHING] = RELEASE
    cause[ready == since] = ORDER
    cause[(ready == 0) & (layout.order == 0)] = NOTHING
    return cause


def _lowest(layout: Layout, rows: Int, lag: Int, times: Int, bound: Int) -> Int:
    """The lowest edge in its segment's list whose event + lag is ``bound``, NOTHING where there is none."""
    edge, none = layout.tables.edge, np.iinfo(np.int64).max
    lowest = np.full(len(bound), none)
    for to, of, row in layout.dependencies(rows):
        binding = times[edge.event[row], of] + lag[row] == bound[to]
        np.minimum.at(lowest, to[binding], edge.given[row[binding]])
    lowest[lowest == none] = NOTHING
    return lowest


def _tail_cause(layout: Layout, events: _Events) -> Int:
    edge = layout.tables.edge
    lag = np.where(edge.kind == Kind.FINISH, edge.free_lag, edge.lag)
    rows = np.flatnonzero(edge.kind != Kind.WAIT)
    free = events.times[Event.FREE]
    cause = _lowest(layout, rows, lag, events.times, free)
    cause[free == events.worked] = NOTHING
    return cause
