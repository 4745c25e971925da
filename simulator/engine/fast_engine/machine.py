"""The kernel's memory of one run: filling it, giving it room, reading it."""

from array import array
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from simulator.engine.fast_engine import calendar
from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.image import RECENT, Image, aligned, build
from simulator.engine.fast_engine.lists import rouse, stack
from simulator.engine.fast_engine.modes import modes
from simulator.engine.fast_engine.rows import Rows
from simulator.engine.fast_engine.segments import add_segments, looks_at_kept
from simulator.engine.fast_engine.shadows import add_shadows
from simulator.engine.fast_engine.watcher import Watcher
from simulator.program.deadlock import patience
from simulator.program.form import Event, Inference, Int, Kind
from simulator.program.tables import Tables, bases
from simulator.program.timeline import Recording

Advance = Callable[[Any, Any], int]
"""The kernel's entry, compiled or not."""

Provide = Callable[[], tuple[Advance, bool]]
"""The entry and whether it is compiled."""

SLICE = {True: 1 << 20, False: 1 << 14}
"""Operations between two looks at Ctrl-C and the like, compiled or not."""

LOG_ROOM = 1 << 16
"""STARTs that the log takes before it is emptied."""


class Machine:
    """A program in the form that ``advance`` works on, at first at time zero.

    The memory is a numpy array if compiled, else made of lists, on which plain Python is several times faster.
    """

    def __init__(
        self,
        tables: Tables,
        schedule: Sequence[Inference],
        recording: Recording,
        provide: Provide,
        recent: int = RECENT,
    ):
        self.streams = len(tables.stream.key)
        self.totals = calendar.totals(tables, schedule)
        self.tables, self._owner = add_shadows(tables)
        self._image = image = build(self.tables, self._owner, recent)
        self._advance, self.compiled = provide()
        self.name = "fast (compiled)" if self.compiled else "fast (python)"
        self._schedule = list(schedule)
        self._recent, self._log, self._lists = recent, list[Int](), dict[tuple[int, ...], int]()
        self.flat_n = self.totals.copy() if recording.level == "full" else np.zeros(self.streams, np.int64)
        own = image.stream[: self.streams]
        image.put(own, f.FLAT_N, self.flat_n)
        image.put(own, f.FLAT_AT, np.cumsum(self.flat_n) - self.flat_n)
        image.put(own, f.LOGGED, recording.level != "off")
        self._fill_head(image, recording)
        self._calendar_room = len(schedule)
        rows = self._inferences(schedule)
        image.m[f.CALENDAR] = image.append(rows)
        image.m[f.INFERENCES] = len(schedule)
        self._node = np.zeros(0, np.int64)
        self._take_image()
        total = int(self.flat_n.sum())
        self.flat: Any = np.empty(total, np.int64) if self.compiled else array("q", (0,)) * total
        self._grow_nodes()
        behind = self.tables.stream.every > 0
        self.m[f.RUNNING] = int((~behind).sum())
        self.stack(np.flatnonzero(~behind | (self.get(f.MODE) != f.EAGER)))

    def _take_image(self) -> None:
        """Make the memory as the image has it."""
        words = self._image.m
        self.used = len(words)
        if self.compiled:
            self.m: Any = aligned(words)
            return
        self.m = Rows(words)
        for rows, size in (*self._image.rows, (self._node, f.NODE_SIZE), *self._watcher.rows):
            self.m.lay(rows, size)

    def _fill_head(self, image: Image, recording: Recording) -> None:
        """Single values and lists."""
        tables, streams = self.tables, len(image.stream)
        agenda, heap = 2 * streams + len(image.resource), 16 * streams + 128
        log = 2 * (LOG_ROOM + streams + 8) if recording.level != "off" else 0
        places = image.reserve(np.array([agenda, heap, log]))
        self._watcher = Watcher(image)
        m = image.m
        m[[f.AGENDA, f.HEAP, f.LOG]] = places
        m[f.HEAP_ROOM] = heap // 2
        m[[f.STACK, f.NOTICES, f.GROW, f.FREE_NODE]] = f.NIL
        m[f.MARK] = f.INF
        m[f.STREAMS] = streams
        m[f.FIRST_RESOURCE] = f.FIRST_STREAM + streams * f.STREAM_SIZE
        contended = (tables.stream.every > 0) & (image.get(image.stream, f.MODE) != f.EAGER)
        m[f.DEADLINE] = patience(tables) if contended.any() else f.INF
        if recording.level == "window":
            m[f.WINDOW_BEGIN], m[f.WINDOW_END] = np.clip((recording.begin, recording.end), 0, f.INF)
        else:
            m[f.WINDOW_END] = f.INF
        m[f.NODES_NEEDED] = _nodes(tables)

    def _inferences(self, schedule: Sequence[Inference]) -> Int:
        """Rows of the calendar."""
        return calendar.rows(self.tables, self.streams, self._image.works, schedule, self._groups)

    def _groups(self, groups: tuple[int, ...]) -> int:
        """Place of the list of the groups that work, one for all inferences alike."""
        if groups not in self._lists:
            self._lists[groups] = self._listed(calendar.flags(self.tables, groups))
        return self._lists[groups]

    def _listed(self, flags: Int) -> int:
        """Put a list into the memory, be it in the making or at work."""
        if not hasattr(self, "m"):
            return self._image.append(flags)
        at = self._reserve(len(flags))
        self.m[at : at + len(flags)] = flags if self.compiled else flags.tolist()
        return at

    def get(self, field: int) -> Int:
        """A field of all streams, by number; shadows come last."""
        return self._read(self._image.stream + field)

    def _read(self, places: Int) -> Int:
        """Words of the memory."""
        if self.compiled:
            return np.asarray(self.m[places])
        m = self.m
        return np.array([m[at] for at in places.tolist()], np.int64)

    def stack(self, streams: Int) -> None:
        """Streams that are in no list are to be run."""
        m, rows = self.m, self._image.stream[streams]
        if not self.compiled:
            for s in rows.tolist():
                stack(m, s)
        elif len(rows):
            m[rows + f.STATE] = f.STACKED
            m[rows + f.LINK] = np.append(m[f.STACK], rows[:-1])
            m[f.STACK] = rows[-1]

    @property
    def stream(self) -> Int:
        """Addresses of the streams, shadows last."""
        return self._image.stream

    @property
    def resource(self) -> Int:
        """Addresses of the resources."""
        return self._image.resource

    def work_on(self, segment: int) -> None:
        """Say which streams, and which of their taps, the inferences of a segment keep busy."""
        self.working = self.stream[self.tables.n[segment] > 0]
        tapper = self._read(self._image.tap + f.TAPPER)
        self.working_taps = self._image.tap[np.isin(tapper, self.working)]

    def working_edges(self) -> tuple[Int, Int]:
        """Addresses of the edges into working streams, and of the latter."""
        m, streams = self.m, self.working.tolist()
        parts = [(np.arange(m[s + f.WAITS], m[s + f.EDGES_END], f.EDGE_SIZE), s) for s in streams]
        targets = np.repeat(self.working, [len(edges) for edges, _ in parts])
        return np.concatenate([edges for edges, _ in parts]), targets

    @property
    def may_leap(self) -> bool:
        """Whether the run can be moved on: nothing is recorded one by one, no background work contends."""
        behind = (self.tables.stream.every > 0) & (self.get(f.MODE) != f.EAGER)
        return not behind.any() and (self.flat_n.sum() in (0, self.totals.sum()))

    def put_back(self, memory: Int) -> None:
        """Take over a memory that was changed."""
        if not self.compiled:
            self.m.put(memory)

    def run(self) -> int:
        """Advance by a slice at most; why it ended."""
        m = self.m
        m[f.BUDGET] = min(SLICE[self.compiled], LOG_ROOM - m[f.LOG_LENGTH])
        why = self._advance(m, self.flat)
        if m[f.LOG_LENGTH] >= LOG_ROOM // 2:
            self._empty_log()
        if m[f.GROW] != f.NIL:
            self._grow(m[f.GROW])
            self.m[f.GROW] = f.NIL
        elif why == f.GROW_HEAP:
            self._move(f.HEAP, 2 * m[f.HEAP_LENGTH], 4 * m[f.HEAP_ROOM])
            self.m[f.HEAP_ROOM] *= 2
        elif why == f.GROW_NODES:
            self._grow_nodes()
        return why

    def _reserve(self, count: int) -> int:
        """Place of a new region at the end of the memory, where a line of the cache begins."""
        at = self.used + -self.used % f.LINE
        self.used = at + count
        lack = self.used - len(self.m)
        if lack > 0 and self.compiled:
            self.m = aligned(self.m, lack + len(self.m) // 4)
        elif lack > 0:
            self.m.extend([0] * lack)
        return at

    def _move(self, pointer: int, length: int, room: int) -> None:
        """Give the list whose place is at ``pointer`` more room."""
        old, new = self.m[pointer], self._reserve(room)
        self.m[new : new + length] = self.m[old : old + length]
        self.m[pointer] = new

    def _grow(self, x: int) -> None:
        """Double the room of a stream's ring or a resource's servers."""
        if x >= self.m[f.FIRST_RESOURCE]:
            self._move(x + f.SERVERS, self.m[x + f.BUSY], 2 * self.m[x + f.ROOM])
            self.m[x + f.ROOM] *= 2
        else:
            self._grow_ring(x)

    def _grow_ring(self, s: int) -> None:
        old, size, done = self.m[s + f.AT], self.m[s + f.MASK] + 1, self.m[s + f.NEXT]
        new = self._reserve(2 * size)
        m = self.m
        for cell in range(max(0, 4 * done - size), 4 * done):
            m[new + cell % (2 * size)] = m[old + cell % size]
        for cell in range(max(0, 4 * done - 2 * size), max(0, 4 * done - size)):
            m[new + cell % (2 * size)] = f.NIL  # room for more operations than are known any more
        m[s + f.AT], m[s + f.MASK] = new, 2 * size - 1
        m[s + f.RING_LIMIT] = m[s + f.LIMIT] = 0
        for e in (*self._image.edge[self._image.edge_source == s].tolist(), self._watcher.edge):
            if m[e + f.SOURCE] == s:
                m[e + f.CELLS], m[e + f.WRAP] = new + m[m[e + f.REST] + f.EVENT], 2 * size - 1

    def _grow_nodes(self) -> None:
        """More nodes, linked in front of the free ones."""
        count = 2 * self.m[f.NODES_NEEDED] + 2
        first = self._reserve(count * f.NODE_SIZE)
        m = self.m
        nodes = np.arange(first, first + count * f.NODE_SIZE, f.NODE_SIZE)
        self._node = np.append(self._node, nodes)
        if not self.compiled:
            m.lay(nodes, f.NODE_SIZE)
        for x in nodes.tolist():
            m[x + f.NODE_LINK] = m[f.FREE_NODE]
            m[f.FREE_NODE] = x
        m[f.NODES_LEFT] += count

    def _empty_log(self) -> None:
        at, length = self.m[f.LOG], 2 * self.m[f.LOG_LENGTH]
        self._log.append(np.array(self.m[at : at + length], np.int64).reshape(-1, 2))
        self.m[f.LOG_LENGTH] = 0

    def starts(self) -> list[Int]:
        """Recorded START times, per stream."""
        self._empty_log()
        log = np.concatenate(self._log)
        self._log = [log]
        order = np.argsort(log[:, 0], kind="stable")
        late = np.split(log[order, 1], np.cumsum(np.bincount(log[:, 0], minlength=self.streams)))[
            : self.streams
        ]
        ends = np.cumsum(self.flat_n)
        flat = np.frombuffer(self.flat, np.int64)
        early = [flat[end - n : end] for n, end in zip(self.flat_n.tolist(), ends.tolist(), strict=True)]
        return [a if len(b) == 0 else np.concatenate((a, b)) for a, b in zip(early, late, strict=True)]

    def calendar(self) -> Int:
        """Rows of inferences, shape (inferences, CALENDAR_SIZE)."""
        at, count = self.m[f.CALENDAR], self.m[f.INFERENCES]
        return np.array(self.m[at : at + count * f.CALENDAR_SIZE], np.int64).reshape(-1, f.CALENDAR_SIZE)

    def held(self) -> Int:
        """How long the servers of each stream were held [ps]."""
        held = self.get(f.HELD)
        held[self._owner] += held[self.streams :]
        return held[: self.streams]

    def append(self, tables: Tables, inferences: Sequence[Inference]) -> bool:
        """Extend the schedule; False if what happened so far was not kept as the new segments need it."""
        shadowed, owner = add_shadows(tables)
        if len(tables.n) > len(self.tables.n) and not self._add_segments(shadowed, owner):
            return False
        self.tables = shadowed
        self.totals = self.totals + calendar.totals(tables, inferences)
        count, more = self.m[f.INFERENCES], len(inferences)
        if count + more > self._calendar_room:
            self._calendar_room = 2 * (count + more)
            self._move(f.CALENDAR, count * f.CALENDAR_SIZE, self._calendar_room * f.CALENDAR_SIZE)
        at = self.m[f.CALENDAR] + count * f.CALENDAR_SIZE
        self.m[at : at + more * f.CALENDAR_SIZE] = self._inferences(inferences).tolist()
        self.m[f.INFERENCES] += more
        self._schedule += inferences
        parked = np.flatnonzero((self.get(f.STATE) == f.PARKED) & (self.tables.stream.every == 0))
        self.m[f.RUNNING] += len(parked)
        self.stack(parked)
        return True

    def _add_segments(self, tables: Tables, owner: Int) -> bool:
        """Take up segments that were added; False if that is impossible in the midst of a run."""
        image, first = self._image, len(self.tables.n)
        if not np.array_equal(owner, self._owner) or (modes(tables) != self.get(f.MODE)).any():
            return False
        image.m = np.array(self.m, np.int64)[: self.used]
        old_taps, old_edges = image.tap, len(image.edge)
        add_segments(image, tables, first, len(self.tables.pool), self._recent)
        if not looks_at_kept(image, old_edges):
            return False
        self._place_taps(tables, np.setdiff1d(image.tap, old_taps))
        for field in (f.RING_LIMIT, f.LIMIT):
            image.put(image.stream, field, 0)
        self._take_image()
        self.m[f.NODES_NEEDED] = _nodes(tables)
        return True

    def _place_taps(self, tables: Tables, taps: Int) -> None:
        """Operations of the tapped streams before the current inferences of those that tap them."""
        image = self._image
        number = image.get(image.get(taps, f.TAPPED), f.NUMBER)
        inference = image.get(image.get(taps, f.TAPPER), f.INFERENCE)
        before = bases(tables, self._schedule)
        for i in np.unique(inference).tolist():
            here = inference == i
            image.put(taps[here], f.BASE, before[i, number[here]])

    def rouse(self) -> bool:
        """Nothing is left to happen: let streams at rest go on; False if there are none.

        With an empty heap whoever waits now waits for ever, so the rings need keep nothing for them.
        """
        m, state, stream = self.m, self.get(f.STATE), self._image.stream
        asleep = state == f.ASLEEP
        if m[f.HEAP_LENGTH] == 0:
            for s in stream[~asleep & (state != f.PARKED)].tolist():
                m[s + f.DEAD] = 1
        for s in stream[asleep].tolist():
            rouse(m, s)
            m[s + f.FORCED] = 1
        return bool(asleep.any())

    def patient(self) -> bool:
        """Whether the foreground may still go on, seen from the latest of its events."""
        if self.m[f.TAIL] or self.m[f.HEAP_LENGTH] == 0:
            return False
        front = self.tables.stream.every == 0
        latest = max(int(self.get(field)[front].max(initial=0)) for field in (f.DONE, f.READY))
        deadline = latest + patience(self.tables)
        later = deadline > self.m[f.DEADLINE]
        self.m[f.DEADLINE] = max(deadline, self.m[f.DEADLINE])
        return bool(later)

    def end_background(self) -> bool:
        """The foreground is over: let background work go on to its end; False where there is none."""
        behind = self.tables.stream.every > 0
        if self.m[f.TAIL] or not behind.any():
            return False
        self.m[f.MAKESPAN] = int(self.calendar()[:, f.ENDED].max(initial=0))
        self.m[f.DEADLINE] = self.m[f.MAKESPAN] - 1
        self.m[f.TAIL] = 1
        self.stack(np.flatnonzero(behind & (self.get(f.MODE) == f.EAGER)))
        return True

    def too_late(self) -> Int:
        """Background streams whose latest operation starts when the foreground is over."""
        behind = np.flatnonzero(self.tables.stream.every)
        return np.asarray(behind[self.get(f.START)[behind] >= self.m[f.MAKESPAN]])

    @property
    def over(self) -> bool:
        """Whether all foreground operations have started and their FREE is known."""
        return bool(self.m[f.RUNNING] == 0 and self.m[f.PENDING] == 0)

    @property
    def reached(self) -> bool:
        """Whether the watched event is known."""
        return self._watcher.time(self.m) is not None

    def watch(self, s: int, operation: int, event: Event) -> bool:
        """Stop at an event of stream number s; False if it has passed and was not kept."""
        if event == Event.FREE and s in self._owner:
            s, event = self.streams + int(np.searchsorted(self._owner, s)), Event.START
        return self._watcher.watch(self.m, int(self._image.stream[s]), operation, int(event))

    def watched(self) -> int:
        """Time of the watched event, which is watched no more."""
        time = self._watcher.time(self.m)
        assert time is not None
        self._watcher.forget(self.m)
        return time


def _nodes(tables: Tables) -> int:
    """Nodes for one held operation of every stream."""
    held = tables.edge.kind == Kind.HOLD
    return int(held.sum()) + len(np.unique(tables.edge.target[held]))
