"""Stall attribution: where the time of every unit and every layer went, in whole picoseconds that add up.

Definitions are in docs/waits.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from simulator.measure.causes import WORDS, Cause
from simulator.measure.waits import Waits, waits
from simulator.program.form import Int, Program
from simulator.program.history import History
from simulator.program.layout import Layout
from simulator.program.tables import tabulate


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
    layout = Layout(program, tabulate(program), np.diff(history.offset))
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
    def moments(self) -> Int:
        """since, made, ready, available, grant, start, worked, free of each operation, shape (8, operations)."""
        h = self.history
        made = np.clip(self.waits.made, h.since, h.ready)
        rows = (h.since, made, h.ready, h.available, h.grant, h.start, h.worked, h.free)
        return np.minimum(np.stack(rows), self.span)

    def idle(self, operations: Int, begin: Int) -> tuple[Int, Int]:
        """What comes between ``begin`` and each operation's grant.

        Moments of shape (6, operations), and the causes of the five pieces between them.
        """
        moments = np.maximum(np.vstack((begin, self.moments[:5, operations])), begin)
        order, server, clock = (
            np.full(len(operations), cause) for cause in (Cause.ORDER, Cause.SERVER, Cause.CLOCK)
        )
        values = self.waits.before[operations], self.waits.after[operations]
        return moments, np.stack((order, *values, server, clock))


def _sum(causes: Int, amounts: Int) -> Int:
    """Amounts by cause, shape (causes,)."""
    total = np.zeros(len(Cause), np.int64)
    np.add.at(total, causes.ravel(), amounts.ravel())
    return total


def _units(program: Program, told: _Told) -> pd.DataFrame:
    users: list[list[int]] = [[] for _ in program.resources]
    for number, stream in enumerate(program.streams):
        for resource in stream.resources:
            users[resource].append(number)
    rows = [
        _resource(told, _served(told, users[number]), row.capacity)
        for number, row in enumerate(program.resources)
    ]
    names = [(row.name, row.part, row.capacity, row.capacity * told.span) for row in program.resources]
    return _frame(["unit", "part", "servers", "total_ps"], names, rows)


def _served(told: _Told, streams: list[int]) -> Int:
    """Operations of these streams in the order of their grants."""
    history, offset = told.history, told.history.offset
    rows = [np.zeros(0, np.int64), *(np.arange(offset[s], offset[s + 1]) for s in streams)]
    operations = np.concatenate(rows)
    key = told.layout.tables.stream.key[history.stream[operations]]
    return operations[np.lexsort((key, history.ready[operations], history.grant[operations]))]


def _resource(told: _Told, operations: Int, servers: int) -> Int:
    """Time of all servers: what they do for the operations served, and what the free ones wait for."""
    grant, start, worked, free = told.moments[4:, operations]
    total = np.zeros(len(Cause), np.int64)
    total[[Cause.WORK, Cause.SETUP]] = (worked - start).sum(), (start - grant).sum()
    total[Cause.HELD] = (free - worked).sum()
    before = np.concatenate((np.zeros(1, np.int64), grant))
    bounds, causes = told.idle(operations, before[:-1])
    spare = _spare(grant, free, servers)
    total += _sum(causes, np.diff(spare.until(bounds), axis=0))
    last, end = spare.until(np.array([before[-1], told.span]))
    total[Cause.IDLE] += end - last
    return total


@dataclass(frozen=True)
class _Spare:
    """Servers that are free, as a function of time."""

    servers: int
    taken: Int
    taken_sum: Int
    freed: Int
    freed_sum: Int

    def until(self, time: Int) -> Int:
        """Time that free servers have spent up to here, summed over them [ps]."""
        a, b = np.searchsorted(self.taken, time), np.searchsorted(self.freed, time)
        held = (a - b) * time - self.taken_sum[a] + self.freed_sum[b]
        return np.asarray(self.servers * time - held)


def _spare(grant: Int, free: Int, servers: int) -> _Spare:
    taken, freed = np.sort(grant), np.sort(free)
    sums = [np.concatenate((np.zeros(1, np.int64), np.cumsum(times))) for times in (taken, freed)]
    return _Spare(servers, taken, sums[0], freed, sums[1])


def _layers(program: Program, told: _Told) -> pd.DataFrame:
    """Each stream with a resource is a server of its layer and part."""
    groups: dict[tuple[str, str], list[int]] = {}
    for number, stream in enumerate(program.streams):
        if stream.resources and stream.layer:
            groups.setdefault((stream.layer, stream.part), []).append(number)
    rows = [
        sum((_stream(told, s) for s in group), np.zeros(len(Cause), np.int64)) for group in groups.values()
    ]
    names = [(*name, len(group), len(group) * told.span) for name, group in groups.items()]
    return _frame(["layer", "part", "streams", "total_ps"], names, rows)


def _stream(told: _Told, stream: int) -> Int:
    """Time of one stream: what its latest operation does, else what its next one waits for."""
    operations = np.arange(told.history.offset[stream], told.history.offset[stream + 1])
    grant, start, worked, free = told.moments[4:, operations]
    following = np.append(grant, told.span)[1:]
    until = np.minimum(np.stack((grant, start, worked, np.maximum.accumulate(free))), following)
    until = np.maximum.accumulate(until, axis=0)
    busy = np.broadcast_to(np.array([[Cause.SETUP], [Cause.WORK], [Cause.HELD]]), (3, len(operations)))
    total = _sum(busy, np.diff(until, axis=0))
    through = np.concatenate((np.zeros(1, np.int64), until[3]))
    bounds, causes = told.idle(operations, through[:-1])
    total += _sum(causes, np.diff(bounds, axis=0))
    total[Cause.IDLE] += told.span - through[-1]
    return total


def _frame(columns: list[str], names: Sequence[tuple[object, ...]], rows: list[Int]) -> pd.DataFrame:
    times = np.array(rows, np.int64).reshape(-1, len(Cause))
    left = pd.DataFrame(names, columns=columns)
    return pd.concat([left, pd.DataFrame(times, columns=list(WORDS))], axis=1)
