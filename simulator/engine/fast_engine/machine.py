"""The kernel's arrays of one run: filling them, giving them room, reading them."""

from array import array
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.image import RECENT, build
from simulator.engine.fast_engine.lists import unlink
from simulator.engine.fast_engine.modes import holding
from simulator.engine.fast_engine.segments import add_segments
from simulator.program.deadlock import patience
from simulator.program.form import Event, Inference, Int, Kind
from simulator.program.tables import Tables
from simulator.program.timeline import Recording

Advance = Callable[[f.Memory], int]
"""The kernel's entry, compiled or not."""

SLICE = {True: 1 << 20, False: 1 << 14}
"""Operations between two looks at Ctrl-C and the like, compiled or not."""

LOG_ROOM = 1 << 16
"""STARTs that the log takes before it is emptied."""


class Machine:
    """A program at time zero, in the form that ``advance`` works on.

    ``compiled``: numpy arrays; else lists, on which plain Python is several times faster.
    """

    def __init__(
        self,
        tables: Tables,
        schedule: Sequence[Inference],
        recording: Recording,
        advance: Advance,
        *,
        compiled: bool,
        recent: int = RECENT,
    ):
        self.tables, self.compiled, self._advance, self._recent = tables, compiled, advance, recent
        self._image = image = build(tables, recent)
        self.stream = image.stream
        self._log: list[Int] = []
        self.totals = _totals(tables, schedule)
        self.flat_n = self.totals.copy() if recording.level == "full" else np.zeros_like(self.stream)
        image.put(self.stream, f.FLAT_N, self.flat_n)
        image.put(self.stream, f.FLAT_AT, np.cumsum(self.flat_n) - self.flat_n)
        box = self._box(len(schedule), recording)
        self._ring_used = len(image.ring)
        heap = np.zeros(2 * int(box[f.HEAP_ROOM]), np.int64)
        log = np.zeros(2 * (LOG_ROOM + len(self.stream) + 8) if self._logs(recording) else 2, np.int64)
        arrays = (image.row, tables.pool, image.ring, heap, box, self._inferences(schedule), log[:0])
        row, pool, ring, heap, box, calendar, node = (self._native(values) for values in arrays)
        flat = self._flat(int(self.flat_n.sum()))
        self.m: f.Memory = (row, pool, ring, heap, box, calendar, node, flat, self._native(log))
        self._grow_nodes()
        self._start()

    def _native(self, values: Int) -> Any:
        return np.ascontiguousarray(values, np.int64) if self.compiled else values.tolist()

    def _flat(self, length: int) -> Any:
        return np.empty(length, np.int64) if self.compiled else array("q", (0,)) * length

    def _replace(self, which: int, values: Any) -> None:
        self.m = (*self.m[:which], values, *self.m[which + 1 :])

    def _extend(self, which: int, count: int) -> None:
        """Append zeros to one of the arrays."""
        old = self.m[which]
        if isinstance(old, list):
            old.extend([0] * count)
        else:
            self._replace(which, np.concatenate((np.asarray(old), np.zeros(count, np.int64))))

    @staticmethod
    def _logs(recording: Recording) -> bool:
        return recording.level != "off"

    def _box(self, inferences: int, recording: Recording) -> Int:
        streams, lines = len(self.stream), 4 * len(self.stream) + len(self.tables.resource.capacity)
        box = np.zeros(f.BOX_SIZE + lines, np.int64)
        box[f.STACK] = f.BOX_SIZE
        box[f.NOTICES] = f.BOX_SIZE + streams
        box[f.AGENDA] = f.BOX_SIZE + 2 * streams
        box[f.HEAP_ROOM] = 8 * streams + 64
        box[[f.GROW, f.WATCHED, f.WATCHED_TIME, f.FREE_NODE]] = f.NIL
        box[f.MARK] = f.INF
        box[f.INFERENCES] = inferences
        box[f.STREAMS] = streams
        box[f.FIRST_RESOURCE] = streams * f.STREAM_SIZE
        contended = (self.tables.stream.every > 0) & (self._image.get(self.stream, f.MODE) != f.EAGER)
        box[f.PATIENCE] = patience(self.tables) if contended.any() else f.INF
        if self._logs(recording):
            window = recording.level == "window"
            box[f.WINDOW_BEGIN] = min(max(recording.begin, 0), f.INF) if window else 0
            box[f.WINDOW_END] = min(max(recording.end, 0), f.INF) if window else f.INF
        held = holding(self.tables)
        edge = self.tables.edge
        holds = np.bincount(edge.target[edge.kind == Kind.HOLD], minlength=streams)
        box[f.NODES_NEEDED] = (holds + held).sum()
        return box

    def _inferences(self, schedule: Sequence[Inference]) -> Int:
        rows = np.zeros((len(schedule), f.CALENDAR_SIZE), np.int64)
        q = np.array([row.segment for row in schedule], np.int64)
        rows[:, f.ALL_WORKS] = self._image.works[q]
        rows[:, f.RELEASE] = [row.release for row in schedule]
        rows[:, f.FLOOR] = [row.floor for row in schedule]
        rows[:, f.BEGAN] = f.INF
        rows[:, f.ENDED] = f.NIL
        rows[:, f.OPEN] = (self.tables.n > 0).sum(axis=1)[q]
        return rows.ravel()

    def _start(self) -> None:
        """Foreground streams, and background streams that contend, are to be run."""
        behind = self.tables.stream.every > 0
        self.box[f.RUNNING] = int((~behind).sum())
        self.stack(np.flatnonzero(~behind | (self.get(f.MODE) != f.EAGER)))

    @property
    def box(self) -> f.Array:
        """Single values of the kernel."""
        return self.m[f.BOX]

    def get(self, field: int) -> Int:
        """A field of all streams, by number."""
        row = self.m[f.ROW]
        return np.array([row[s + field] for s in self.stream.tolist()], np.int64)

    def rouse(self) -> bool:
        """Nothing is left to happen: let streams at rest go on; False if there are none.

        Whoever waits now waits for ever, so the rings need keep nothing for them.
        """
        row, state = self.m[f.ROW], self.get(f.STATE)
        asleep = state == f.ASLEEP
        if self.box[f.HEAP_LENGTH] == 0:
            for s in self.stream[~asleep & (state != f.PARKED)].tolist():
                row[s + f.DEAD] = 1
        for s in self.stream[asleep].tolist():
            unlink(self.m, s)
            row[s + f.FORCED] = 1
        self.stack(np.flatnonzero(asleep))
        return bool(asleep.any())

    def end_background(self) -> bool:
        """The foreground is over: let background work go on to its end; False where there is none."""
        behind = self.tables.stream.every > 0
        if self.box[f.TAIL] or not behind.any():
            return False
        self.box[f.MAKESPAN] = int(self.calendar()[:, f.ENDED].max(initial=0))
        self.box[f.PATIENCE] = f.INF
        self.box[f.TAIL] = 1
        self.stack(np.flatnonzero(behind & (self.get(f.MODE) == f.EAGER)))
        return True

    def too_late(self) -> Int:
        """Background streams whose latest operation starts when the foreground is over."""
        behind = np.flatnonzero(self.tables.stream.every)
        return behind[self.get(f.START)[behind] >= self.box[f.MAKESPAN]]

    @property
    def over(self) -> bool:
        """Whether all foreground operations have started and their FREE is known."""
        return self.box[f.RUNNING] == 0 and self.box[f.PENDING] == 0

    @property
    def reached(self) -> bool:
        """Whether the watched event is known."""
        return self.box[f.WATCHED_TIME] != f.NIL

    def watch(self, s: int, operation: int, event: Event) -> bool:
        """Stop at an event of stream number s; False if it has passed and was not kept."""
        box, row, x = self.box, self.m[f.ROW], int(self.stream[s])
        box[f.WATCHED], box[f.WATCHED_OPERATION], box[f.WATCHED_EVENT] = x, operation, int(event)
        box[f.WATCHED_TIME] = f.NIL
        if operation >= row[x + f.NEXT]:
            if row[x + f.STATE] == f.ASLEEP:
                unlink(self.m, x)
                self.stack(np.array([s]))
            return True
        at = row[x + f.AT_START + int(event)]
        if at == f.NIL or operation + row[x + f.MASK] + 1 < row[x + f.NEXT]:
            return False
        box[f.WATCHED_TIME] = self.m[f.RING][at + (operation & row[x + f.MASK])]
        return True

    def watched(self) -> int:
        """Time of the watched event, which is watched no more."""
        time = self.box[f.WATCHED_TIME]
        self.box[f.WATCHED] = self.box[f.WATCHED_TIME] = f.NIL
        return int(time)

    def append(self, tables: Tables, inferences: Sequence[Inference]) -> bool:
        """Extend the schedule; False if what happened so far was not kept as the new segments need it."""
        first, self.tables = len(self._image.works), tables
        self.totals = self.totals + _totals(tables, inferences)
        if first < len(tables.n) and not self._append_segments(first):
            return False
        self._extend(f.CALENDAR, len(inferences) * f.CALENDAR_SIZE)
        rows = self._inferences(inferences)
        calendar, at = self.m[f.CALENDAR], len(self.m[f.CALENDAR]) - len(rows)
        for place, value in enumerate(rows.tolist()):
            calendar[at + place] = value
        self.box[f.INFERENCES] += len(inferences)
        parked = np.flatnonzero((self.get(f.STATE) == f.PARKED) & (self.tables.stream.every == 0))
        self.box[f.RUNNING] += len(parked)
        self.stack(parked)
        return True

    def stack(self, streams: Int) -> None:
        """Streams that are in no list are to be run."""
        box, row = self.box, self.m[f.ROW]
        for s in self.stream[streams].tolist():
            row[s + f.STATE] = f.STACKED
            box[box[f.STACK] + box[f.STACK_LENGTH]] = s
            box[f.STACK_LENGTH] += 1

    def run(self) -> int:
        """Advance by a slice at most; why it ended."""
        room = LOG_ROOM - self.box[f.LOG_LENGTH]
        self.box[f.BUDGET] = min(SLICE[self.compiled], room)
        why = self._advance(self.m)
        if self.box[f.LOG_LENGTH] >= LOG_ROOM // 2:
            self._empty_log()
        if self.box[f.GROW] != f.NIL:
            self._grow(self.box[f.GROW])
            self.box[f.GROW] = f.NIL
        elif why == f.GROW_HEAP:
            self._extend(f.HEAP, 2 * self.box[f.HEAP_ROOM])
            self.box[f.HEAP_ROOM] *= 2
        elif why == f.GROW_NODES:
            self._grow_nodes()
        return why

    def _empty_log(self) -> None:
        length = 2 * self.box[f.LOG_LENGTH]
        self._log.append(np.array(self.m[f.LOG][:length], np.int64).reshape(-1, 2))
        self.box[f.LOG_LENGTH] = 0

    def starts(self) -> list[Int]:
        """Recorded START times, per stream."""
        self._empty_log()
        log = np.concatenate(self._log)
        self._log = [log]
        order = np.argsort(log[:, 0], kind="stable")
        late = np.split(log[order, 1], np.cumsum(np.bincount(log[:, 0], minlength=len(self.stream)))[:-1])
        ends = np.cumsum(self.flat_n)
        flat = np.frombuffer(self.m[f.FLAT], np.int64)
        early = [flat[end - n : end] for n, end in zip(self.flat_n.tolist(), ends.tolist(), strict=True)]
        return [a if len(b) == 0 else np.concatenate((a, b)) for a, b in zip(early, late, strict=True)]

    def calendar(self) -> Int:
        """Rows of inferences, shape (inferences, CALENDAR_SIZE)."""
        return np.array(self.m[f.CALENDAR], np.int64).reshape(-1, f.CALENDAR_SIZE)

    def _grow(self, x: int) -> None:
        """Double the room of a stream's ring or a resource's servers."""
        if x < self.box[f.FIRST_RESOURCE]:
            self._grow_ring(x)
        else:
            self._grow_servers(x)

    def _reserve(self, count: int) -> int:
        at = self._ring_used
        self._ring_used += count
        if self._ring_used > len(self.m[f.RING]):
            self._extend(f.RING, max(count, len(self.m[f.RING]) // 2))
        return at

    def _grow_ring(self, s: int) -> None:
        row, size = self.m[f.ROW], self.m[f.ROW][s + f.MASK] + 1
        recent = range(max(0, row[s + f.NEXT] - size), row[s + f.NEXT])
        for lane in (f.AT_START, f.AT_FREE, f.AT_DONE):
            old = row[s + lane]
            if old != f.NIL:
                row[s + lane] = new = self._reserve(2 * size)
                ring = self.m[f.RING]
                for j in recent:
                    ring[new + j % (2 * size)] = ring[old + j % size]
        row[s + f.MASK] = 2 * size - 1
        row[s + f.LIMIT] = 0
        self._renew_edges(self._image.edge[self._image.edge_source == s].tolist(), s)

    def _renew_edges(self, edges: list[int], source: int) -> None:
        row = self.m[f.ROW]
        for e in edges:
            row[e + f.AT] = row[source + f.AT_START + row[e + f.EVENT]]
            row[e + f.AT_MASK] = row[source + f.MASK]

    def _grow_servers(self, r: int) -> None:
        row, room = self.m[f.ROW], self.m[f.ROW][r + f.ROOM]
        old, new = row[r + f.SERVERS], self._reserve(2 * room)
        ring = self.m[f.RING]
        for place in range(row[r + f.BUSY]):
            ring[new + place] = ring[old + place]
        row[r + f.SERVERS] = new
        row[r + f.ROOM] = 2 * room

    def _grow_nodes(self) -> None:
        """More nodes, linked in front of the free ones."""
        count, first = 2 * self.box[f.NODES_NEEDED] + 2, len(self.m[f.NODE])
        self._extend(f.NODE, count * f.NODE_SIZE)
        node = self.m[f.NODE]
        for x in range(first, first + count * f.NODE_SIZE, f.NODE_SIZE):
            node[x + f.NODE_LINK] = self.box[f.FREE_NODE]
            self.box[f.FREE_NODE] = x
        self.box[f.NODES_LEFT] += count


def _totals(tables: Tables, schedule: Sequence[Inference]) -> Int:
    """Operations of each stream in the whole schedule."""
    times = np.bincount([row.segment for row in schedule], minlength=len(tables.n))
    return np.asarray(times @ tables.n)


