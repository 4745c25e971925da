"""Streams that are held with several operations in flight, made simple where FREE never decreases.

A buffer of c slots is a stream with a gap on a resource of capacity c, each operation held until its
content is used up. If nobody else names the resource and FREE(g) never decreases, operation g starts when
FREE(g - c) has come, and no servers need to be counted. FREE itself is computed by a *shadow*: a stream
without resources whose START is the latest of START + occupancy and the HOLD terms. Engines' results do not
show shadows; the rewritten tables are for this engine alone.
"""

from dataclasses import fields, replace

import numpy as np

from simulator.engine.fast_engine.modes import holding, least_capacity, ordered
from simulator.program.form import NONE, Event, Int, Kind, Scope
from simulator.program.remember import for_latest
from simulator.program.sharing import contended
from simulator.program.tables import NO_GAP, NO_TABLE, DurationTable, EdgeTable, Tables

_WAIT, _HOLD = int(Kind.WAIT), int(Kind.HOLD)


@for_latest
def add_shadows(tables: Tables) -> tuple[Tables, Int]:
    """Tables with a shadow for each stream that can have one, and the streams that these belong to.

    Shadows are numbered after the streams, in the order of their owners.
    """
    able = holding(tables) & ~ordered(tables) & ~contended(tables)
    owner = np.array([s for s in np.flatnonzero(able).tolist() if _never_decreases(tables, s)], np.int64)
    if len(owner) == 0:
        return tables, owner
    durations = [_wider(table, len(owner)) for table in (tables.occupancy, tables.latency, tables.priority)]
    return replace(
        tables,
        stream=_streams(tables, owner),
        n=np.concatenate((tables.n, tables.n[:, owner]), axis=1),
        occupancy=durations[0],
        latency=durations[1],
        priority=durations[2],
        edge=_edges(tables, owner),
    ), owner


def _never_decreases(tables: Tables, s: int) -> bool:
    """Whether FREE of stream s certainly does not: one occupancy, holds on one and the same later event."""
    works = np.flatnonzero(tables.n[:, s]).tolist()
    occupancy = tables.occupancy
    if any(occupancy.table[q, s] != NO_TABLE or occupancy.step[q, s] for q in works):
        return False
    if len({int(occupancy.base[q, s]) for q in works}) > 1:
        return False
    holds = []
    for q in works:
        begin, end = tables.edge.into[q, s : s + 2].tolist()
        kinds = tables.edge.kind[begin:end].tolist()
        rows = [begin + at for at, kind in enumerate(kinds) if kind != _WAIT]
        if len(rows) != 1 or tables.edge.kind[rows[0]] != _HOLD:
            return False
        holds.append((rows[0], q))
    return _one_event(tables, [row for row, _ in holds]) and _in_order(tables, holds)


def _one_event(tables: Tables, rows: list[int]) -> bool:
    """Whether edges look at the same event with the same lag, one that never decreases in its stream."""
    edge = tables.edge
    same = {(int(edge.source[x]), int(edge.event[x]), int(edge.lag[x])) for x in rows}
    source, event, _ = next(iter(same))
    group = tables.stream.group
    if any(group[edge.source[x]] not in (0, group[edge.target[x]]) for x in rows):
        return False  # where the other is left out, nothing holds
    return len(same) == 1 and (event != Event.FREE or tables.stream.gap[source] == NO_GAP)


def _in_order(tables: Tables, holds: list[tuple[int, int]]) -> bool:
    """Whether no operation looks at an earlier one than its predecessor does, over inferences too."""
    edge, firsts, lasts = tables.edge, [], []
    for x, q in holds:
        n, count = int(tables.n[q, edge.target[x]]), int(tables.n[q, edge.source[x]])
        if edge.table[x] == NO_TABLE:
            scale, offset, divisor = int(edge.scale[x]), int(edge.offset[x]), int(edge.divisor[x])
            first, last = offset // divisor, (scale * (n - 1) + offset) // divisor
        else:
            ends = tables.pool[edge.table[x] : edge.table[x] + n]
            if NONE in ends:
                return False
            first, last = int(ends[0]), int(ends[-1])
        if edge.scope[x] == Scope.INFERENCE and first < 0:
            return False
        firsts.append(first)
        lasts.append(last - count)
    return max(lasts) <= min(firsts)


