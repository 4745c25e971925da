"""How each stream is advanced."""

import numpy as np
from numpy.typing import NDArray

from simulator.engine.fast_engine import layout as f
from simulator.program.form import Int, Kind, Policy
from simulator.program.sharing import contended, shared, stream_of
from simulator.program.tables import NO_GAP, Tables


def modes(tables: Tables) -> Int:
    """Mode per stream.

    Contended streams that are linked by common resources share a mode: first come, first served where
    nothing is held and no shared resource has priorities, else the arbiter.
    """
    held = holding(tables)
    mode = np.where(held & ~ordered(tables), f.SOLITARY, f.EAGER)
    group = _groups(tables)
    named = tables.stream.resource
    urgent = shared(tables) & (tables.resource.policy == Policy.PRIORITY)
    decided = np.zeros(len(urgent), np.bool_)
    decided[group[urgent]] = True
    crowd = contended(tables)
    user = stream_of(tables.stream)
    decided[group[named[(held & crowd)[user]]]] = True
    first = named[tables.stream.resource_from[:-1][crowd]]
    mode[crowd] = np.where(decided[group[first]], f.ARBITER, f.FIFO)
    return mode


def ordered(tables: Tables) -> NDArray[np.bool_]:
    """Per stream: an operation cannot start before FREE of the previous one.

    So it is without a gap, and with one where a resource that nobody else names has a single server.
    """
    alone = ~contended(tables) & (least_capacity(tables) == 1)
    return np.asarray((tables.stream.gap == NO_GAP) | alone, np.bool_)


def least_capacity(tables: Tables) -> Int:
    """Per stream: servers of its smallest resource; without a resource more than any program has."""
    least = np.full(len(tables.stream.key), f.INF)
    np.minimum.at(least, stream_of(tables.stream), tables.resource.capacity[tables.stream.resource])
    return least


def holding(tables: Tables) -> NDArray[np.bool_]:
    """Per stream: some segment has a HOLD edge into it."""
    held = np.zeros(len(tables.stream.key), np.bool_)
    held[tables.edge.target[tables.edge.kind == Kind.HOLD]] = True
    return held


def _groups(tables: Tables) -> Int:
    """Per resource: the least of those that streams link it with, directly or not."""
    parent = list(range(len(tables.resource.capacity)))

    def root(r: int) -> int:
        while parent[r] != r:
            parent[r] = parent[parent[r]]
            r = parent[r]
        return r

    begins, names = tables.stream.resource_from.tolist(), tables.stream.resource.tolist()
    for s in np.flatnonzero(np.diff(tables.stream.resource_from) > 1).tolist():
        first, *others = (root(r) for r in names[begins[s] : begins[s + 1]])
        for other in others:
            low, high = sorted((first, root(other)))
            parent[high] = low
            first = low
    return np.array([root(r) for r in range(len(parent))], np.int64)
