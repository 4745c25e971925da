"""Random programs over every feature of the form: few streams, short times, many ties, some deadlocks."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from random import Random

import numpy as np

from simulator.base.errors import InputError
from simulator.program.checks import check
from simulator.program.form import (
    NONE,
    Background,
    Duration,
    Edge,
    Event,
    Index,
    Inference,
    Kind,
    Policy,
    Program,
    Resource,
    Scope,
    Segment,
    Stream,
    Work,
)
from simulator.program.sharing import combine

FEATURES = frozenset(
    {
        *("pool", "clock", "priority", "setup", "atomic", "gap", "hold", "finish", "credit"),
        *("affine", "table", "global", "release", "floor", "background", "segments", "zero"),
        *("context", "groups"),
    }
)
SIMPLE = frozenset({"pool", "credit"})


@dataclass
class _Maker:
    """One program in the making; ``has`` decides by the seed among the features asked for."""

    rng: Random
    features: Collection[str]
    slack: int = 0
    """Entries of duration tables beyond the operations, for contexts."""

    def has(self, feature: str, chance: float = 0.3) -> bool:
        return feature in self.features and self.rng.random() < chance

    def resource(self, number: int) -> Resource:
        rng = self.rng
        period = rng.choice((2, 3, 4, 6, 7)) if self.has("clock") else 1
        setup = self.square(rng.choice((2, 3))) if self.has("setup", 0.2) else None
        return Resource(
            f"unit {number}",
            capacity=1 if setup or not self.has("pool", 0.4) else rng.randint(2, 4),
            policy=Policy.PRIORITY if self.has("priority", 0.35) else Policy.FIFO,
            period=period,
            phase=rng.randrange(period),
            setup=setup,
        )

    def square(self, classes: int) -> tuple[tuple[int, ...], ...]:
        pick = self.rng.randint
        return tuple(tuple(0 if a == b else pick(0, 4) for b in range(classes)) for a in range(classes))

    def resources_of(self, resources: list[Resource], shared: int) -> tuple[int, ...]:
        """None, one of the shared ones, several that go together, or one of its own."""
        draw = self.rng.random()
        if draw < 0.15:
            return ()
        if draw < 0.4:
            resources.append(self.resource(len(resources)))
            return (len(resources) - 1,)
        chosen = [self.rng.randrange(shared)]
        while self.has("atomic", 0.35) and len(chosen) < 3:
            other = self.rng.randrange(len(resources))
            if other not in chosen and _together([resources[r] for r in (*chosen, other)]):
                chosen.append(other)
        return tuple(chosen)

    def duration(self, n: int, least: int, most: int = 6) -> Duration:
        rng, low = self.rng, max(least, 0 if self.has("zero", 0.2) else 1)
        if self.has("table", 0.2):
            entries = [rng.randint(low, most) for _ in range(n + self.slack)]
            return Duration(table=np.array(entries, dtype=np.int64))
        if self.has("affine", 0.2):
            return Duration(rng.randint(low, most), rng.randint(0, 2), rng.choice((0, 2, 3)))
        return Duration(rng.randint(low, most))

    def priority(self, n: int) -> Duration:
        base = Duration(self.rng.randint(-1, 2))
        return self.duration(n, 0, 3) if self.has("priority", 0.3) else base

    def work(self, n: int, contended: bool) -> Work:
        least = 1 if contended else 0
        return Work(n, self.duration(n, least), self.duration(n, least, 9), self.priority(n))

    def index(self, n: int, source_n: int, shift: int) -> Index:
        """Operation k looks at about k * source_n / n + shift, never beyond the source's last."""
        rng = self.rng
        if not self.has("table", 0.3):
            for scale, divisor in ((1, 1), (source_n, n)):
                index = Index(shift, scale, divisor)
                if (scale * (n - 1) + shift) // divisor < source_n:
                    return index
        ks = np.arange(n)
        table = np.minimum(ks * source_n // max(n, 1) + shift + rng.randint(0, 1) * (ks > 1), source_n - 1)
        return Index(table=np.where([rng.random() < 0.1 for _ in ks], NONE, table))


def _together(resources: list[Resource]) -> bool:
    """Whether one stream may hold all of these: same policy, common clock edges."""
    clock: tuple[int, int] | None = (1, 0)
    for r in resources:
        clock = clock and combine(clock, (r.period, r.phase))
    return clock is not None and len({r.policy for r in resources}) == 1


def random_program(seed: int, features: Collection[str] = FEATURES) -> Program:
    """A checked program; the same for the same arguments. About one in five deadlocks."""
    maker = _Maker(Random(f"program {seed}"), frozenset(features))
    maker.slack = 4 if maker.has("context") else 0
    resources = [maker.resource(r) for r in range(maker.rng.randint(1, 6))]
    streams = _streams(maker, resources)
    segments = [
        _segment(maker, q, streams) for q in range(maker.rng.randint(1, 3) if maker.has("segments") else 1)
    ]
    _add_background(maker, resources, streams, segments)
    program = Program(resources, streams, segments, _schedule(maker, segments))
    return _without_cycles(program)


def _streams(maker: _Maker, resources: list[Resource]) -> list[Stream]:
    rng, shared = maker.rng, len(resources)
    count = rng.choice((5, 6, 7, 8, 10, 14, 20)) if rng.random() < 0.95 else 60
    keys = rng.sample(range(-count, 2 * count), count) if rng.random() < 0.5 else [None] * count
    made = [
        Stream(
            f"stream {s}",
            resources=maker.resources_of(resources, shared),
            key=keys[s],
            gap=rng.randint(1, 4) if maker.has("gap", 0.15) else None,
            released=maker.has("release", 0.2),
            group=rng.randint(1, 2) if maker.has("groups", 0.2) else 0,
            layer=f"layer {s // 3}",
            unit=f"unit of {s}",
        )
        for s in range(count)
    ]
    return [replace(s, setup_class=_class(maker, s, resources)) for s in made]


def _class(maker: _Maker, stream: Stream, resources: list[Resource]) -> int:
    classes = [len(square) for r in stream.resources if (square := resources[r].setup)]
    return maker.rng.randrange(min(classes)) if classes else 0


def _segment(maker: _Maker, number: int, streams: list[Stream]) -> Segment:
    rng = maker.rng
    uses = [r for s in streams for r in s.resources]
    typical = rng.randint(1, 8)
    work = {}
    for s, stream in enumerate(streams):
        n = typical if rng.random() < 0.6 else rng.randint(0, 9)
        if n:
            work[s] = maker.work(n, any(uses.count(r) > 1 for r in stream.resources))
    order = list(work)
    rng.shuffle(order)
    edges = list(_edges(maker, order, work, streams))
    edges = [edge for edge in edges if not _leaves_its_group(edge, streams)]
    rng.shuffle(edges)
    return Segment(f"segment {number}", work, edges)


def _edges(maker: _Maker, order: list[int], work: dict[int, Work], streams: list[Stream]) -> Iterable[Edge]:
    """Each stream looks at some that precede it in a random order, and credits point back."""
    rng = maker.rng
    for place, target in enumerate(order):
        near = order[max(0, place - 4) : place]
        for source in rng.sample(near, min(len(near), rng.choice((0, 1, 1, 1, 2, 3)))):
            yield from _forward(maker, source, target, work, streams)
        if rng.random() < 0.1:
            yield _wait(maker, target, target, Index(-rng.randint(1, 2)), Scope.INFERENCE)


def _leaves_its_group(edge: Edge, streams: list[Stream]) -> bool:
    """Whether an edge looks at earlier inferences of a group that may be left out, from outside of it."""
    source, target = streams[edge.source].group, streams[edge.target].group
    return edge.scope == Scope.GLOBAL and source not in (0, target)


def _forward(
    maker: _Maker, source: int, target: int, work: dict[int, Work], streams: list[Stream]
) -> Iterable[Edge]:
    rng = maker.rng
    index = maker.index(work[target].n, work[source].n, rng.choice((0,) * 9 + (-1, -1, 1)))
    scope = Scope.GLOBAL if maker.has("global", 0.1) else Scope.INFERENCE
    wait = _wait(maker, source, target, index, scope)
    yield wait
    if wait.event == Event.START and maker.has("finish", 0.7):
        yield replace(
            wait, kind=Kind.FINISH, event=Event.DONE, lag=rng.randint(0, 3), free_lag=rng.randint(0, 3)
        )
    if maker.has("credit", 0.3):
        credits = rng.randint(1, 5)
        back = maker.index(work[source].n, work[target].n, -credits)
        if _first(back) < 0:
            yield _wait(maker, target, source, back, Scope.GLOBAL if maker.has("global") else Scope.INFERENCE)
    if streams[source].resources and maker.has("hold", 0.08):
        held = maker.index(work[source].n, work[target].n, rng.choice((0, 0, -1, -2)))
        event = rng.choice((Event.START, Event.START, Event.FREE, Event.DONE))
        yield Edge(target, source, Kind.HOLD, event, rng.randint(1, 2), index=held, cause="held")


def _wait(maker: _Maker, source: int, target: int, index: Index, scope: Scope) -> Edge:
    event = maker.rng.choice(list(Event))
    lag = maker.rng.choice((0, 0, 0, 1, 2)) if event != Event.START else maker.rng.randint(1, 3)
    return Edge(source, target, Kind.WAIT, event, lag, index=index, scope=scope)


def _first(index: Index) -> int:
    return int(index.table[0]) if index.table is not None else index.offset // index.divisor


def _add_background(
    maker: _Maker, resources: list[Resource], streams: list[Stream], segments: list[Segment]
) -> None:
    """Streams like refresh: on a resource of their own, one that exists, or none."""
    named = {r for s in streams for r in s.resources}
    free = [r for r in range(len(resources)) if _safe(r, named, streams, segments)]
    key = 1000
    while maker.has("background", 0.25) and free:
        chosen = (maker.rng.choice(free),) if maker.rng.random() < 0.9 else ()
        occupancy = maker.rng.randint(1, 3)
        most = max((max(map(max, square)) for r in chosen if (square := resources[r].setup)), default=0)
        every = occupancy + most + maker.rng.choice((0, 3, 5, 8, 20))
        streams.append(
            Stream(
                f"refresh {key}",
                chosen,
                key,
                background=Background(max(every, 1), maker.rng.randint(0, 9)),
            )
        )
        work = Work(1, Duration(occupancy), Duration(occupancy), Duration(maker.rng.randint(-1, 3)))
        segments[0] = replace(segments[0], work={**segments[0].work, len(streams) - 1: work})
        key += 1


def _safe(r: int, named: Iterable[int], streams: list[Stream], segments: list[Segment]) -> bool:
    """Whether background work may join resource r without breaking the rules of contended streams."""
    if r not in named:
        return True
    users = [s for s, stream in enumerate(streams) if r in stream.resources]
    works = [segment.work[s] for segment in segments for s in users if s in segment.work]
    return all(_least(d) >= 1 for w in works for d in (w.occupancy, w.latency))


def _least(duration: Duration) -> int:
    return int(duration.table.min()) if duration.table is not None else duration.base


def _schedule(maker: _Maker, segments: list[Segment]) -> list[Inference]:
    rng = maker.rng
    now, schedule = 0, []
    for _ in range(rng.choice((1, 2, 2, 3, 5))):
        now += rng.randint(0, 15) if "release" in maker.features else 0
        floor = rng.randint(0, 40) if maker.has("floor", 0.1) else 0
        segment = rng.randrange(len(segments))
        most = segments[segment].most_context
        context = rng.randint(0, 6 if most is None else most) if maker.has("context", 0.5) else 0
        groups = rng.choice(((), (1,), (2,), (1, 2))) if maker.has("groups", 0.5) else None
        schedule.append(Inference(segment, now, floor, context, groups))
    return schedule


def _without_cycles(program: Program) -> Program:
    """Drop what makes an operation wait for itself: holds first, then every edge that looks ahead."""
    for keep in (lambda e: True, lambda e: e.kind != Kind.HOLD):
        segments = [replace(g, edges=[e for e in g.edges if keep(e)]) for g in program.segments]
        candidate = replace(program, segments=segments)
        try:
            check(candidate)
        except InputError as error:
            if "waits for itself" not in str(error):
                raise
        else:
            return candidate
    return replace(program, segments=[replace(g, edges=[]) for g in program.segments])
