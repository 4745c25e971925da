"""Which resources are shared, which streams contend, and when resources have a clock edge together."""

from functools import lru_cache
from math import gcd

import numpy as np
from numpy.typing import NDArray

from simulator.program.form import Int
from simulator.program.remember import for_latest
from simulator.program.tables import StreamTable, Tables

Clock = tuple[int, int]
"""Period and phase [ps] of grants; (1, 0) is unclocked."""


def stream_of(table: StreamTable) -> Int:
    """Stream that names ``table.resource[x]``, same shape."""
    return np.repeat(np.arange(len(table.key)), np.diff(table.resource_from))


def shared(tables: Tables) -> NDArray[np.bool_]:
    """Per resource: more than one stream names it."""
    named = np.bincount(tables.stream.resource, minlength=len(tables.resource.capacity))
    return np.asarray(named > 1)


def contended(tables: Tables) -> NDArray[np.bool_]:
    """Per stream: one of its resources is shared; its grants are decided at the end of an instant."""
    table = tables.stream
    busy = shared(tables)[table.resource]
    return np.bincount(stream_of(table)[busy], minlength=len(table.key)) > 0


@lru_cache(maxsize=1024)
def combine(first: Clock, second: Clock) -> Clock | None:
    """The common edges of two clocks, or None where they never meet (Chinese remainder theorem)."""
    (p, a), (q, b) = first, second
    common = gcd(p, q)
    if (b - a) % common:
        return None
    steps = (b - a) // common * pow(p // common, -1, q // common) % (q // common)
    return p // common * q, a + p * steps


def clock_of(tables: Tables, stream: int) -> Clock | None:
    """Common clock of a stream's resources, None where they have no common edge."""
    table, resource = tables.stream, tables.resource
    clock: Clock | None = (1, 0)
    for r in table.resource[table.resource_from[stream] : table.resource_from[stream + 1]]:
        clock = clock and combine(clock, (int(resource.period[r]), int(resource.phase[r])))
    return clock


@for_latest
def clocks(tables: Tables) -> tuple[Int, Int]:
    """Period and phase [ps] per stream of a checked program."""
    count = len(tables.stream.key)
    period, phase = np.ones(count, np.int64), np.zeros(count, np.int64)
    resources = np.diff(tables.stream.resource_from)
    single = np.flatnonzero(resources == 1)
    own = tables.stream.resource[tables.stream.resource_from[single]]
    period[single] = tables.resource.period[own]
    phase[single] = tables.resource.phase[own] % period[single]
    clocked = np.unique(stream_of(tables.stream)[tables.resource.period[tables.stream.resource] > 1])
    for s in clocked[resources[clocked] > 1].tolist():
        period[s], phase[s] = clock_of(tables, s) or (1, 0)
    for kept in (period, phase):
        kept.setflags(write=False)
    return period, phase


def longest_setup(tables: Tables) -> int:
    """Of all set-up tables [ps]."""
    resource = tables.resource
    squares = (
        tables.pool[at : at + size**2]
        for at, size in zip(resource.setup, resource.classes, strict=True)
        if size
    )
    return max((int(square.max()) for square in squares), default=0)
