"""Works, edges and taps of segments, as rows of the image."""

from typing import TYPE_CHECKING

import numpy as np

from simulator.engine.fast_engine import layout as f
from simulator.program.form import NONE, Int, Kind, Scope
from simulator.program.tables import NO_TABLE, DurationTable, Tables

if TYPE_CHECKING:
    from simulator.engine.fast_engine.image import Image

_KINDS = len(Kind)
_EVENTS = 3


def add_segments(image: "Image", tables: Tables, first: int, recent: int) -> None:
    """Append what the segments from ``first`` on need; rings keep at least ``recent`` operations."""
    rows, q = _edge_rows(tables, first)
    works_at = len(image.row)
    edges_at = works_at + tables.n[first:].size * f.WORK_SIZE
    edge = edges_at + np.arange(len(rows)) * f.EDGE_SIZE
    image.row = np.concatenate((image.row, np.zeros(edges_at + edge.size * f.EDGE_SIZE - works_at, np.int64)))
    image.works = np.concatenate(
        (image.works, works_at + np.arange(len(tables.n) - first) * len(image.stream) * f.WORK_SIZE)
    )
    target = tables.edge.target[rows]
    image.row[works_at:edges_at] = _works(tables, first, edges_at, q, target, tables.edge.kind[rows]).ravel()
    _fill_edges(image, tables, edge, rows)
    image.edge = np.concatenate((image.edge, edge))
    image.edge_source = np.concatenate((image.edge_source, image.get(edge, f.SOURCE)))
    _add_taps(image, target * len(image.stream) + tables.edge.source[rows], edge)
    _add_rings(image, recent)


def _edge_rows(tables: Tables, first: int) -> tuple[Int, Int]:
    """Rows of the edge table in the order segment, target, kind, as given; and the segment of each."""
    into = tables.edge.into[first:]
    rows = np.arange(into[0, 0], into[-1, -1]) if len(into) else np.zeros(0, np.int64)
    q = np.repeat(np.arange(len(into)), into[:, -1] - into[:, 0])
    order = np.lexsort((rows, tables.edge.kind[rows], tables.edge.target[rows], q))
    return rows[order], q[order]


def _works(tables: Tables, first: int, edges_at: int, q: Int, target: Int, kind: Int) -> Int:
    """Work rows, shape (segments, streams, WORK_SIZE): n, four edge addresses, three durations."""
    n = tables.n[first:]
    counts = np.bincount((q * n.shape[1] + target) * _KINDS + kind, minlength=n.size * _KINDS)
    ends = edges_at + np.cumsum(counts) * f.EDGE_SIZE
    begins = (ends - counts * f.EDGE_SIZE).reshape(*n.shape, _KINDS)
    columns = [n, *(begins[..., kind] for kind in Kind), ends.reshape(*n.shape, _KINDS)[..., Kind.HOLD]]
    for table in (tables.occupancy, tables.latency, tables.priority):
        columns.extend(_duration_columns(table, first))
    return np.stack(columns, axis=-1)


def _duration_columns(table: DurationTable, first: int) -> list[Int]:
    at = np.where(table.table == NO_TABLE, f.NIL, table.table)
    return [column[first:] for column in (table.base, table.step, table.reset, at)]


def _fill_edges(image: "Image", tables: Tables, edge: Int, rows: Int) -> None:
    table = tables.edge
    image.put(edge, f.SOURCE, image.stream[table.source[rows]])
    image.put(edge, f.LAG, table.lag[rows])
    image.put(edge, f.FREE_LAG, table.free_lag[rows])
    image.put(edge, f.EVENT, table.event[rows])
    image.put(edge, f.TABLE, np.where(table.table[rows] == NO_TABLE, f.NIL, table.table[rows]))
    image.put(edge, f.SCALE, table.scale[rows])
    image.put(edge, f.OFFSET, table.offset[rows])
    image.put(edge, f.DIVISOR, table.divisor[rows])
    everywhere = table.scope[rows] == Scope.GLOBAL
    image.put(edge, f.LEAST, np.where(everywhere, NONE + 1, 0))
    image.put(edge, f.REACH, np.where(everywhere, np.maximum(0, -_least_index(tables, rows)), 0))


