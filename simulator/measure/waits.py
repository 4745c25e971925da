"""What operations waited for before they were ready: a value not made yet, or one on its way (docs/waits.md)."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simulator.measure.causes import Cause, wait_causes
from simulator.program.form import Event, Int, Program
from simulator.program.history import History
from simulator.program.layout import Layout

_WAYS = {"host": Cause.HOST, "link": Cause.LINK}
"""Part that carries values -> what waiting for it is called."""
_DATA = (Cause.OPERAND, Cause.LINK, Cause.HOST, Cause.RECURRENCE)


@dataclass(frozen=True)
class Waits:
    """From ``since`` to ``made`` an operation waits for ``before``, from then to ``ready`` for ``after``."""

    made: Int
    before: Int
    after: Int


def waits(program: Program, history: History, layout: Layout) -> Waits:
    """One entry per operation. A value is made when a unit that computes has it ready to be sent."""
    chain = _Chain(program, history, layout)
    found = Waits(history.ready.copy(), chain.cause.copy(), chain.cause.copy())
    mine = np.flatnonzero(chain.data & (history.ready > history.since))
    _follow(chain, mine, found)
    return found


@dataclass(frozen=True)
class _Chain:
    """Who waits for whom."""

    program: Program
    history: History
    layout: Layout

    @cached_property
    def cause(self) -> Int:
        return wait_causes(self.program, self.history)

    @cached_property
    def data(self) -> NDArray[np.bool_]:
        """The operation became ready by a value."""
        return (self.history.cause >= 0) & np.isin(self.cause, _DATA)

    @cached_property
    def carries(self) -> NDArray[np.bool_]:
        """Per stream: it moves or keeps values and makes none."""
        rows = self.program.streams
        return np.array([not s.resources or s.part in (*_WAYS, "input_buffer") for s in rows], np.bool_)

    @cached_property
    def way(self) -> Int:
        """Per stream: what waiting for it is called."""
        return np.array([_WAYS.get(s.part, Cause.OPERAND) for s in self.program.streams], np.int64)

    def value(self, operations: Int) -> tuple[Int, Int]:
        """The operation whose value each of these waited for, and when that had it ready to be sent [ps]."""
        rows = self.layout.rows(operations, self.history.cause[operations])
        source, event = self.layout.sources(operations, rows), self.layout.tables.edge.event[rows]
        history, lag = self.history, self.layout.tables.edge.lag[rows]
        ends = np.where(event == Event.FREE, history.free[source], history.done[source])
        return source, np.where(event == Event.START, history.start[source] + lag, ends)


def _follow(chain: _Chain, mine: Int, found: Waits) -> None:
    """Follow each wait back through what carried the value to where it was made."""
    history, at = chain.history, mine.copy()
    found.before[mine] = Cause.OPERAND
    way = np.full(len(mine), int(Cause.OPERAND))
    recurs = chain.cause[mine] == Cause.RECURRENCE
    left = np.arange(len(mine))
    while len(left):
        source, made = chain.value(at[left])
        carried = chain.carries[history.stream[source]]
        found.made[mine[left[~carried]]] = made[~carried]
        left, source = left[carried], source[carried]
        unnamed = way[left] == Cause.OPERAND
        way[left] = np.where(unnamed, chain.way[history.stream[source]], way[left])
        recurs[left] |= chain.cause[source] == Cause.RECURRENCE
        arrives, ends = chain.cause[source] == Cause.ARRIVAL, ~chain.data[source]
        found.made[mine[left[ends]]] = np.where(arrives, history.ready[source], 0)[ends]
        found.before[mine[left[arrives]]] = Cause.ARRIVAL
        at[left] = source
        left = left[~ends]
    found.before[mine[recurs]] = Cause.RECURRENCE
    found.after[mine] = np.where(way == Cause.OPERAND, chain.cause[mine], way)
