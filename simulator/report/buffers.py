"""How full every buffer was, from the slots that operations take and the credits that they wait for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.program.form import NONE, Edge, Event, Index, Int, Kind, Program, Scope
from simulator.program.history import History

_CAUSE = "buffer"
_SLOTS = "input_buffer"
_MOST = 1 << 20
"""A credit edge that lets more operations go without any return is no buffer."""
_ROLES = {"crossbar": "input", "local_digital": "receive", "global_digital": "receive"}
"""Part of the stream that empties a buffer -> what the buffer is; any other part takes from a transmit buffer."""


@dataclass(frozen=True)
class Buffer:
    """``level[n]`` entries (vectors or packets) are taken from ``time[n]`` [ps] on; 0 before the first.

    An entry is taken from the start of whatever fills it until it is needed no more. ``role``: input, receive or
    transmit; ``place``: unit it belongs to; ``filler``: unit that fills it.
    """

    place: str
    filler: str
    role: str
    layer: str
    capacity: int
    time: Int
    level: Int


def mean_level(group: Sequence[Buffer], edges: Int) -> NDArray[np.float64]:
    """Mean entries taken in a group of buffers between successive ``edges`` [ps], shape (edges - 1,)."""
    time = np.concatenate([np.zeros(1, np.int64), *(buffer.time for buffer in group)])
    step = np.concatenate([np.zeros(1, np.int64), *(np.diff(buffer.level, prepend=0) for buffer in group)])
    order = np.argsort(time, kind="stable")
    time, level = time[order], np.cumsum(step[order])
    filled = np.concatenate((np.zeros(1), np.cumsum(level[:-1] * np.diff(time).astype(float))))
    at = np.searchsorted(time, edges, side="right") - 1
    sums = filled[at] + level[at] * (edges - time[at])
    return np.asarray(np.diff(sums) / np.diff(edges))


def buffers(program: Program, history: History) -> list[Buffer]:
    """Every buffer of a run, in the program's order; those nobody used are left out."""
    found = [*_slots(program, history), *_credits(program, history)]
    return [buffer for buffer in found if len(buffer.time)]


def _slots(program: Program, history: History) -> Iterator[Buffer]:
    """Pools of slots: taken from grant to FREE."""
    users: dict[int, list[int]] = {}
    for number, stream in enumerate(program.streams):
        for resource in stream.resources:
            if program.resources[resource].part == _SLOTS:
                users.setdefault(resource, []).append(number)
    for resource, streams in users.items():
        rows = [history.rows(stream) for stream in streams]
        taken = np.concatenate([history.grant[row] for row in rows])
        given = np.concatenate([history.free[row] for row in rows])
        row, layers = program.resources[resource], dict.fromkeys(program.streams[s].layer for s in streams)
        yield Buffer(row.name, "host.in", "input", ", ".join(layers), row.capacity, *_level(taken, given))


def _credits(program: Program, history: History) -> Iterator[Buffer]:
    """One buffer per pair of streams with a credit edge; slots are their own."""
    pairs: dict[tuple[int, int], dict[int, Edge]] = {}
    for number, segment in enumerate(program.segments):
        for edge in segment.edges:
            mine = edge.kind == Kind.WAIT and edge.scope == Scope.GLOBAL and edge.cause == _CAUSE
            if mine and program.streams[edge.source].part != _SLOTS:
                pairs.setdefault((edge.source, edge.target), {})[number] = edge
    for (source, target), edges in pairs.items():
        buffer = _credit(program, history, source, target, edges)
        if buffer.capacity < _MOST:
            yield buffer


def _credit(program: Program, history: History, source: int, target: int, edges: dict[int, Edge]) -> Buffer:
    needs, capacity = _needs(program, source, target, edges)
    event = next(iter(edges.values())).event
    times = {Event.START: history.start, Event.FREE: history.free, Event.DONE: history.done}[event]
    sent, emptied = history.start[history.rows(target)], times[history.rows(source)]
    needs = needs[capacity : capacity + len(sent)]
    given = np.maximum.accumulate(emptied[needs[needs < len(emptied)]])
    emptier, filler = program.streams[source], program.streams[target]
    role = _ROLES.get(emptier.part, "transmit")
    owner = filler if role == "transmit" else emptier
    # An entry may be known as not needed before it has come: it is taken for no time.
    level = _level(sent, np.maximum(given, sent[: len(given)]))
    return Buffer(owner.unit, filler.unit, role, owner.layer, capacity, *level)


def _needs(program: Program, source: int, target: int, edges: dict[int, Edge]) -> tuple[Int, int]:
    """The operation of the source that each one of the target waits for, and how many wait for none: the capacity.

    Goes on after the run's last inference as if that were repeated, for the credits that are returned at its end.
    """
    schedule = [inference.segment for inference in program.schedule]
    again = [
        segment for segment in schedule if segment in edges and target in program.segments[segment].work
    ][-1:]
    wanted, base, found = _operations(program, target, schedule), 0, [np.zeros(0, np.int64)]
    capacity = 0
    while again and sum(map(len, found)) < min(wanted + capacity, wanted + _MOST):
        for segment in schedule:
            work = program.segments[segment].work
            if segment in edges and target in work:
                index = _index(edges[segment].index, work[target].n)
                found.append(np.where(index == NONE, -1, base + index))
            base += work[source].n if source in work else 0
        found, schedule = [np.concatenate(found)], again
        capacity = int(np.argmax(found[0] >= 0)) if (found[0] >= 0).any() else _MOST
    return found[0], capacity


def _operations(program: Program, stream: int, schedule: list[int]) -> int:
    works = (program.segments[segment].work for segment in schedule)
    return sum(work[stream].n for work in works if stream in work)


def _index(index: Index, n: int) -> Int:
    if index.table is not None:
        return np.asarray(index.table[:n])
    return np.asarray((index.scale * np.arange(n, dtype=np.int64) + index.offset) // index.divisor)


def _level(taken: Int, given: Int) -> tuple[Int, Int]:
    """Times at which the level changes, and the level from then on."""
    change = np.concatenate((np.ones(len(taken), np.int64), -np.ones(len(given), np.int64)))
    time, place = np.unique(np.concatenate((taken, given)), return_inverse=True)
    step = np.zeros(len(time), np.int64)
    np.add.at(step, place, change)
    real = step != 0
    return time[real], np.cumsum(step)[real]
