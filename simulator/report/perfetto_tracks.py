"""Which track each operation is drawn on: a process per place on the chip, a track per server."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np

from simulator.program.form import Int, Program, Resource
from simulator.program.history import History
from simulator.report.text import plain

LINKS, GLOBALS = "links", "global digital units"
_FIRST = ("power", "host")
_LAST = (GLOBALS, LINKS)


@dataclass(frozen=True)
class Track:
    """A server of a resource: where it is and its name there. ``pid`` and ``tid`` are unique in the whole file."""

    pid: int
    tid: int
    process: str
    name: str


@dataclass(frozen=True)
class Tracks:
    """``of[r]``: one track per server of resource r. ``processes``: pid -> name, in the order to be shown."""

    of: Sequence[Sequence[Track]]
    processes: dict[int, str]

    def pid(self, process: str) -> int:
        """Number of a process."""
        return next(pid for pid, name in self.processes.items() if name == plain(process))


@dataclass(frozen=True)
class Slices:
    """Operations on tracks: ``operation`` (number in the history), the ``tid`` of the server, the ``resource``.

    Ordered by operation, then by the position of the resource in its stream, 0 for the ``first``.
    """

    operation: Int
    tid: Int
    resource: Int
    position: Int


def tracks(program: Program, others: Sequence[str] = ()) -> Tracks:
    """Tracks of all resources; ``others``: names of processes that have none."""
    places = [_place(resource) for resource in program.resources]
    names = sorted({*(process for process, _ in places), *others}, key=_order)
    pids = {name: number for number, name in enumerate(names, 1)}
    found: list[list[Track]] = []
    tid = len(pids) + 1
    for (process, name), resource in zip(places, program.resources, strict=True):
        servers = range(resource.capacity)
        labels = [f"{name} {n + 1}" if resource.capacity > 1 else name for n in servers]
        found.append([Track(pids[process], tid + n, process, plain(label)) for n, label in enumerate(labels)])
        tid += resource.capacity
    return Tracks(found, {pid: plain(name) for name, pid in pids.items()})


def slices(program: Program, history: History, drawn: Tracks) -> Slices:
    """Every operation that takes a server for some time, once per resource; no two overlap on one track."""
    users: list[list[tuple[int, int]]] = [[] for _ in program.resources]
    for number, stream in enumerate(program.streams):
        for position, resource in enumerate(stream.resources):
            users[resource].append((number, position))
    none = np.zeros(0, np.int64)
    columns = [(none, none, none, none)]
    for resource, mine in enumerate(users):
        columns.append(_served(history, drawn.of[resource], resource, mine))
    operation, tid, where, place = (np.concatenate(column) for column in zip(*columns, strict=True))
    order = np.lexsort((place, operation))
    return Slices(operation[order], tid[order], where[order], place[order])


def _place(resource: Resource) -> tuple[str, str]:
    """Process and track: ``tile[1,2].adc`` is track adc of process tile[1,2]."""
    if resource.part == "link":
        return LINKS, resource.name
    if resource.part == "global_digital":
        return GLOBALS, resource.name
    process, _, name = resource.name.rpartition(".")
    return process or resource.part or "chip", name


def _order(process: str) -> tuple[int, list[int | str], str]:
    """Power and host first, tiles in the order of their coordinates, then global units and links."""
    ranks = {name: rank for rank, name in enumerate((*_FIRST, "", *_LAST))}
    rank = ranks.get(process, len(_FIRST))
    numbers: list[int | str] = [int(digits) for digits in re.findall(r"\d+", process)]
    return rank, numbers, process


def _served(
    history: History, servers: Sequence[Track], resource: int, users: list[tuple[int, int]]
) -> tuple[Int, Int, Int, Int]:
    """Columns of ``Slices`` for one resource; ``users``: streams, each with its position of the resource."""
    timed = [_timed(history, stream) for stream, _ in users]
    operation = np.concatenate([np.zeros(0, np.int64), *timed])
    place = np.repeat([place for _, place in users], [len(mine) for mine in timed])
    lane = lanes(history.grant[operation], history.free[operation], len(servers))
    return operation, servers[0].tid + lane, np.full_like(operation, resource), place.astype(np.int64)


def _timed(history: History, stream: int) -> Int:
    rows = history.rows(stream)
    timed: Int = rows.start + np.flatnonzero(history.free[rows] > history.grant[rows])
    return timed


def lanes(grant: Int, free: Int, servers: int) -> Int:
    """A server for each interval [grant, free), the lowest that is free; at most ``servers`` overlap anywhere."""
    lane = np.zeros(len(grant), np.int64)
    if servers == 1:
        return lane
    order = np.lexsort((free, grant))
    idle, busy = list(range(servers)), list[tuple[int, int]]()
    for operation, begin, end in zip(
        order.tolist(), grant[order].tolist(), free[order].tolist(), strict=True
    ):
        while busy and busy[0][0] <= begin:
            heappush(idle, heappop(busy)[1])
        lane[operation] = heappop(idle)
        heappush(busy, (end, int(lane[operation])))
    return lane
