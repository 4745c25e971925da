"""docs/program.md read literally, one picosecond at a time: slow, naive, and shares no code with an engine.

It works on the program as written, not on its tables.
"""

from dataclasses import dataclass, field
from math import inf

from simulator.program.form import NONE, Duration, Edge, Event, Kind, Policy, Program, Scope, Work

Op = tuple[int, int]
"""Stream and operation over the run."""


def value(duration: Duration, k: int) -> int:
    if duration.table is not None:
        return int(duration.table[k])
    return duration.base + duration.step * (k % duration.reset if duration.reset else k)


@dataclass
class BruteForce:
    program: Program
    grant: dict[Op, int] = field(default_factory=dict)
    start: dict[Op, int] = field(default_factory=dict)
    ready: dict[Op, int] = field(default_factory=dict)
    last_class: dict[int, int] = field(default_factory=dict)
    now: int = 0

    def __post_init__(self) -> None:
        self.place: dict[Op, tuple[int, int]] = {}
        self.base: list[list[int]] = [[0] * len(self.program.streams)]
        for i, entry in enumerate(self.program.schedule):
            row = list(self.base[-1])
            for s, work in self.program.segments[entry.segment].work.items():
                if self.program.streams[s].background is None and self.busy(i, s):
                    self.place.update({(s, row[s] + k): (i, k) for k in range(work.n)})
                    row[s] += work.n
            self.base.append(row)
        self.count = [0] * len(self.program.streams)
        self.serving: list[set[Op]] = [set() for _ in self.program.resources]
        self.found: dict[tuple[Op, Kind], list[tuple[int, Edge, Op]]] = {}
        self.users = [{s for s, row in enumerate(self.program.streams) if r in row.resources}
                      for r in range(len(self.program.resources))]  # fmt: skip
        self.memo: dict[tuple[Op, Event], int] = {}
        self.open: set[tuple[Op, Event]] = set()

    # what an operation is

    def busy(self, i: int, s: int) -> bool:
        groups, group = self.program.schedule[i].groups, self.program.streams[s].group
        return groups is None or group == 0 or group in groups

    def behind(self, s: int) -> bool:
        return self.program.streams[s].background is not None

    def work(self, op: Op) -> tuple[Work, int]:
        """What is asked of the stream, and the place of the operation in its durations."""
        if self.behind(op[0]):
            return self.program.segments[0].work[op[0]], 0
        i, k = self.place[op]
        entry = self.program.schedule[i]
        return self.program.segments[entry.segment].work[op[0]], entry.context + k

    def edges(self, op: Op, kind: Kind) -> list[tuple[int, Edge, Op]]:
        """Edges of this kind into an operation: position as given, edge, source operation."""
        if self.behind(op[0]):
            return []
        if (op, kind) not in self.found:
            self.found[op, kind] = self.find_edges(op, kind)
        return self.found[op, kind]

    def find_edges(self, op: Op, kind: Kind) -> list[tuple[int, Edge, Op]]:
        i, k = self.place[op]
        found = []
        for given, edge in enumerate(self.program.segments[self.program.schedule[i].segment].edges):
            if edge.target == op[0] and edge.kind == kind and self.busy(i, edge.source):
                index = edge.index
                f = (
                    int(index.table[k])
                    if index.table is not None
                    else (index.scale * k + index.offset) // index.divisor
                )
                j = self.base[i][edge.source] + f
                if f != NONE and (f >= 0 or (edge.scope == Scope.GLOBAL and j >= 0)):
                    found.append((given, edge, (edge.source, j)))
        return found

    # times of events, None while unknown

    def event(self, op: Op, event: Event) -> int | None:
        if event == Event.START:
            return self.start.get(op)
        if (op, event) not in self.memo:
            found = None
            if op in self.start and (op, event) not in self.open:
                self.open.add((op, event))
                found = self.done(op) if event == Event.DONE else self.free(op)
                self.open.discard((op, event))
            if found is None:
                return None
            self.memo[op, event] = found
        return self.memo[op, event]

    def done(self, op: Op) -> int | None:
        work, k = self.work(op)
        terms = [self.start[op] + value(work.latency, k)]
        terms += [
            self.event(source, Event.DONE) + edge.lag for _, edge, source in self.edges(op, Kind.FINISH)
        ]
        if op[1]:
            terms.append(self.event((op[0], op[1] - 1), Event.DONE))
        return max(terms)

    def free(self, op: Op) -> int | None:
        work, k = self.work(op)
        terms = [self.start[op] + value(work.occupancy, k)]
        terms += [
            self.event(source, Event.DONE) + edge.free_lag for _, edge, source in self.edges(op, Kind.FINISH)
        ]
        for _, edge, source in self.edges(op, Kind.HOLD):
            time = self.event(source, edge.event)
            if time is None:
                return None
            terms.append(time + edge.lag)
        return max(terms)

    # when an operation may start

    def next_of(self, s: int) -> Op:
        return s, self.count[s]

    def order_time(self, op: Op) -> int | None:
        s, g = op
        if g == 0:
            return 0
        gap = self.program.streams[s].gap
        return self.event((s, g - 1), Event.FREE) if gap is None else self.start[s, g - 1] + gap

    def release_time(self, op: Op) -> int:
        background = self.program.streams[op[0]].background
        if background:
            return background.first + op[1] * background.every
        entry = self.program.schedule[self.place[op][0]]
        return max(entry.floor, entry.release if self.program.streams[op[0]].released else 0)

    def ready_time(self, op: Op) -> int | None:
        terms = [self.order_time(op), self.release_time(op)]
        for _, edge, source in self.edges(op, Kind.WAIT):
            time = self.event(source, edge.event)
            terms.append(None if time is None else time + edge.lag)
        return None if None in terms else max(terms)

    def exists(self, op: Op) -> bool:
        return op in self.place or self.behind(op[0])

    # who gets what

    def contended(self, s: int) -> bool:
        return any(len(self.users[r]) > 1 for r in self.program.streams[s].resources)

    def servers(self, r: int) -> int:
        for op in list(self.serving[r]):
            free = self.event(op, Event.FREE)
            if free is not None and free <= self.now:
                self.serving[r].discard(op)
        return self.program.resources[r].capacity - len(self.serving[r])

    def rank(self, op: Op, r: int) -> tuple[int, ...]:
        s = op[0]
        key = s if self.program.streams[s].key is None else self.program.streams[s].key
        if self.program.resources[r].policy == Policy.FIFO:
            return self.ready[op], key
        work, k = self.work(op)
        return value(work.priority, k), self.ready[op], key

    def requests(self) -> list[Op]:
        found = []
        for s in range(len(self.program.streams)):
            op = self.next_of(s)
            if self.exists(op):
                ready = self.ready_time(op)
                if ready is not None and ready <= self.now:
                    self.ready[op] = ready
                    found.append(op)
        return found

    def may(self, op: Op, waiting: list[Op]) -> bool:
        for r in self.program.streams[op[0]].resources:
            row = self.program.resources[r]
            line = sorted((o for o in waiting if o[0] in self.users[r]), key=lambda o: self.rank(o, r))
            if line.index(op) >= self.servers(r) or self.now % row.period != row.phase:
                return False
        return True

    def begin(self, op: Op) -> None:
        """A grant: START is the end of the longest set-up."""
        setups = [0]
        stream = self.program.streams[op[0]]
        for r in stream.resources:
            table = self.program.resources[r].setup
            if table is not None and r in self.last_class:
                setups.append(table[self.last_class[r]][stream.setup_class])
            self.last_class[r] = stream.setup_class
            self.serving[r].add(op)
        self.count[op[0]] += 1
        self.grant[op] = self.now
        self.start[op] = self.now + max(setups)

    def tick(self) -> None:
        while True:
            alone = [op for op in self.requests() if not self.contended(op[0]) and self.may(op, [op])]
            for op in alone:
                self.begin(op)
            if not alone:
                break
        waiting = [op for op in self.requests() if self.contended(op[0])]
        while chosen := [op for op in waiting if self.may(op, waiting)]:
            waiting.remove(chosen[-1])
            self.begin(chosen[-1])

    # the whole run

    def foreground(self) -> int:
        return sum(n for s, n in enumerate(self.count) if not self.behind(s))

    def finished(self) -> bool:
        if len(self.place) > self.foreground():
            return False
        return all(self.event(op, Event.FREE) is not None for op in self.place)

    def known(self) -> int:
        """The latest instant of the foreground that is known."""
        front = [op for op in self.start if not self.behind(op[0])]
        times = [self.event(op, event) for op in front for event in Event]
        for s in range(len(self.program.streams)):
            op = self.next_of(s)
            if op in self.place:
                times.append(self.ready_time(op))
        return max((t for t in times if t is not None), default=0)

    def run(self, patience: float = inf) -> bool:
        """Whether it came to an end; otherwise nothing of the foreground moved for ``patience`` ps."""
        quiet = 0
        while not self.finished():
            before = self.foreground()
            self.tick()
            quiet = quiet + 1 if self.foreground() == before else 0
            if quiet > patience and self.now > self.known() + patience:
                return False
            self.now += 1
        end = max((self.event(op, Event.DONE) for op in self.place), default=0)
        while self.now < end:
            self.tick()
            self.now += 1
        self.start = {op: t for op, t in self.start.items() if op in self.place or t < end}
        return True

    def starts(self) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in self.program.streams]
        for (s, _), time in sorted(self.start.items()):
            found[s].append(time)
        return found
