"""Who produced what an operation consumed: pairs of operations, along the edges between them."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.program.finalise import finalise
from simulator.program.form import Int, Kind, Program, Scope
from simulator.program.history import History
from simulator.program.layout import Layout
from simulator.program.tables import EdgeTable

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Flows:
    """``source[n]`` produced for ``target[n]`` (numbers of operations in the history); ``words[cause[n]]`` says why.

    Ordered by target, then source; no pair twice.
    """

    source: Int
    target: Int
    cause: Int
    words: tuple[str, ...]


@dataclass(frozen=True)
class _Pairs:
    target: Int
    source: Int
    row: Int

    def chosen(self, keep: Mask | Int) -> "_Pairs":
        return _Pairs(self.target[keep], self.source[keep], self.row[keep])


def flows(program: Program, history: History, shown: Mask) -> Flows:
    """Flows between ``shown`` operations (a mask over the history), along WAIT edges.

    Data edges (scope INFERENCE) all; credits (scope GLOBAL) only where the operation waited for them. Operations that
    take no server are passed through: what they waited for flows to whoever waited for them.
    """
    layout = Layout(program, finalise(program), np.diff(history.offset))
    edge = layout.tables.edge
    wait = edge.kind == Kind.WAIT
    data = _data(layout, history, shown, np.flatnonzero(wait & (edge.scope == Scope.INFERENCE)))
    credit = _credits(layout, history, shown, np.flatnonzero(wait & (edge.scope == Scope.GLOBAL)))
    pairs = _unique(_joined([data, credit]), len(shown))
    words, number = _words(program, edge)
    return Flows(pairs.source, pairs.target, number[pairs.row], words)


def _data(layout: Layout, history: History, shown: Mask, rows: Int) -> _Pairs:
    """Pairs of shown operations, straight or by way of operations that take no server."""
    through = _instants(layout, history, shown)
    pairs = _joined(pair.chosen((shown | through)[pair.target]) for pair in _expand(layout, rows))
    into = pairs.chosen(through[pairs.target])
    begins = np.searchsorted(into.target, np.arange(len(shown) + 1))
    left, found = pairs.chosen(shown[pairs.target]), []
    while len(left.target):
        found.append(left.chosen(shown[left.source]))
        left = _unique(_before(left.chosen(through[left.source]), into, begins), len(shown))
    return _joined(found)


def _instants(layout: Layout, history: History, shown: Mask) -> Mask:
    """Operations that take no server, or none for any time, and may stand between shown ones."""
    if not shown.any():
        return shown
    table = layout.tables.stream.resource_from
    free = (np.diff(table)[layout.stream] == 0) | (history.free == history.grant)
    first, last = history.start[shown].min(), history.start[shown].max()
    return np.asarray(free & (history.start >= first) & (history.start <= last))


def _before(pairs: _Pairs, into: _Pairs, begins: Int) -> _Pairs:
    """Each pair's source replaced by what that source depends on; the edge into the target stays."""
    sizes = begins[pairs.source + 1] - begins[pairs.source]
    first = np.repeat(begins[pairs.source] - np.cumsum(sizes) + sizes, sizes)
    sources = into.source[first + np.arange(int(sizes.sum()))]
    return _Pairs(np.repeat(pairs.target, sizes), sources, np.repeat(pairs.row, sizes))


def _credits(layout: Layout, history: History, shown: Mask, rows: Int) -> _Pairs:
    """Credits that shown operations waited for."""
    edge, found = layout.tables.edge, []
    for pair in _expand(layout, rows):
        binding = edge.given[pair.row] == history.cause[pair.target]
        found.append(pair.chosen(binding & shown[pair.target] & shown[pair.source]))
    return _joined(found)


def _expand(layout: Layout, rows: Int) -> Iterator[_Pairs]:
    for target, source, row in layout.dependencies(rows):
        yield _Pairs(target, source, row)


def _joined(parts: "Iterator[_Pairs] | list[_Pairs]") -> _Pairs:
    """All pairs in one, by target."""
    none = np.zeros(0, np.int64)
    found = [_Pairs(none, none, none), *parts]
    columns = [
        np.concatenate(column) for column in zip(*((p.target, p.source, p.row) for p in found), strict=True)
    ]
    order = np.argsort(columns[0], kind="stable")
    return _Pairs(*(column[order] for column in columns))


def _unique(pairs: _Pairs, operations: int) -> _Pairs:
    """Each pair once, along its lowest edge; by target, then source."""
    ordered = pairs.chosen(np.lexsort((pairs.row, pairs.source, pairs.target)))
    code = ordered.target * operations + ordered.source
    return ordered.chosen(np.concatenate((np.ones(min(1, len(code)), np.bool_), np.diff(code) != 0)))


def _words(program: Program, edge: EdgeTable) -> tuple[tuple[str, ...], Int]:
    """The causes that occur, and which of them each row of the edge table has."""
    causes = [
        program.segments[q].edges[given].cause
        for q in range(len(edge.into))
        for given in edge.given[edge.into[q, 0] : edge.into[q, -1]]
    ]
    words = tuple(sorted(set(causes)))
    return words, np.array([words.index(cause) for cause in causes], np.int64)