def _streams(tables: Tables, owner: Int):  # type: ignore[no-untyped-def]
    table = tables.stream
    more = len(owner)
    none = np.zeros(more, np.int64)
    return replace(
        table,
        resource_from=np.concatenate((table.resource_from, np.full(more, table.resource_from[-1]))),
        key=np.concatenate((table.key, table.key[owner])),
        gap=np.concatenate((table.gap, none)),
        setup_class=np.concatenate((table.setup_class, none)),
        released=np.concatenate((table.released, none.astype(np.bool_))),
        group=np.concatenate((table.group, table.group[owner])),
        every=np.concatenate((table.every, none)),
        first=np.concatenate((table.first, none)),
    )


def _wider(table: DurationTable, more: int) -> DurationTable:
    """Duration table with columns of zeros for shadows."""
    none = np.zeros((len(table.base), more), np.int64)
    return DurationTable(
        base=np.concatenate((table.base, none), axis=1),
        step=np.concatenate((table.step, none), axis=1),
        reset=np.concatenate((table.reset, none), axis=1),
        table=np.concatenate((table.table, none + NO_TABLE), axis=1),
        length=np.concatenate((table.length, none), axis=1),
    )


def _edges(tables: Tables, owner: Int) -> EdgeTable:
    """Holds move to shadows, which are asked for FREE; owners wait for FREE of c operations before."""
    edge, streams = tables.edge, len(tables.stream.key)
    shadow = np.full(streams + len(owner), -1)
    shadow[owner] = streams + np.arange(len(owner))
    moved = (edge.kind == Kind.HOLD) & (shadow[edge.target] >= 0)
    asked = (edge.event == Event.FREE) & (shadow[edge.source] >= 0)
    q = np.repeat(np.arange(len(tables.n)), np.diff(edge.into[:, [0, -1]], axis=1)[:, 0])
    old = {field.name: getattr(edge, field.name) for field in fields(edge) if field.name != "into"}
    old["target"] = np.where(moved, shadow[edge.target], edge.target)
    old["kind"] = np.where(moved, Kind.WAIT, edge.kind)
    old["source"] = np.where(asked, shadow[edge.source], edge.source)
    old["event"] = np.where(asked, Event.START, edge.event)
    added_q, place = np.nonzero(tables.n[:, owner])
    own, size = owner[place], len(place)
    ends, starts = (
        {name: np.zeros(size, np.int64) for name in old},
        {name: np.zeros(size, np.int64) for name in old},
    )
    ends |= {"source": own, "target": shadow[own], "event": np.full(size, Event.FREE)}
    starts |= {"source": shadow[own], "target": own, "event": np.full(size, Event.START)}
    starts |= {"offset": -least_capacity(tables)[own], "scope": np.full(size, Scope.GLOBAL)}
    for new in (ends, starts):
        new |= {"scale": np.ones(size, np.int64), "divisor": np.ones(size, np.int64)}
        new |= {"table": np.full(size, NO_TABLE)}
    rows = {name: np.concatenate((old[name], ends[name], starts[name])) for name in old}
    return _sorted(rows, np.concatenate((q, added_q, added_q)), (len(tables.n), streams + len(owner)))


def _sorted(rows: dict[str, Int], q: Int, shape: tuple[int, int]) -> EdgeTable:
    """Edge table of rows in any order; ``q``: their segments."""
    order = np.lexsort((rows["target"], q))
    counts = np.bincount(q * shape[1] + rows["target"], minlength=shape[0] * shape[1]).reshape(shape)
    begins = np.concatenate(([0], np.cumsum(counts.sum(axis=1))))[:-1]
    into = begins[:, None] + np.concatenate(
        (np.zeros((shape[0], 1), np.int64), np.cumsum(counts, axis=1)), axis=1
    )
    return EdgeTable(into=into, **{name: values[order] for name, values in rows.items()})
