"""From tables to the rows and rings of the kernel."""

from dataclasses import dataclass

import numpy as np

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.modes import modes
from simulator.engine.fast_engine.segments import add_segments
from simulator.program.form import Int, Policy
from simulator.program.sharing import clocks, stream_of
from simulator.program.tables import NO_GAP, NO_TABLE, DurationTable, Tables

RECENT = 64
"""Least number of operations whose event times a ring keeps."""

SERVERS = 64
"""Most busy servers of a pool for which there is room at first."""


@dataclass
class Image:
    """Rows and rings at time zero, and where things are in them.

    ``stream``, ``resource``: addresses by number. ``works``: where the work rows of each segment begin.
    ``edge``, ``edge_source``: addresses of the edges and of their sources. ``pair``: sorted codes
    (target x streams + source) of the taps at the addresses ``tap``.
    """

    row: Int
    ring: Int
    stream: Int
    resource: Int
    works: Int
    edge: Int
    edge_source: Int
    pair: Int
    tap: Int

    def put(self, addresses: Int, field: int, values: object) -> None:
        """Set one field of many rows."""
        self.row[addresses + field] = values

    def get(self, addresses: Int, field: int) -> Int:
        """One field of many rows."""
        return self.row[addresses + field]

    def reserve(self, sizes: Int) -> Int:
        """Places in the ring for regions of these sizes."""
        ends = len(self.ring) + np.cumsum(sizes)
        self.ring = np.concatenate((self.ring, np.zeros(int(np.sum(sizes)), np.int64)))
        return np.asarray(ends - sizes)


def build(tables: Tables, recent: int = RECENT) -> Image:
    """Image of a program at time zero; ``recent`` bounds the rings from below."""
    count, resources = len(tables.stream.key), len(tables.resource.capacity)
    first_resource = count * f.STREAM_SIZE
    first_list = first_resource + resources * f.RESOURCE_SIZE
    none = np.zeros(0, np.int64)
    image = Image(
        row=np.zeros(first_list + len(tables.stream.resource), np.int64),
        ring=none,
        stream=_addresses(tables),
        resource=first_resource + np.arange(resources) * f.RESOURCE_SIZE,
        works=none,
        edge=none,
        edge_source=none,
        pair=none,
        tap=none,
    )
    image.row[first_list:] = image.resource[tables.stream.resource]
    mode = modes(tables)
    _fill_streams(image, tables, mode, first_list)
    _fill_background(image, tables)
    _fill_resources(image, tables, mode)
    add_segments(image, tables, 0, recent)
    return image


def _addresses(tables: Tables) -> Int:
    """Streams stand in the order of their keys, so that addresses break ties."""
    count = len(tables.stream.key)
    stream = np.empty(count, np.int64)
    stream[np.lexsort((np.arange(count), tables.stream.key))] = np.arange(count) * f.STREAM_SIZE
    return stream


def _fill_streams(image: Image, tables: Tables, mode: Int, first_list: int) -> None:
    s, table = image.stream, tables.stream
    for field in (f.START, f.AT_START, f.AT_FREE, f.AT_DONE, f.WORK, f.WAITER, f.LINK, f.HOLDER, f.SLOT):
        image.put(s, field, f.NIL)
    for field in (f.TAPS_IN, f.TAPS_OUT, f.ALARM):
        image.put(s, field, f.NIL)
    for field in (f.FIRST_NEED, f.PIN):
        image.put(s, field, f.INF)
    image.put(s, f.NUMBER, np.arange(len(s)))
    image.put(s, f.MODE, mode)
    image.put(s, f.GAP, np.where(table.gap == NO_GAP, f.NIL, table.gap))
    image.put(s, f.RELEASED, table.released)
    image.put(s, f.CLASS, table.setup_class)
    image.put(s, f.RESOURCES, first_list + table.resource_from[:-1])
    image.put(s, f.RESOURCES_END, first_list + table.resource_from[1:])
    period, phase = clocks(tables)
    image.put(s, f.PERIOD, period)
    image.put(s, f.PHASE, phase)
    ranked = stream_of(table)[tables.resource.policy[table.resource] == Policy.PRIORITY]
    image.row[s[ranked] + f.RANKED] = 1
    with_setup = stream_of(table)[tables.resource.setup[table.resource] != NO_TABLE]
    image.row[s[with_setup] + f.SETUPS] = 1
    names = np.diff(table.resource_from)
    served = (mode == f.FIFO) | ((mode == f.EAGER) & (table.gap != NO_GAP) & (names > 0))
    image.put(s, f.SERVED, served)
    image.put(s, f.PLAIN, (period == 1) & ~served)


def _fill_background(image: Image, tables: Tables) -> None:
    """Background streams stay at their only work, which has no number."""
    behind = np.flatnonzero(tables.stream.every)
    s = image.stream[behind]
    image.put(s, f.EVERY, tables.stream.every[behind])
    image.put(s, f.FIRST, tables.stream.first[behind])
    image.put(s, f.N, f.INF)
    image.put(s, f.K, 1)
    for field, table in _durations(tables):
        at = table.table[0, behind]
        tabled = at != NO_TABLE
        base = table.base[0, behind]
        base[tabled] = tables.pool[at[tabled]]
        image.put(s, field, base)
        image.put(s, field + 3, f.NIL)


def _durations(tables: Tables) -> list[tuple[int, DurationTable]]:
    return [(f.OCCUPANCY, tables.occupancy), (f.LATENCY, tables.latency), (f.PRIORITY, tables.priority)]


def _fill_resources(image: Image, tables: Tables, mode: Int) -> None:
    r, table = image.resource, tables.resource
    image.put(r, f.CAPACITY, table.capacity)
    image.put(r, f.IDLE, table.capacity)
    image.put(r, f.LAST, f.NIL)
    image.put(r, f.SETUP, np.where(table.setup == NO_TABLE, f.NIL, table.setup))
    image.put(r, f.CLASSES, table.classes)
    user = stream_of(tables.stream)
    served = np.bincount(tables.stream.resource[mode[user] < f.ARBITER], minlength=len(r)) > 0
    room = np.where(served, np.minimum(table.capacity, SERVERS), 0)
    image.put(r, f.ROOM, room)
    image.put(r, f.SERVERS, image.reserve(room))
    lines = np.bincount(tables.stream.resource[mode[user] >= f.ARBITER], minlength=len(r))
    image.put(r, f.QUEUE_ROOM, 2 * lines)
    image.put(r, f.QUEUE, image.reserve(2 * lines))


