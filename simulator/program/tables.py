"""The finalised program: plain arrays, the one form that both engines execute."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.program.form import Duration, Edge, Inference, Int, Program, Segment, Work

NO_GAP = -1
NO_TABLE = -1
_EMPTY = Work(0)


@dataclass(frozen=True)
class ResourceTable:
    """One row a resource; ``setup[r]`` is where its square table begins in the pool, -1 for none."""

    capacity: Int
    policy: Int
    period: Int
    phase: Int
    setup: Int
    classes: Int


@dataclass(frozen=True)
class StreamTable:
    """One row a stream; its resources are ``resource[resource_from[s] : resource_from[s + 1]]``."""

    resource_from: Int
    resource: Int
    key: Int
    gap: Int
    setup_class: Int
    released: NDArray[np.bool_]
    group: Int
    every: Int
    first: Int


@dataclass(frozen=True)
class DurationTable:
    """Durations [ps], each field of shape (segments, streams); ``table`` points into the pool or is -1.

    ``length``: entries of the table, 0 without one.
    """

    base: Int
    step: Int
    reset: Int
    table: Int
    length: Int


@dataclass(frozen=True)
class EdgeTable:
    """All edges, by segment, then target, then in the order in which they were given.

    Edges into stream s in segment q: ``into[q, s] .. into[q, s + 1]``. ``given`` is an edge's position in
    its segment's own list.
    """

    into: Int
    source: Int
    target: Int
    kind: Int
    event: Int
    lag: Int
    free_lag: Int
    offset: Int
    scale: Int
    divisor: Int
    table: Int
    scope: Int
    given: Int


@dataclass(frozen=True)
class Tables:
    """Struct of arrays; ``pool`` holds every index, duration and set-up table.

    ``n`` has shape (segments, streams) and is 0 for background streams, whose durations are in row 0.
    """

    resource: ResourceTable
    stream: StreamTable
    n: Int
    occupancy: DurationTable
    latency: DurationTable
    priority: DurationTable
    edge: EdgeTable
    pool: Int


class _Pool:
    """Concatenates tables, each array object once."""

    def __init__(self) -> None:
        self._at: dict[int, int] = {}
        self._parts: list[Int] = []
        self._keep: list[object] = []
        self._size = 0

    def add(self, table: Int | None) -> int:
        if table is None:
            return NO_TABLE
        if id(table) not in self._at:
            self._at[id(table)] = self._size
            self._keep.append(table)
            self._parts.append(np.asarray(table, dtype=np.int64))
            self._size += len(table)
        return self._at[id(table)]

    def array(self) -> Int:
        return np.concatenate(self._parts) if self._parts else np.zeros(0, np.int64)


def _ints(values: Sequence[int] | list[int]) -> Int:
    return np.fromiter(values, np.int64, len(values))


def tabulate(program: Program) -> Tables:
    """Arrays of a program that has passed ``checks.check``."""
    pool = _Pool()
    return Tables(
        resource=_resources(program, pool),
        stream=_streams(program),
        n=_per_work(program, lambda work: work.n) * _ints([s.background is None for s in program.streams]),
        occupancy=_durations(program, pool, lambda work: work.occupancy),
        latency=_durations(program, pool, lambda work: work.latency),
        priority=_durations(program, pool, lambda work: work.priority),
        edge=_edges(program, pool),
        pool=pool.array(),
    )


def _resources(program: Program, pool: _Pool) -> ResourceTable:
    rows = program.resources
    squares = [None if r.setup is None else np.array(r.setup, dtype=np.int64).ravel() for r in rows]
    return ResourceTable(
        capacity=_ints([r.capacity for r in rows]),
        policy=_ints([r.policy for r in rows]),
        period=_ints([r.period for r in rows]),
        phase=_ints([r.phase for r in rows]),
        setup=_ints([pool.add(square) for square in squares]),
        classes=_ints([0 if r.setup is None else len(r.setup) for r in rows]),
    )


def _streams(program: Program) -> StreamTable:
    rows = program.streams
    ends = np.cumsum([0] + [len(s.resources) for s in rows], dtype=np.int64)
    return StreamTable(
        resource_from=ends,
        resource=_ints([r for s in rows for r in s.resources]),
        key=_ints([number if s.key is None else s.key for number, s in enumerate(rows)]),
        gap=_ints([NO_GAP if s.gap is None else s.gap for s in rows]),
        setup_class=_ints([s.setup_class for s in rows]),
        released=np.array([s.released for s in rows], dtype=np.bool_),
        group=_ints([s.group for s in rows]),
        every=_ints([s.background.every if s.background else 0 for s in rows]),
        first=_ints([s.background.first if s.background else 0 for s in rows]),
    )


def _per_work(program: Program, value: Callable[[Work], int]) -> Int:
    rows = np.zeros((len(program.segments), len(program.streams)), np.int64)
    for q, segment in enumerate(program.segments):
        for s, work in segment.work.items():
            rows[q, s] = value(work)
    return rows


def _durations(program: Program, pool: _Pool, pick: Callable[[Work], Duration]) -> DurationTable:
    table = np.full((len(program.segments), len(program.streams)), NO_TABLE, np.int64)
    for q, segment in enumerate(program.segments):
        for s, work in segment.work.items():
            table[q, s] = pool.add(pick(work).table)
    return DurationTable(
        base=_per_work(program, lambda work: pick(work).base),
        step=_per_work(program, lambda work: pick(work).step),
        reset=_per_work(program, lambda work: pick(work).reset),
        table=table,
        length=_per_work(
            program, lambda work: len(entries) if (entries := pick(work).table) is not None else 0
        ),
    )


def _edges(program: Program, pool: _Pool) -> EdgeTable:
    rows: list[tuple[int, Edge]] = []
    into = np.zeros((len(program.segments), len(program.streams) + 1), np.int64)
    for q, segment in enumerate(program.segments):
        _sort_edges(segment, len(program.streams), into[q], rows)
    edges = [edge for _, edge in rows]
    return EdgeTable(
        into=into,
        source=_ints([e.source for e in edges]),
        target=_ints([e.target for e in edges]),
        kind=_ints([e.kind for e in edges]),
        event=_ints([e.event for e in edges]),
        lag=_ints([e.lag for e in edges]),
        free_lag=_ints([e.free_lag for e in edges]),
        offset=_ints([e.index.offset for e in edges]),
        scale=_ints([e.index.scale for e in edges]),
        divisor=_ints([e.index.divisor for e in edges]),
        table=_ints([pool.add(e.index.table) for e in edges]),
        scope=_ints([e.scope for e in edges]),
        given=_ints([given for given, _ in rows]),
    )


def _sort_edges(segment: Segment, streams: int, into: Int, rows: list[tuple[int, Edge]]) -> None:
    """Append this segment's edges by target; write where each target's begin to ``into`` (streams + 1)."""
    order = sorted(enumerate(segment.edges), key=lambda item: item[1].target)
    counts = (
        np.bincount([edge.target for _, edge in order], minlength=streams) if order else np.zeros(streams)
    )
    into[:] = len(rows) + np.concatenate(([0], np.cumsum(counts)))
    rows.extend(order)


def works(tables: Tables, inference: Inference) -> NDArray[np.bool_]:
    """Per stream: whether its group works in an inference."""
    group = tables.stream.group
    if inference.groups is None:
        return np.ones(len(group), np.bool_)
    return np.asarray((group == 0) | np.isin(group, inference.groups))


def counts(tables: Tables, schedule: Sequence[Inference]) -> Int:
    """Operations of each stream in each inference, shape (inferences, streams)."""
    segments = [inference.segment for inference in schedule]
    found = tables.n[segments] if segments else np.zeros((0, tables.n.shape[1]), np.int64)
    for i, inference in enumerate(schedule):
        if inference.groups is not None:
            found[i] *= works(tables, inference)
    return found


def bases(tables: Tables, schedule: Sequence[Inference]) -> Int:
    """Operations of each stream before each inference, shape (inferences + 1, streams)."""
    found = counts(tables, schedule)
    return np.concatenate((np.zeros((1, found.shape[1]), np.int64), np.cumsum(found, axis=0)))
