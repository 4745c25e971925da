"""What START times tell about servers: set-ups, and since when a server waited for the clock only."""

from collections.abc import Iterator
from heapq import heappush, heappushpop

import numpy as np
from numpy.typing import NDArray

from simulator.program.form import Int, Policy
from simulator.program.layout import Layout
from simulator.program.sharing import clocks, shared, stream_of


def _users(layout: Layout, resource: int) -> Int:
    table = layout.tables.stream
    return np.asarray(stream_of(table)[table.resource == resource])


def _operations(layout: Layout, resource: int) -> Int:
    """All operations that a resource served, by stream."""
    spans = [np.arange(layout.offset[s], layout.offset[s + 1]) for s in _users(layout, resource)]
    return np.concatenate([np.zeros(0, np.int64), *spans])


def grants(layout: Layout, start: Int) -> Int:
    """START less the set-up: the longest over the operation's resources [ps]."""
    setup = np.zeros_like(start)
    table = layout.tables.resource
    for r in np.flatnonzero(table.classes):
        operations = _operations(layout, int(r))
        operations = operations[np.argsort(start[operations], kind="stable")]
        served = layout.tables.stream.setup_class[layout.stream[operations]]
        cost = layout.tables.pool[table.setup[r] + served[:-1] * table.classes[r] + served[1:]]
        setup[operations[1:]] = np.maximum(setup[operations[1:]], cost)
    return start - setup


def available(layout: Layout, ready: Int, grant: Int, free: Int) -> Int:
    """From when on the servers that an operation got only waited for a clock edge [ps].

    Without a clock that is the grant. With one it is the latest of ready, the instant after the last edge before
    the grant, and for each resource with c servers the c-th latest FREE among what it served before.
    """
    period, _ = clocks(layout.tables)
    each = period[layout.stream]
    clocked = each > 1
    since = np.where(clocked, np.maximum(ready, grant - each + 1), grant)
    alone = _alone(layout, period)
    mine = alone[layout.stream[1:]] & (layout.order[1:] > 0)
    since[1:] = np.where(mine, np.maximum(since[1:], free[:-1]), since[1:])
    for r in _clocked_resources(layout, period, alone):
        operations = _served(layout, r, ready, grant)
        freed = _freed(free[operations], int(layout.tables.resource.capacity[r]))
        later = np.maximum(since[operations], freed)
        since[operations] = np.where(clocked[operations], later, since[operations])
    return since


def _alone(layout: Layout, period: Int) -> NDArray[np.bool_]:
    """Per stream: clocked, and its resources have one server that serves nobody else: it frees in order."""
    table = layout.tables.stream
    kept = shared(layout.tables) | (layout.tables.resource.capacity != 1)
    others = np.bincount(stream_of(table), kept[table.resource], len(period))
    return np.asarray((others == 0) & (period > 1))


def _clocked_resources(layout: Layout, period: Int, alone: NDArray[np.bool_]) -> Iterator[int]:
    table = layout.tables.stream
    streams = stream_of(table)
    yield from np.unique(table.resource[(period[streams] > 1) & ~alone[streams]]).tolist()


def _served(layout: Layout, resource: int, ready: Int, grant: Int) -> Int:
    """The operations of a resource in the order in which it served them."""
    operations = _operations(layout, resource)
    key = layout.tables.stream.key[layout.stream[operations]]
    orders = [key, ready[operations], grant[operations]]
    if layout.tables.resource.policy[resource] == Policy.PRIORITY:
        orders.insert(2, layout.duration(layout.tables.priority)[operations])
    return operations[np.lexsort(orders)]


def _freed(free: Int, servers: int) -> Int:
    """For each operation the ``servers``-th latest FREE among those before it, 0 where there are fewer."""
    if servers == 1:
        latest = np.maximum.accumulate(free)
        return np.concatenate((np.zeros(min(1, len(free)), np.int64), latest[:-1]))
    top: list[int] = []
    found = []
    for time in free.tolist():
        found.append(top[0] if len(top) == servers else 0)
        if len(top) < servers:
            heappush(top, time)
        else:
            heappushpop(top, time)
    return np.array(found, np.int64)
