"""Rules of docs/program.md that relate durations, edges and streams, checked on whole arrays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from simulator.base.errors import InputError
from simulator.program.form import NONE, Edge, Event, Inference, Int, Kind, Program, Scope
from simulator.program.names import stream_name
from simulator.program.numbers import LATEST, edge_error
from simulator.program.remember import for_latest
from simulator.program.sharing import clocks, contended, longest_setup
from simulator.program.tables import NO_TABLE, DurationTable, Tables

Float = NDArray[np.float64]

_PRIORITY = "must stay between -2^62 and 2^62"


@dataclass(frozen=True)
class Scene:
    """A program with the tables of its segments from ``first`` on."""

    program: Program
    tables: Tables
    first: int = 0

    def edge(self, row: int) -> tuple[int, Edge]:
        """Segment number and edge of a row of the edge table."""
        q = int(np.searchsorted(self.tables.edge.into[:, 0], row, side="right")) - 1
        while row >= self.tables.edge.into[q, -1]:
            q += 1
        return self.first + q, self.program.segments[self.first + q].edges[self.tables.edge.given[row]]

    def refuse_edge(self, wrong: NDArray[np.bool_], rule: str, field: str, value: Int | None = None) -> None:
        """Raise InputError for the first row that is wrong, if there is one."""
        if wrong.any():
            row = int(np.argmax(wrong))
            q, edge = self.edge(row)
            got = None if value is None else int(value[row])
            raise edge_error(self.program, q, edge, rule, field=field, value=got)


def check_rules(scene: Scene) -> None:
    """Durations, lags, indices and kinds of edge. Raises InputError."""
    _durations(scene)
    _lags(scene)
    _indices(scene)
    _kinds(scene)


def extremes(table: DurationTable, n: Int, pool: Int, context: int = 0) -> tuple[Float, Float]:
    """Least and greatest value over the operations of each (segment, stream); ``base`` where n is 0.

    Of a table all entries, of others up to the largest ``context``. In floating point, so that what is too large for
    an integer cannot wrap.
    """
    count = n + np.where(n > 0, context, 0)
    last = np.maximum(np.where(table.reset > 0, np.minimum(count, table.reset), count) - 1, 0)
    growth = table.step.astype(np.float64) * last
    low, high = table.base + np.minimum(0, growth), table.base + np.maximum(0, growth)
    for q, s in np.argwhere((table.table != NO_TABLE) & (n > 0)):
        begin = table.table[q, s]
        values = pool[begin : begin + table.length[q, s]]
        low[q, s], high[q, s] = values.min(), values.max()
    return low, high


def counts(tables: Tables, first: int = 0) -> Int:
    """Operations per (segment from ``first`` on, stream) with 1 for background work, shape of ``tables.n``."""
    n = tables.n.copy()
    if first == 0 and len(n):
        n[0] += tables.stream.every > 0
    return n


def _durations(scene: Scene) -> None:
    tables, n = scene.tables, counts(scene.tables, scene.first)
    least = contended(tables).astype(np.int64)
    for field, table in (("occupancy", tables.occupancy), ("latency", tables.latency)):
        low, _ = extremes(table, n, tables.pool)
        wrong = (n > 0) & (low < least)
        if wrong.any():
            q, s = (int(x) for x in np.argwhere(wrong)[0])
            segment = scene.program.segments[scene.first + q].name
            raise _too_short(scene, s, f"{field} in segment '{segment}'", int(low[q, s]), bool(least[s]))
    wrong = _far(tables, n)
    if wrong.any():
        q, s = (int(x) for x in np.argwhere(wrong)[0])
        place = f"{stream_name(scene.program, s)} in segment '{scene.program.segments[scene.first + q].name}'"
        raise InputError(_PRIORITY, place=place, field="priority")
    wrong_gap = (tables.stream.gap == 0) & (least > 0)
    if wrong_gap.any():
        raise _too_short(scene, int(np.argmax(wrong_gap)), "gap", 0, True)


def _far(tables: Tables, n: Int, context: int = 0) -> NDArray[np.bool_]:
    """Per (segment, stream): priorities that could not be compared."""
    low, high = extremes(tables.priority, n, tables.pool, context)
    return (n > 0) & ((low <= -LATEST) | (high >= LATEST))


def _too_short(scene: Scene, s: int, field: str, value: int, shares: bool) -> InputError:
    rule = "must be at least 1 ps on a shared resource" if shares else "must not be negative"
    return InputError(rule, place=stream_name(scene.program, s), field=field, value=value)


def _lags(scene: Scene) -> None:
    edge = scene.tables.edge
    scene.refuse_edge(edge.lag < 0, "must not be negative", "lag", edge.lag)
    scene.refuse_edge(edge.free_lag < 0, "must not be negative", "free_lag", edge.free_lag)
    stray = (edge.free_lag > 0) & (edge.kind != Kind.FINISH)
    scene.refuse_edge(stray, "stands on finish edges only", "free_lag", edge.free_lag)
    early = (edge.event == Event.START) & (edge.lag < 1)
    scene.refuse_edge(early, "must be at least 1 ps after a START", "lag", edge.lag)


def segment_of(tables: Tables) -> Int:
    """Row of the segment of each edge, counted from the tables' first."""
    sizes = tables.edge.into[:, -1] - tables.edge.into[:, 0]
    return np.repeat(np.arange(len(sizes)), sizes)


