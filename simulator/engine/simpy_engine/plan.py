"""What one segment asks of one stream, in the shape that is quickest to look up."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from simulator.program.form import Kind, Scope
from simulator.program.tables import NO_TABLE, DurationTable, Tables

Times = Callable[[int], int]
"""Picoseconds of operation k of an inference, counted from its context."""


@dataclass(frozen=True, slots=True)
class Term:
    """One edge into a stream; ``reaches_back``: a negative index means an earlier inference."""

    source: int
    event: int
    lag: int
    free_lag: int
    index: Callable[[int], int]
    reaches_back: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """n operations, how long they take, and the edges into them by kind."""

    n: int
    occupancy: Times
    latency: Times
    priority: Times
    terms: tuple[tuple[Term, ...], ...]
    """By kind: waits, finishes, holds, and what finishes mean for FREE."""


def make_plan(tables: Tables, q: int, s: int) -> Plan:
    """The plan of stream s in segment q."""
    n = int(tables.n[q, s])
    rows = range(int(tables.edge.into[q, s]), int(tables.edge.into[q, s + 1]))
    return Plan(
        n,
        _times(tables, tables.occupancy, q, s),
        _times(tables, tables.latency, q, s),
        _times(tables, tables.priority, q, s),
        _by_kind(tables, rows, n),
    )


def _by_kind(tables: Tables, rows: Iterable[int], n: int) -> tuple[tuple[Term, ...], ...]:
    waits, finishes, holds = (tuple(_terms(tables, rows, kind, n)) for kind in Kind)
    return waits, finishes, holds, tuple(replace(term, lag=term.free_lag) for term in finishes)


def _terms(tables: Tables, rows: Iterable[int], kind: Kind, n: int) -> Iterable[Term]:
    edge = tables.edge
    for row in rows:
        if edge.kind[row] == kind:
            yield Term(
                source=int(edge.source[row]),
                event=int(edge.event[row]),
                lag=int(edge.lag[row]),
                free_lag=int(edge.free_lag[row]),
                index=_index(tables, row, n),
                reaches_back=bool(edge.scope[row] == Scope.GLOBAL),
            )


def _index(tables: Tables, row: int, n: int) -> Callable[[int], int]:
    edge, at = tables.edge, int(tables.edge.table[row])
    if at != NO_TABLE:
        entries: list[int] = tables.pool[at : at + n].tolist()
        return entries.__getitem__
    offset, scale, divisor = int(edge.offset[row]), int(edge.scale[row]), int(edge.divisor[row])
    if scale == divisor:
        return lambda k: k + offset // divisor
    return lambda k: (scale * k + offset) // divisor


def _times(tables: Tables, table: DurationTable, q: int, s: int) -> Times:
    at, base = int(table.table[q, s]), int(table.base[q, s])
    if at != NO_TABLE:
        entries: list[int] = tables.pool[at : at + int(table.length[q, s])].tolist()
        return entries.__getitem__
    step, reset = int(table.step[q, s]), int(table.reset[q, s])
    if step == 0:
        return lambda k: base
    if reset == 0:
        return lambda k: base + step * k
    return lambda k: base + step * (k % reset)
