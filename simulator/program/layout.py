"""All operations of a run in one flat row, and the edges between them, expanded a million at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from simulator.program.form import Int, Program, Scope
from simulator.program.tables import NO_TABLE, DurationTable, Tables, bases, counts

_CHUNK = 1 << 20
"""Dependencies that are expanded at a time."""

Dependencies = tuple[Int, Int, Int]
"""Target operation, source operation (both flat), row of the edge table."""


@dataclass(frozen=True)
class Layout:
    """Operation g of stream s is number ``offset[s] + g``.

    ``count``: operations per stream, as a timeline has them (background included).
    """

    program: Program
    tables: Tables
    count: Int

    @cached_property
    def offset(self) -> Int:
        """First operation of each stream, and how many there are, shape (streams + 1)."""
        return np.concatenate((np.zeros(1, np.int64), np.cumsum(self.count)))

    @cached_property
    def stream(self) -> Int:
        """Stream of each operation."""
        return np.repeat(np.arange(len(self.count)), self.count)

    @cached_property
    def order(self) -> Int:
        """Number of each operation over the run, within its stream (g)."""
        return np.arange(int(self.offset[-1])) - np.repeat(self.offset[:-1], self.count)

    @cached_property
    def segments(self) -> Int:
        """Segment of each inference."""
        return np.array([row.segment for row in self.program.schedule], np.int64)

    @cached_property
    def counts(self) -> Int:
        """Operations of each inference, shape (inferences, streams)."""
        return counts(self.tables, self.program.schedule)

    @cached_property
    def base(self) -> Int:
        """Operations before each inference, shape (inferences + 1, streams)."""
        return bases(self.tables, self.program.schedule)

    @cached_property
    def inference(self) -> Int:
        """Inference of each operation, -1 for background work."""
        return self.spread(np.arange(-1, len(self.segments)))

    @cached_property
    def _lengths(self) -> Int:
        """Operations of each stream in the background and in each inference, shape (streams, 1 + inferences)."""
        behind = np.where(self.tables.stream.every > 0, self.count, 0)
        return np.concatenate((behind[None], np.diff(self.base, axis=0))).T

    def spread(self, cells: Int) -> Int:
        """Per operation its entry of ``cells``, shape (streams, 1 + inferences)."""
        lengths = self._lengths
        return np.repeat(np.broadcast_to(cells, lengths.shape).ravel(), lengths.ravel())

    def _of_segment(self, table: Int) -> Int:
        """Per operation its entry of a table of segments and streams; the first segment's for background work."""
        return self.spread(table[np.append(0, self.segments)].T) if len(table) else self.stream[:0]

    @cached_property
    def k(self) -> Int:
        """Number of each operation within its inference; 0 for background work, whose durations are constant."""
        first = self.base[self.inference, self.stream]
        return np.where(self.inference >= 0, self.order - first, 0)

    @cached_property
    def place(self) -> Int:
        """From where durations count each operation: its number and the context of its inference."""
        contexts = np.array([0] + [row.context for row in self.program.schedule], np.int64)
        return self.k + contexts[self.inference + 1] if contexts.any() else self.k

    @cached_property
    def segment(self) -> Int:
        """Segment of each operation; 0 for background work."""
        return self.spread(np.append(0, self.segments))

    def duration(self, table: DurationTable) -> Int:
        """Duration or priority of each operation."""
        value = self._of_segment(table.base)
        if table.step.any():
            step, reset = self._of_segment(table.step), self._of_segment(table.reset)
            value += step * np.where(reset > 0, self.place % np.maximum(reset, 1), self.place)
        if (table.table != NO_TABLE).any():
            begin = self._of_segment(table.table)
            tabled = np.flatnonzero(begin != NO_TABLE)
            value[tabled] = self.tables.pool[begin[tabled] + self.place[tabled]]
        return value

    def dependencies(self, rows: Int) -> Iterator[Dependencies]:
        """Expand these rows of the edge table over the whole schedule, in chunks."""
        edge, pairs = self.tables.edge, self._pairs(rows)
        sizes = self.counts[pairs[1], edge.target[pairs[0]]] if len(pairs[0]) else pairs[0]
        ends = np.cumsum(sizes)
        begin = 0
        while begin < len(ends):
            done = ends[begin] - sizes[begin]
            end = max(begin + 1, int(np.searchsorted(ends, done + _CHUNK, side="right")))
            part = slice(begin, end)
            yield self._expand(pairs[0][part], pairs[1][part], sizes[part])
            begin = end

    def rows(self, operations: Int, given: Int) -> Int:
        """Row of the edge table of one edge into each of these; ``given``: its place in its segment's own list."""
        edge = self.tables.edge
        begins, ends = edge.into[:, 0], edge.into[:, -1]
        row_of = np.empty(len(edge.given), np.int64)
        row_of[np.repeat(begins, ends - begins) + edge.given] = np.arange(len(row_of))
        return np.asarray(row_of[begins[self.segment[operations]] + given])

    def sources(self, operations: Int, rows: Int) -> Int:
        """The operation on the other side of these edges, on which each of these operations depends."""
        source = self.tables.edge.source[rows]
        first = self.base[self.inference[operations], source]
        return np.asarray(self.offset[source] + first + self._index(rows, 1, self.k[operations]))

    def _index(self, rows: Int, sizes: Int | int, k: Int) -> Int:
        """Source of operation k for rows of the edge table, each so often, counted within the inference."""
        edge = self.tables.edge
        scale, divisor, table = edge.scale[rows], edge.divisor[rows], edge.table[rows]
        f = k * np.repeat(scale, sizes) if np.any(scale != 1) else k
        f = f + np.repeat(edge.offset[rows], sizes)
        if np.any(divisor != 1):  # divisions take as long as all else together
            f //= np.repeat(divisor, sizes)
        if np.any(table != NO_TABLE):
            at = np.repeat(table, sizes)
            tabled = np.flatnonzero(at != NO_TABLE)
            f[tabled] = self.tables.pool[at[tabled] + k[tabled]]
        return f

    def _pairs(self, rows: Int) -> tuple[Int, Int]:
        """Each row with each inference of its segment."""
        begins = self.tables.edge.into[:, 0]
        found: list[tuple[Int, Int]] = []
        for q in np.unique(self.segments):
            mine = rows[(rows >= begins[q]) & (rows < self.tables.edge.into[q, -1])]
            of = np.flatnonzero(self.segments == q)
            found.append((np.repeat(mine, len(of)), np.tile(of, len(mine))))
        none = np.zeros(0, np.int64)
        rows_of, inferences = zip(*found, strict=True) if found else ((none,), (none,))
        return np.concatenate(rows_of), np.concatenate(inferences)

    def _expand(self, rows: Int, inferences: Int, sizes: Int) -> Dependencies:
        edge = self.tables.edge
        source, target = edge.source[rows], edge.target[rows]
        before, most = self.base[inferences, source], self.counts[inferences, source]
        k = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        f = self._index(rows, sizes, k)
        to = k + np.repeat(self.offset[target] + self.base[inferences, target], sizes)
        of = f + np.repeat(self.offset[source] + before, sizes)
        row = np.repeat(rows, sizes)
        least = np.where(edge.scope[rows] == Scope.GLOBAL, -before, 0)
        real: NDArray[np.bool_] = (f >= np.repeat(least, sizes)) & (f < np.repeat(most, sizes))
        return (to, of, row) if real.all() else (to[real], of[real], row[real])


def levels(source: Int, target: Int, nodes: int) -> tuple[Int, bool]:
    """Longest path from a node without sources, and whether there is no cycle.

    Nodes on or behind a cycle share the last level.
    """
    level, left = np.zeros(nodes, np.int64), np.ones(nodes, np.bool_)
    depth = 0
    while True:
        free = left & (np.bincount(target, minlength=nodes) == 0)
        if not free.any():
            break
        level[free], left = depth, left & ~free
        keep = ~free[source]
        source, target, depth = source[keep], target[keep], depth + 1
    level[left] = depth
    return level, not left.any()
