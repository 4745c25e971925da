"""From tables to the memory of the kernel."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.modes import modes, ordered
from simulator.engine.fast_engine.segments import add_segments
from simulator.program.form import Int, Policy
from simulator.program.sharing import clocks, stream_of
from simulator.program.tables import NO_GAP, NO_TABLE, DurationTable, Tables

RECENT = 16
"""Least number of operations whose event times a ring keeps."""

SERVERS = 64
"""Most busy servers of a pool for which there is room at first."""


@dataclass
class Image:
    """Memory at time zero, and where things are in it.

    ``stream``, ``resource``: addresses by number. ``works``: where the work rows of each segment begin.
    ``edge``, ``edge_source``: addresses of the edges and of their sources. ``pair``: sorted codes
    (target x streams + source) of the taps at the addresses ``tap``.
    """

    m: Int
    stream: Int
    resource: Int
    works: Int
    edge: Int
    edge_source: Int
    pair: Int
    tap: Int

    def put(self, addresses: Int, field: int, values: Any) -> None:
        """Set one field of many rows."""
        self.m[addresses + field] = values

    def get(self, addresses: Int, field: int) -> Int:
        """One field of many rows."""
        return self.m[addresses + field]

    def append(self, values: Int) -> int:
        """Add values at the end of the memory, where a line of the cache begins; their place."""
        gap = -len(self.m) % f.LINE
        self.m = np.concatenate((self.m, np.zeros(gap, np.int64), values.ravel()))
        return len(self.m) - values.size

    def reserve(self, sizes: Int) -> Int:
        """Places of new regions of these sizes."""
        ends = np.cumsum(sizes)
        return np.asarray(self.append(np.zeros(int(np.sum(sizes)), np.int64)) + ends - sizes)

    @property
    def rows(self) -> list[tuple[Int, int]]:
        """Addresses of all rows of one kind and their size, kind by kind; works and inferences apart."""
        rest = self.get(self.edge, f.REST)
        places = (self.stream, self.resource, self.edge, rest, self.tap)
        sizes = (f.STREAM_SIZE, f.RESOURCE_SIZE, f.EDGE_SIZE, f.REST_SIZE, f.TAP_SIZE)
        return list(zip(places, sizes, strict=True))


def aligned(memory: Int, more: int = 0) -> Int:
    """A copy that begins with a line of the cache, with so much more room."""
    words = np.zeros(len(memory) + more + f.LINE, np.int64)
    begin = -(words.ctypes.data // 8) % f.LINE
    words[begin : begin + len(memory)] = memory
    return words[begin : begin + len(memory) + more]


def build(tables: Tables, owner: Int, recent: int = RECENT) -> Image:
    """Image of a program at time zero; ``recent`` bounds the rings from below, ``owner``: see shadows.py."""
    count, resources = len(tables.stream.key), len(tables.resource.capacity)
    first_resource = f.FIRST_STREAM + count * f.STREAM_SIZE
    none = np.zeros(0, np.int64)
    image = Image(
        m=np.zeros(first_resource + resources * f.RESOURCE_SIZE, np.int64),
        stream=_addresses(tables),
        resource=first_resource + np.arange(resources) * f.RESOURCE_SIZE,
        works=none,
        edge=none,
        edge_source=none,
        pair=none,
        tap=none,
    )
    mode = modes(tables)
    _fill_streams(image, tables, mode, owner)
    _fill_background(image, tables)
    _fill_resources(image, tables, mode)
    shadow = image.stream[count - len(owner) :]
    image.put(shadow, f.SHADOW, image.stream[owner])
    image.put(shadow, f.PLAIN, 0)
    add_segments(image, tables, 0, 0, recent)
    return image


def _addresses(tables: Tables) -> Int:
    """Streams stand in the order of their keys, so that addresses break ties."""
    count = len(tables.stream.key)
    stream = np.empty(count, np.int64)
    rank = np.lexsort((np.arange(count), tables.stream.key))
    stream[rank] = f.FIRST_STREAM + np.arange(count) * f.STREAM_SIZE
    return stream


def _fill_streams(image: Image, tables: Tables, mode: Int, owner: Int) -> None:
    s, table = image.stream, tables.stream
    for field in (f.START, f.WORK, f.WAITER, f.HOLDER, f.SLOT, f.TAPS_IN, f.TAPS_OUT, f.ALARM, f.SHADOW):
        image.put(s, field, f.NIL)
    for field in (f.FIRST_NEED, f.PIN):
        image.put(s, field, f.INF)
    image.put(s, f.NUMBER, np.arange(len(s)))
    image.put(s, f.MODE, mode)
    image.put(s, f.GAP, np.where(table.gap == NO_GAP, 0, table.gap))
    image.put(s, f.ORDERED, ordered(tables))
    image.put(s, f.RELEASED, table.released)
    image.put(s, f.GROUP, table.group)
    image.put(s, f.GROUPS, f.NIL)
    image.put(s, f.CLASS, table.setup_class)
    lists = image.append(image.resource[table.resource])
    image.put(s, f.RESOURCES, lists + table.resource_from[:-1])
    image.put(s, f.RESOURCES_END, lists + table.resource_from[1:])
    period, phase = clocks(tables)
    image.put(s, f.PERIOD, period)
    image.put(s, f.PHASE, phase)
    image.put(s, f.GRANT, phase)  # a clock edge, as are all grants
    for field, which in (
        (f.RANKED, tables.resource.policy == Policy.PRIORITY),
        (f.SETUPS, tables.resource.setup != NO_TABLE),
    ):
        image.m[s[stream_of(table)[which[table.resource]]] + field] = 1
    names = np.diff(table.resource_from)
    served = (mode == f.FIFO) | ((mode == f.EAGER) & ~ordered(tables) & (names > 0))
    served[owner] = False  # they wait for their shadows
    image.put(s, f.SERVED, served)
    image.put(s, f.COUNTED, served | (mode >= f.ARBITER))
    image.put(s, f.PLAIN, (period == 1) & (mode == f.EAGER) & ~served)


def _fill_background(image: Image, tables: Tables) -> None:
    """Background streams stay at their only work, which has no number."""
    behind = np.flatnonzero(tables.stream.every)
    s = image.stream[behind]
    image.put(s, f.EVERY, tables.stream.every[behind])
    image.put(s, f.FIRST, tables.stream.first[behind])
    image.put(s, f.N, f.INF)
    image.put(s, f.K, 1)
    image.put(s, f.CONSTANT, 1)
    for field, table in _durations(tables):
        at = table.table[:1, behind].ravel()
        base = table.base[:1, behind].ravel()
        base[at != NO_TABLE] = tables.pool[at[at != NO_TABLE]]
        image.put(s, field, base)
    image.put(s, f.PRIORITIES + 3, f.NIL)


def _durations(tables: Tables) -> list[tuple[int, DurationTable]]:
    return [(f.OCCUPANCY, tables.occupancy), (f.LATENCY, tables.latency), (f.PRIORITIES, tables.priority)]


def _fill_resources(image: Image, tables: Tables, mode: Int) -> None:
    r, table = image.resource, tables.resource
    image.put(r, f.CAPACITY, table.capacity)
    image.put(r, f.IDLE, table.capacity)
    image.put(r, f.LAST, f.NIL)
    for number in np.flatnonzero(table.setup != NO_TABLE).tolist():
        begin, size = int(table.setup[number]), int(table.classes[number]) ** 2
        image.m[r[number] + f.SETUP] = image.append(tables.pool[begin : begin + size])
    image.put(r[table.setup == NO_TABLE], f.SETUP, f.NIL)
    image.put(r, f.CLASSES, table.classes)
    user = stream_of(tables.stream)
    served = np.bincount(
        tables.stream.resource[image.get(image.stream, f.SERVED)[user] > 0], minlength=len(r)
    )
    room = np.where(served > 0, np.minimum(table.capacity, SERVERS), 0)
    image.put(r, f.ROOM, room)
    image.put(r, f.SERVERS, image.reserve(room))
    lines = np.bincount(tables.stream.resource[mode[user] >= f.ARBITER], minlength=len(r))
    image.put(r, f.QUEUE_ROOM, 2 * lines)
    image.put(r, f.QUEUE, image.reserve(2 * lines))
