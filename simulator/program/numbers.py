"""Rules of docs/program.md on single numbers; relations between streams are in ``rules``."""

from collections.abc import Iterable

import numpy as np

from simulator.base.errors import InputError
from simulator.program.form import (
    Duration,
    Edge,
    Event,
    Inference,
    Kind,
    Program,
    Resource,
    Scope,
    Segment,
    Work,
)
from simulator.program.names import edge_name, stream_name
from simulator.program.sharing import Clock, combine

LATEST = 1 << 62
"""No time of a run may come near this [ps]."""


def check_frame(program: Program) -> None:
    """Resources and streams, which stay for the whole run. Raises InputError."""
    for r, resource in enumerate(program.resources):
        _resource(resource, f"resource '{resource.name}' (number {r})")
    for s in range(len(program.streams)):
        _stream(program, s)
    _keys(program)


def _resource(row: Resource, place: str) -> None:
    if row.capacity < 1:
        raise InputError("must be at least 1", place=place, field="capacity", value=row.capacity)
    if row.period < 1:
        raise InputError("must be at least 1 ps", place=place, field="period", value=row.period)
    if not 0 <= row.phase < row.period:
        rule = f"must be at least 0 and below the period of {row.period} ps"
        raise InputError(rule, place=place, field="phase", value=row.phase)
    if row.setup is not None:
        _setup(row, place)


def _setup(row: Resource, place: str) -> None:
    square = row.setup or ()
    if row.capacity != 1:
        raise InputError("a set-up table needs a capacity of 1", place=place, value=row.capacity)
    if any(len(line) != len(square) for line in square):
        raise InputError("must be square", place=place, field="set-up table")
    if any(value < 0 for line in square for value in line):
        raise InputError("must hold no negative time", place=place, field="set-up table")
    if any(line[c] for c, line in enumerate(square)):
        raise InputError("must be 0 on the diagonal: no change, no set-up", place=place, field="set-up table")


def _stream(program: Program, s: int) -> None:
    row, place = program.streams[s], stream_name(program, s)
    if any(not 0 <= r < len(program.resources) for r in row.resources):
        rule = f"must name resources 0..{len(program.resources) - 1}"
        raise InputError(rule, place=place, field="resources", value=row.resources)
    if row.group < 0 or (row.group and row.background is not None):
        rule = "must be at least 0, and 0 for background work"
        raise InputError(rule, place=place, field="group", value=row.group)
    if row.gap is not None and row.gap < 0:
        raise InputError("must not be negative", place=place, field="gap", value=row.gap)
    _together(program, s, place)
    if row.background is not None:
        _background(program, s, place)


def _together(program: Program, s: int, place: str) -> None:
    """What the resources of one stream owe each other."""
    row = program.streams[s]
    rows = [program.resources[r] for r in row.resources]
    if len(set(row.resources)) != len(rows):
        raise InputError("must differ", place=place, field="resources", value=[r.name for r in rows])
    if len({r.policy for r in rows}) > 1:
        raise InputError(
            "must have the same policy", place=place, field="resources", value=[r.name for r in rows]
        )
    clock: Clock | None = (1, 0)
    for r in rows:
        clock = clock and combine(clock, (r.period, r.phase))
        if clock is not None and clock[0] >= LATEST:
            rule = "must have a clock edge in common every 2^62 ps"
            raise InputError(rule, place=place, field="resources", value=[r.name for r in rows])
        if clock is None:
            clocks = [f"{o.name}: {o.phase} mod {o.period}" for o in rows]
            raise InputError("must have a clock edge in common", place=place, field="resources", value=clocks)
        if r.setup is not None and not 0 <= row.setup_class < len(r.setup):
            rule = f"must be a row of the set-up table of '{r.name}' (0..{len(r.setup) - 1})"
            raise InputError(rule, place=place, field="setup_class", value=row.setup_class)


def _background(program: Program, s: int, place: str) -> None:
    row = program.streams[s]
    if row.background is not None and (row.background.every < 1 or row.background.first < 0):
        rule = "needs every >= 1 ps and first >= 0 ps"
        raise InputError(rule, place=place, field="background", value=row.background)
    if row.background is not None and 2 * max(row.background.every, row.background.first) >= LATEST:
        rule = "every and first must stay below 2^61 ps"
        raise InputError(rule, place=place, field="background", value=row.background)
    if row.gap is not None or row.released:
        raise InputError("a background stream has no gap and is not released", place=place)


def _keys(program: Program) -> None:
    """A tie between two streams of one resource must be decided by their keys."""
    seen: dict[tuple[int, int], int] = {}
    for s, row in enumerate(program.streams):
        key = s if row.key is None else row.key
        for r in row.resources:
            other = seen.setdefault((r, key), s)
            if other != s:
                both = f"both use '{program.resources[r].name}'"
                rule = f"must differ from that of {stream_name(program, other)}: {both}"
                raise InputError(rule, place=stream_name(program, s), field="key", value=key)


