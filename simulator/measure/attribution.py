"""Stall attribution: where the time of every unit and every layer went, in whole picoseconds that add up.

Definitions are in docs/waits.md.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from simulator.measure.causes import WORDS, Cause
from simulator.measure.waits import Waits, waits
from simulator.program.finalise import finalise
from simulator.program.form import Int, Program
from simulator.program.history import History
from simulator.program.layout import Layout


@dataclass(frozen=True)
class Attribution:
    """Time [ps] by cause.

    ``units``: one row a resource of the program, ``total_ps`` = servers x ``span``. ``layers``: one row a layer and
    part, ``total_ps`` = streams x ``span``. The columns named by ``WORDS`` add up to ``total_ps``, exactly.
    """

    span: int
    units: pd.DataFrame
    layers: pd.DataFrame


def attribution(program: Program, history: History) -> Attribution:
    """Attribute the time from zero to the latest DONE of the foreground."""
    span = int(history.done[history.inference >= 0].max(initial=0))
    layout = Layout(program, finalise(program), np.diff(history.offset))
    told = _Told(history, layout, waits(program, history, layout), span)
    return Attribution(span, _units(program, told), _layers(program, told))


@dataclass(frozen=True)
class _Told:
    """A history cut off at ``span``."""

    history: History
    layout: Layout
    waits: Waits
    span: int

    @cached_property
    def served(self) -> tuple[Int, Int, Int, Int]:
        """grant, start, worked and free of each operation [ps]."""
        h = self.history
        grant, start, worked, free = (np.minimum(x, self.span) for x in (h.grant, h.start, h.worked, h.free))
        return grant, start, worked, free

    def idle(self, operations: Int, begin: Int) -> Iterator[tuple[Cause | Int, Int]]:
        """What comes between ``begin`` and each operation's grant, piece by piece: its cause, and when it ends."""
        h, waits = self.history, self.waits
        pieces = (
            (Cause.ORDER, h.since),
            (waits.before, np.clip(waits.made, h.since, h.ready)),
            (waits.after, h.ready),
            (Cause.SERVER, h.available),
            (Cause.CLOCK, h.grant),
        )
        for cause, end in pieces:
            mine = cause if isinstance(cause, Cause) else cause[operations]
            yield mine, np.maximum(np.minimum(end[operations], self.span), begin)


@dataclass(frozen=True)
class _Rows:
    """Operations row by row; none of the rows is empty. ``first``: where each begins."""

    operations: Int
    first: Int

    @cached_property
    def number(self) -> Int:
        """Row of each operation."""
        return np.repeat(np.arange(len(self.first)), np.diff(np.append(self.first, len(self.operations))))

    def before(self, times: Int) -> Int:
        """Per operation the time of the one before it in its row, 0 for the first."""
        shifted = np.concatenate((np.zeros(1, np.int64), times[:-1]))
        shifted[self.first] = 0
        return shifted

    def last(self, times: Int) -> Int:
        """Time of the last operation of each row."""
        return np.asarray(times[np.append(self.first[1:], len(times)) - 1])

    def add(self, total: Int, cause: Cause | Int, amounts: Int) -> None:
        """Add up amounts by row and cause, one or each its own, into ``total``, shape (rows, causes)."""
        if isinstance(cause, Cause):
            total[:, cause] += np.add.reduceat(amounts, self.first)
        else:
            np.add.at(total.reshape(-1), self.number * total.shape[1] + cause, amounts)