def _indices(scene: Scene) -> None:
    tables, edge = scene.tables, scene.tables.edge
    q = segment_of(tables)
    targets, sources = tables.n[q, edge.target], tables.n[q, edge.source]
    span = edge.scale.astype(np.float64) * np.maximum(targets - 1, 0) + np.abs(edge.offset.astype(np.float64))
    scene.refuse_edge(span >= LATEST, "scale and offset must stay below 2^62 for all operations", "index")
    last = (edge.scale * np.maximum(targets - 1, 0) + edge.offset) // edge.divisor
    for row in np.flatnonzero((edge.table != NO_TABLE) & (targets > 0)):
        values = tables.pool[edge.table[row] : edge.table[row] + targets[row]]
        real = values[values != NONE]
        last[row] = real.max(initial=NONE)
        wrong = np.arange(len(last)) == row
        if (real <= -LATEST).any():
            scene.refuse_edge(wrong, "must stay above -2^62", "index table")
        if (real[1:] < real[:-1]).any():
            scene.refuse_edge(wrong, "must not decrease", "index table")
    beyond = (targets > 0) & (last >= 0) & (last >= sources)
    scene.refuse_edge(beyond, "looks beyond the source's last operation", "index", last)


def _kinds(scene: Scene) -> None:
    tables, edge = scene.tables, scene.tables.edge
    behind = tables.stream.every > 0
    scene.refuse_edge(
        behind[edge.source] | behind[edge.target], "a background stream has no edges", "streams"
    )
    group = tables.stream.group
    apart = (group[edge.source] > 0) & (group[edge.source] != group[edge.target])
    rule = "an edge out of a group that may be left out does not look at earlier inferences from outside"
    scene.refuse_edge(apart & (edge.scope == Scope.GLOBAL), rule, "scope")
    bare = np.diff(tables.stream.resource_from) == 0
    hold = edge.kind == Kind.HOLD
    scene.refuse_edge(hold & bare[edge.target], "a hold needs a resource to hold", "kind")
    finish = edge.kind == Kind.FINISH
    scene.refuse_edge(finish & (edge.event != Event.DONE), "a finish edge looks at DONE", "event", edge.event)
    alone = np.zeros(len(finish), dtype=np.bool_)
    partners = _starts(scene)
    for row in np.flatnonzero(finish):
        q, given = scene.edge(int(row))
        mates = partners.get((q, given.source, given.target), [])
        alone[row] = not any(_same_index(given, mate) for mate in mates)
    rule = "must stand beside a wait on START of the same producer with the same index and scope"
    scene.refuse_edge(alone, rule, "finish")


def _starts(scene: Scene) -> dict[tuple[int, int, int], list[Edge]]:
    """WAIT edges on START by segment, source and target."""
    found: dict[tuple[int, int, int], list[Edge]] = {}
    edge = scene.tables.edge
    for row in np.flatnonzero((edge.kind == Kind.WAIT) & (edge.event == Event.START)):
        q, given = scene.edge(int(row))
        found.setdefault((q, given.source, given.target), []).append(given)
    return found


def _same_index(one: Edge, other: Edge) -> bool:
    a, b = one.index, other.index
    if one.scope != other.scope or (a.table is None) != (b.table is None):
        return False
    if a.table is None or b.table is None:
        return (a.offset, a.scale, a.divisor) == (b.offset, b.scale, b.divisor)
    return a.table is b.table or np.array_equal(a.table, b.table)


def check_horizon(tables: Tables, inferences: Sequence[Inference], before: float = 0) -> float:
    """When all operations are over at the latest, were they to follow one another [ps].

    ``before``: the same of the inferences before these. Raises InputError.
    """
    context = max((row.context for row in inferences), default=0)
    times = np.bincount([row.segment for row in inferences], minlength=len(tables.n))
    latest = max((max(row.release, row.floor) for row in inferences), default=0)
    end = max(before, latest) + float((_serial(tables)(context) * times).sum())
    if not end < LATEST:
        rule = "all durations, lags, set-ups and releases together must stay below 2^62 ps"
        raise InputError(
            rule, place="program", value=f"{end:.3g} ps", remedy="Run fewer inferences at a time."
        )
    return end


@for_latest
def _serial(tables: Tables) -> Callable[[int], Float]:
    """Per segment: count times longest durations, set-ups, clock periods and lags [ps], up to a context."""
    n = counts(tables).astype(np.float64)
    period, _ = clocks(tables)
    other = longest_setup(tables) + period + np.maximum(tables.stream.gap, 0)
    q, edge = segment_of(tables), tables.edge
    lags = np.bincount(q, (edge.lag.astype(np.float64) + edge.free_lag) * n[q, edge.target], minlength=len(n))

    @cache
    def serial(context: int) -> Float:
        if context and tables.priority.step.any() and _far(tables, tables.n, context).any():
            raise InputError(
                _PRIORITY, place="program", field="priority in the largest context", value=context
            )
        both = (extremes(t, tables.n, tables.pool, context)[1] for t in (tables.occupancy, tables.latency))
        return np.asarray((n * (sum(both) + other)).sum(axis=1) + lags)

    return serial
