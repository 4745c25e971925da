"""Works, edges and taps of segments, as rows of the image."""

from typing import TYPE_CHECKING

import numpy as np

from simulator.engine.fast_engine import layout as f
from simulator.program.form import NONE, Int, Kind, Scope
from simulator.program.tables import NO_TABLE, Tables

if TYPE_CHECKING:
    from simulator.engine.fast_engine.image import Image

_KINDS = len(Kind)


def add_segments(image: "Image", tables: Tables, first: int, pooled: int, recent: int) -> None:
    """Append what the segments from ``first`` on need.

    ``pooled``: length of the pool without them; ``recent``: rings keep at least so many operations.
    """
    shift = image.append(tables.pool[pooled:]) - pooled
    rows, q = _edge_rows(tables, first)
    edge = image.reserve(np.full(len(rows), f.EDGE_SIZE))
    image.put(edge, f.REST, image.reserve(np.full(len(rows), f.REST_SIZE)))
    _fill_edges(image, tables, edge, rows, shift)
    target = tables.edge.target[rows]
    begin = int(edge[0]) if len(edge) else 0
    works = _works(tables, first, shift, begin + f.EDGE_SIZE * _ends(tables, first, q, target, rows))
    at = image.append(works)
    image.works = np.concatenate((image.works, at + np.arange(len(works)) * works[:1].size))
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


def _ends(tables: Tables, first: int, q: Int, target: Int, rows: Int) -> Int:
    """Edges before the end of each kind, shape (segments, streams, kinds + 1); before the first kind too."""
    n = tables.n[first:]
    code = (q * n.shape[1] + target) * _KINDS + tables.edge.kind[rows]
    counts = np.bincount(code, minlength=n.size * _KINDS)
    ends = np.cumsum(counts).reshape(*n.shape, _KINDS)
    begins = ends[..., :1] - counts.reshape(*n.shape, _KINDS)[..., :1]
    return np.concatenate((begins, ends), axis=-1)


def _works(tables: Tables, first: int, shift: int, edges: Int) -> Int:
    """Work rows, shape (segments, streams, WORK_SIZE): n, four edge addresses, durations."""
    three = (tables.occupancy, tables.latency, tables.priority)
    same = np.ones_like(tables.n[first:], dtype=np.bool_)
    for table in three[:2]:
        same &= (table.table[first:] == NO_TABLE) & (table.step[first:] == 0)
    columns = [tables.n[first:], *np.moveaxis(edges, -1, 0), same.astype(np.int64)]
    columns += [tables.occupancy.base[first:], tables.latency.base[first:]]
    for table in three:
        at = np.where(table.table[first:] == NO_TABLE, f.NIL, table.table[first:] + shift)
        columns.extend((table.base[first:], table.step[first:], table.reset[first:], at))
    return np.stack(columns, axis=-1)


def _fill_edges(image: "Image", tables: Tables, edge: Int, rows: Int, shift: int) -> None:
    table, rest = tables.edge, image.get(edge, f.REST)
    image.put(edge, f.SOURCE, image.stream[table.source[rows]])
    image.put(edge, f.LAG, table.lag[rows])
    image.put(rest, f.FREE_LAG, table.free_lag[rows])
    image.put(rest, f.EVENT, table.event[rows])
    image.put(rest, f.TABLE, np.where(table.table[rows] == NO_TABLE, f.NIL, table.table[rows] + shift))
    image.put(rest, f.SCALE, table.scale[rows])
    image.put(rest, f.OFFSET, table.offset[rows])
    image.put(rest, f.DIVISOR, table.divisor[rows])
    simple = (table.table[rows] == NO_TABLE) & (table.scale[rows] == 1) & (table.divisor[rows] == 1)
    image.put(edge, f.FORM, ~simple)
    everywhere = table.scope[rows] == Scope.GLOBAL
    image.put(rest, f.REACH, np.where(everywhere, np.maximum(0, -least_index(tables, rows)), 0))


def least_index(tables: Tables, rows: Int) -> Int:
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
    tap = image.reserve(np.full(len(new), f.TAP_SIZE))
    image.put(tap, f.TAPPED, image.stream[new % streams])
    image.put(tap, f.TAPPER, image.stream[new // streams])
    image.put(tap, f.WORK_OF_TAPPED, new % streams * f.WORK_SIZE)
    _chain(image, tap, image.get(tap, f.TAPPER), f.TAPS_IN, f.NEXT_IN)
    _chain(image, tap, image.get(tap, f.TAPPED), f.TAPS_OUT, f.NEXT_OUT)
    order = np.argsort(np.concatenate((image.pair, new)), kind="stable")
    image.pair = np.concatenate((image.pair, new))[order]
    image.tap = np.concatenate((image.tap, tap))[order]
    own = image.tap[np.searchsorted(image.pair, pair)]
    rest = image.get(edge, f.REST)
    image.put(rest, f.TAP, own)
    np.maximum.at(image.m, own + f.FARTHEST, image.get(rest, f.REACH))


def _chain(image: "Image", tap: Int, stream: Int, head: int, link: int) -> None:
    """Put taps at the head of the lists of their streams."""
    order = np.argsort(stream, kind="stable")
    tap, stream = tap[order], stream[order]
    last = np.ones(len(tap), np.bool_)
    last[:-1] = stream[1:] != stream[:-1]
    image.put(tap, link, np.where(last, image.get(stream, head), np.roll(tap, -1)))
    first = np.roll(last, 1)
    image.put(stream[first], head, tap[first])


def looks_at_kept(image: "Image", first: int) -> bool:
    """Whether rings have what edges from number ``first`` on look back at, in inferences yet to come."""
    edge, source = image.edge[first:], image.edge_source[first:]
    reach = image.get(image.get(edge, f.REST), f.REACH)
    mask = image.get(source, f.MASK)
    farthest = np.maximum(image.get(source, f.NEXT) - reach, 0)
    start = image.m[image.get(source, f.AT) + (4 * farthest & mask)]
    return not ((reach > 0) & ((4 * reach > mask) | (start == f.NIL))).any()


def _add_rings(image: "Image", recent: int) -> None:
    """A ring for every stream that has none, with room for what the edges reach back."""
    reach = np.zeros(len(image.stream), np.int64)
    number = image.get(image.get(image.tap, f.TAPPED), f.NUMBER)
    np.maximum.at(reach, number, image.get(image.tap, f.FARTHEST))
    new = np.flatnonzero(image.get(image.stream, f.MASK) == 0)
    size = 4 << np.ceil(np.log2(reach[new] + recent)).astype(np.int64)
    image.put(image.stream[new], f.AT, image.reserve(size))
    image.put(image.stream[new], f.MASK, size - 1)
    event = image.get(image.get(image.edge, f.REST), f.EVENT)
    image.put(image.edge, f.CELLS, image.get(image.edge_source, f.AT) + event)
    image.put(image.edge, f.WRAP, image.get(image.edge_source, f.MASK))