def check_schedule(program: Program, inferences: Iterable[Inference]) -> None:
    """Entries of a schedule against the program's segments. Raises InputError."""
    for i, row in enumerate(inferences):
        place = f"inference {i}"
        if not 0 <= row.segment < len(program.segments):
            rule = f"must be 0..{len(program.segments) - 1}"
            raise InputError(rule, place=place, field="segment", value=row.segment)
        most = program.segments[row.segment].most_context
        if row.context < 0 or (most is not None and row.context > most):
            rule = "must not be negative" if most is None else f"must be 0..{most}, as its durations allow"
            raise InputError(rule, place=place, field="context", value=row.context)
        if row.context >= LATEST:
            raise InputError("must stay below 2^62", place=place, field="context", value=row.context)
        if min(row.release, row.floor) < 0 or max(row.release, row.floor) >= LATEST:
            raise InputError(
                "must be at least 0 and below 2^62 ps",
                place=place,
                field="release, floor",
                value=(row.release, row.floor),
            )


def check_segment(program: Program, q: int) -> None:
    """Numbers of one segment that must be right before it can be tabulated. Raises InputError."""
    segment = program.segments[q]
    for s, work in segment.work.items():
        if not 0 <= s < len(program.streams):
            rule = f"must be a stream, 0..{len(program.streams) - 1}"
            raise InputError(rule, place=f"segment '{segment.name}'", field="work", value=s)
        _work(program, segment, s, work)
    for s, row in enumerate(program.streams):
        n = segment.work[s].n if s in segment.work else 0
        if row.background is not None and n != (q == 0):
            place = f"{stream_name(program, s)} in segment '{segment.name}'"
            raise InputError("a background stream has work of n = 1 in segment 0 only", place=place, value=n)
    _edge_numbers(program, segment)
    _edge_tables(program, q)


def _work(program: Program, segment: Segment, s: int, work: Work) -> None:
    place = f"{stream_name(program, s)} in segment '{segment.name}'"
    if work.n < 0:
        raise InputError("must not be negative", place=place, field="n", value=work.n)
    for field in ("occupancy", "latency", "priority"):
        duration: Duration = getattr(work, field)
        if duration.table is not None and len(duration.table) < work.n:
            rule = f"must have an entry for each of {work.n} operations"
            raise InputError(rule, place=place, field=f"table of {field}", value=len(duration.table))
        if duration.reset < 0:
            raise InputError(
                "must not be negative", place=place, field=f"reset of {field}", value=duration.reset
            )


def _edge_numbers(program: Program, segment: Segment) -> None:
    """Streams, events, kinds and scopes of all edges exist, and no index formula runs backwards."""
    edges, streams = segment.edges, len(program.streams)
    columns = (
        [e.source for e in edges],
        [e.target for e in edges],
        [e.kind for e in edges],
        [e.event for e in edges],
        [e.scope for e in edges],
        [e.index.scale for e in edges],
        [e.index.divisor - 1 for e in edges],
    )
    rows = np.stack([np.fromiter(column, np.int64, len(edges)) for column in columns], axis=1)
    most = np.array(
        [streams - 1, streams - 1, max(Kind), max(Event), max(Scope)] + 2 * [np.iinfo(np.int64).max]
    )
    wrong = (rows < 0) | (rows > most)
    if wrong.any():
        number, field = (int(x) for x in np.argwhere(wrong)[0])
        name = ("source", "target", "kind", "event", "scope", "scale of the index", "divisor of the index")[
            field
        ]
        rule = (
            ("must be a stream of the program",) * 2
            + ("is not known",) * 3
            + ("must be at least 0", "must be at least 1")
        )
        value = int(rows[number, field]) + (field == 6)
        raise InputError(
            rule[field], place=f"edge {number} of segment '{segment.name}'", field=name, value=value
        )


def _edge_tables(program: Program, q: int) -> None:
    segment = program.segments[q]
    counts = {s: work.n for s, work in segment.work.items()}
    for edge in segment.edges:
        n = counts.get(edge.target, 0)
        if edge.index.table is not None and len(edge.index.table) != n:
            rule = f"must have one entry for each of {n} operations"
            raise edge_error(program, q, edge, rule, field="index table", value=len(edge.index.table))


def edge_error(program: Program, q: int, edge: Edge, rule: str, **details: object) -> InputError:
    """A complaint about an edge of segment q, by the names of its streams; ``details``: field and value."""
    segment, field = program.segments[q], str(details["field"])
    place = f"{stream_name(program, edge.target)} in segment '{segment.name}', {edge_name(program, edge)}"
    return InputError(rule, place=place, field=field, value=details["value"])