def _units(program: Program, told: _Told) -> pd.DataFrame:
    users: list[list[int]] = [[] for _ in program.resources]
    for number, stream in enumerate(program.streams):
        for resource in stream.resources:
            users[resource].append(number)
    single = [r for r, row in enumerate(program.resources) if row.capacity == 1 and _any(told, users[r])]
    times = np.zeros((len(program.resources), len(Cause)), np.int64)
    times[:, Cause.IDLE] = [row.capacity * told.span for row in program.resources]
    if single:
        times[single] = _one_server(told, _rows([_served(told, users[r]) for r in single]))
    several = [r for r, row in enumerate(program.resources) if row.capacity > 1 and _any(told, users[r])]
    most = max(2**62 // (told.span + 1) - 1, 1)
    for some in (several[place : place + most] for place in range(0, len(several), most)):
        servers = np.array([program.resources[r].capacity for r in some])
        times[some] = _many_servers(told, _rows([_served(told, users[r]) for r in some]), servers)
    names = [(row.name, row.part, row.capacity, row.capacity * told.span) for row in program.resources]
    return _frame(["unit", "part", "servers", "total_ps"], names, times)


def _any(told: _Told, streams: list[int]) -> bool:
    """Whether any of these streams has an operation."""
    return any(told.history.offset[s] < told.history.offset[s + 1] for s in streams)


def _rows(rows: list[Int]) -> _Rows:
    return _Rows(np.concatenate(rows), np.cumsum([0] + [len(row) for row in rows[:-1]]))


def _served(told: _Told, streams: list[int]) -> Int:
    """Operations of these streams in the order of their grants."""
    history, offset = told.history, told.history.offset
    if len(streams) == 1:
        return np.arange(offset[streams[0]], offset[streams[0] + 1])
    rows = [np.zeros(0, np.int64), *(np.arange(offset[s], offset[s + 1]) for s in streams)]
    operations = np.concatenate(rows)
    key = told.layout.tables.stream.key[history.stream[operations]]
    return operations[np.lexsort((key, history.ready[operations], history.grant[operations]))]


def _served_time(told: _Told, rows: _Rows) -> tuple[Int, Int, Int]:
    """What servers do for the operations served, shape (rows, causes); grant and free of these."""
    grant, start, worked, free = (times[rows.operations] for times in told.served)
    total = np.zeros((len(rows.first), len(Cause)), np.int64)
    rows.add(total, Cause.WORK, worked - start)
    rows.add(total, Cause.SETUP, start - grant)
    rows.add(total, Cause.HELD, free - worked)
    return total, grant, free


def _add_idle(
    total: Int, told: _Told, rows: _Rows, begin: Int, spent: Callable[[Int], Int] = lambda time: time
) -> None:
    """Add what comes before each grant, by cause; ``spent``: what servers have spent free up to a time [ps]."""
    last = spent(begin)
    for cause, end in told.idle(rows.operations, begin):
        here = spent(end)
        rows.add(total, cause, here - last)
        last = here


def _one_server(told: _Told, rows: _Rows) -> Int:
    """Time of resources with one server, shape (rows, causes); see ``_many_servers``."""
    total, grant, free = _served_time(told, rows)
    _add_idle(total, told, rows, np.maximum(rows.before(grant), rows.before(free)))
    total[:, Cause.IDLE] += told.span - rows.last(free)
    return total


def _many_servers(told: _Told, rows: _Rows, servers: Int) -> Int:
    """Time of all servers: what they do for the operations served, and what the free ones wait for."""
    total, grant, free = _served_time(told, rows)
    spare = _Spare(rows, servers, told.span, grant, free)
    _add_idle(total, told, rows, rows.before(grant), lambda time: spare.until(time, rows.number))
    ends = np.stack((rows.last(grant), np.full(len(servers), told.span)))
    total[:, Cause.IDLE] += np.diff(spare.until(ends, np.arange(len(servers))), axis=0)[0]
    return total


class _Spare:
    """Servers of each row that are free, as a function of time."""

    def __init__(self, rows: _Rows, servers: Int, span: int, grant: Int, free: Int) -> None:
        self._servers = servers
        self._taken, self._freed = _Since(rows, grant, span), _Since(rows, free, span)

    def until(self, time: Int, row: Int) -> Int:
        """Time [ps] that free servers of a row have spent up to here, summed over them."""
        return self._servers[row] * time - self._taken.until(time, row) + self._freed.until(time, row)


class _Since:
    """Moments of each row, none above ``span``: with rows of their own, so that one look-up serves all."""

    def __init__(self, rows: _Rows, times: Int, span: int) -> None:
        self._first, self._apart = rows.first, span + 1
        self._times = np.sort(times + rows.number * self._apart)
        own = self._times - rows.number * self._apart
        self._sums = np.concatenate((np.zeros(1, np.int64), np.cumsum(own)))

    def until(self, time: Int, row: Int) -> Int:
        """Time [ps] from each of a row's moments to here, summed; 0 for those behind it."""
        place, first = np.searchsorted(self._times, time + row * self._apart), self._first[row]
        return np.asarray((place - first) * time - (self._sums[place] - self._sums[first]))


def _layers(program: Program, told: _Told) -> pd.DataFrame:
    """Each stream with a resource is a server of its layer and part."""
    groups: dict[tuple[str, str], list[int]] = {}
    for number, stream in enumerate(program.streams):
        if stream.resources and stream.layer:
            groups.setdefault((stream.layer, stream.part), []).append(number)
    numbers = [s for group in groups.values() for s in group]
    of_group = np.repeat(np.arange(len(groups)), [len(group) for group in groups.values()])
    rows = np.zeros((len(groups), len(Cause)), np.int64)
    np.add.at(rows, of_group, _streams(told, numbers))
    names = [(*name, len(group), len(group) * told.span) for name, group in groups.items()]
    return _frame(["layer", "part", "streams", "total_ps"], names, rows)


def _streams(told: _Told, numbers: list[int]) -> Int:
    """Time of streams, shape (streams, causes): what its latest operation does, else what its next one waits for."""
    total = np.zeros((len(numbers), len(Cause)), np.int64)
    total[:, Cause.IDLE] = told.span
    some = [place for place, s in enumerate(numbers) if _any(told, [s])]
    if some:
        total[some] = _working(told, _rows([_served(told, [numbers[place]]) for place in some]))
    return total


def _working(told: _Told, rows: _Rows) -> Int:
    grant, start, worked, free = (times[rows.operations] for times in told.served)
    following = np.append(grant[1:], told.span)
    following[rows.first[1:] - 1] = told.span
    total = np.zeros((len(rows.first), len(Cause)), np.int64)
    until = np.minimum(grant, following)
    busy = ((Cause.SETUP, start), (Cause.WORK, worked), (Cause.HELD, _latest(free, rows, told.span)))
    for cause, end in busy:
        here = np.maximum(np.minimum(end, following), until)
        rows.add(total, cause, here - until)
        until = here
    _add_idle(total, told, rows, rows.before(until))
    total[:, Cause.IDLE] += told.span - rows.last(until)
    return total


def _latest(times: Int, rows: _Rows, span: int) -> Int:
    """Per operation the latest of the times so far in its row; none is above ``span``."""
    if (len(rows.first) + 1) * (span + 1) >= 2**62:
        ends = np.append(rows.first[1:], len(times))
        parts = [np.maximum.accumulate(times[a:b]) for a, b in zip(rows.first, ends, strict=True)]
        return np.concatenate(parts)
    above = rows.number * (span + 1)
    return np.asarray(np.maximum.accumulate(times + above) - above)


def _frame(columns: list[str], names: Sequence[tuple[object, ...]], times: Int) -> pd.DataFrame:
    left = pd.DataFrame(names, columns=columns)
    return pd.concat([left, pd.DataFrame(times, columns=list(WORDS))], axis=1)