def _least_index(tables: Tables, rows: Int) -> Int:
    """The first index of each edge, which is its least; 0 where it has none."""
    table = tables.edge
    least = table.offset[rows] // table.divisor[rows]
    for place in np.flatnonzero((table.table[rows] != NO_TABLE) & (table.scope[rows] == Scope.GLOBAL)):
        row = rows[place]
        q = int(np.searchsorted(table.into[:, -1], row, side="right"))
        at = table.table[row]
        values = tables.pool[at : at + tables.n[q, table.target[row]]]
        least[place] = values[values != NONE].min(initial=0)
    return least


def _add_taps(image: "Image", pair: Int, edge: Int) -> None:
    """Taps for pairs of streams that have none, and every new edge's tap with its reach."""
    streams = len(image.stream)
    new = np.setdiff1d(pair, image.pair)
    tap = len(image.row) + np.arange(len(new)) * f.TAP_SIZE
    image.row = np.concatenate((image.row, np.zeros(tap.size * f.TAP_SIZE, np.int64)))
    image.put(tap, f.SOURCE, image.stream[new % streams])
    image.put(tap, f.TARGET, image.stream[new // streams])
    image.put(tap, f.WORK_OF_SOURCE, new % streams * f.WORK_SIZE)
    _chain(image, tap, image.get(tap, f.TARGET), f.TAPS_IN, f.NEXT_IN)
    _chain(image, tap, image.get(tap, f.SOURCE), f.TAPS_OUT, f.NEXT_OUT)
    order = np.argsort(np.concatenate((image.pair, new)), kind="stable")
    image.pair = np.concatenate((image.pair, new))[order]
    image.tap = np.concatenate((image.tap, tap))[order]
    own = image.tap[np.searchsorted(image.pair, pair)]
    image.put(edge, f.TAP, own)
    np.maximum.at(image.row, own + f.REACH, image.get(edge, f.REACH))


def _chain(image: "Image", tap: Int, stream: Int, head: int, link: int) -> None:
    """Put taps at the head of the lists of their streams."""
    order = np.argsort(stream, kind="stable")
    tap, stream = tap[order], stream[order]
    last = np.ones(len(tap), np.bool_)
    last[:-1] = stream[1:] != stream[:-1]
    image.put(tap, link, np.where(last, image.get(stream, head), np.roll(tap, -1)))
    first = np.roll(last, 1)
    image.put(stream[first], head, tap[first])


def _add_rings(image: "Image", recent: int) -> None:
    """A place in the ring for every event that some edge looks at and that has none."""
    size = _ring_sizes(image, recent)
    event = image.get(image.edge, f.EVENT)
    looked_at = np.zeros((len(image.stream), _EVENTS), np.bool_)
    number = image.get(image.edge_source, f.NUMBER)
    looked_at[number, event] = True
    lanes = image.row[image.stream[:, None] + f.AT_START + np.arange(_EVENTS)]
    missing = looked_at & (lanes == f.NIL)
    s, lane = np.nonzero(missing)
    image.row[image.stream[s] + f.AT_START + lane] = image.reserve(size[s])
    image.put(image.stream, f.MASK, size - 1)
    image.put(image.edge, f.AT, image.row[image.edge_source + f.AT_START + event])
    image.put(image.edge, f.AT_MASK, size[number] - 1)


def _ring_sizes(image: "Image", recent: int) -> Int:
    """Powers of two with room for what the edges reach back; rings that exist keep their size."""
    reach = np.zeros(len(image.stream), np.int64)
    np.maximum.at(reach, image.get(image.get(image.tap, f.SOURCE), f.NUMBER), image.get(image.tap, f.REACH))
    wanted = 1 << np.ceil(np.log2(reach + recent)).astype(np.int64)
    mask = image.get(image.stream, f.MASK)
    return np.where(mask > 0, mask + 1, wanted)
