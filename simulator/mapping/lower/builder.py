"""Collects resources, streams and segments by name."""

from collections.abc import Mapping
from dataclasses import dataclass

from simulator.program.form import (
    Duration,
    Edge,
    Event,
    Index,
    Inference,
    Kind,
    Program,
    Resource,
    Scope,
    Segment,
    Stream,
    Work,
)


@dataclass(frozen=True)
class Spot:
    """Where and what a stream is, for people and folds."""

    unit: str
    part: str
    layer: str
    kind: str


class Builder:
    """Streams and resources are shared by all segments; work and edges belong to the segment begun last."""

    def __init__(self, groups: Mapping[str, int] | None = None) -> None:
        """``groups``: layer -> group of its streams, 0 unless said."""
        self._groups = groups or {}
        self._resources: dict[str, int] = {}
        self._resource_rows: list[Resource] = []
        self._streams: dict[str, int] = {}
        self._stream_rows: list[Stream] = []
        self._segments: list[tuple[str, dict[int, Work], list[Edge]]] = []

    def begin(self, name: str) -> None:
        """Start the next segment."""
        self._segments.append((name, {}, []))

    def resource(self, resource: Resource) -> int:
        """Number of a resource; the first mention defines it."""
        if resource.name not in self._resources:
            self._resources[resource.name] = len(self._resource_rows)
            self._resource_rows.append(resource)
        return self._resources[resource.name]

    def stream(
        self,
        spot: Spot,
        resources: tuple[int, ...] = (),
        *,
        name: str = "",
        gap: int | None = None,
        released: bool = False,
        setup_class: int = 0,
    ) -> int:
        """Number of the stream of this spot; the first mention defines it. Its key is its number."""
        label = name or f"{spot.layer} {spot.kind} {spot.unit}"
        if label not in self._streams:
            number = len(self._stream_rows)
            row = Stream(
                label,
                resources,
                number,
                gap,
                setup_class,
                released,
                kind=spot.kind,
                layer=spot.layer,
                unit=spot.unit,
                part=spot.part,
                group=self._groups.get(spot.layer, 0),
            )
            self._streams[label] = number
            self._stream_rows.append(row)
        return self._streams[label]

    def work(self, stream: int, work: Work) -> None:
        """What an inference of the present segment asks of a stream."""
        self._segments[-1][1][stream] = work

    def edge(self, edge: Edge) -> None:
        """Add an edge to the present segment."""
        self._segments[-1][2].append(edge)

    def program(self, schedule: list[Inference]) -> Program:
        """The finished program."""
        segments = [Segment(name, work, edges) for name, work, edges in self._segments]
        return Program(self._resource_rows, self._stream_rows, segments, schedule)

    def wait(self, source: int, target: int, *, lag: int = 0, index: Index | None = None, cause: str) -> None:
        """Target operation k waits for DONE of the source operation."""
        self.edge(Edge(source, target, lag=lag, index=index or Index(), cause=cause))

    def follow(self, source: int, target: int, *, start: int, done: int, free: int, cause: str) -> None:
        """Cut-through: start ``start`` after the producer's START, end ``done`` after its DONE."""
        self.edge(Edge(source, target, event=Event.START, lag=start, cause=cause))
        self.edge(Edge(source, target, Kind.FINISH, lag=done, free_lag=free, cause=cause))

    def credit(self, source: int, target: int, depth: int, *, cause: str = "buffer") -> None:
        """Target operation n waits until the source has freed operation n - depth, over inferences."""
        self.edge(
            Edge(source, target, event=Event.FREE, index=Index(-depth), scope=Scope.GLOBAL, cause=cause)
        )


def constant(
    n: int, occupancy: int = 0, latency: int = 0, *, bytes: int = 0, values: int = 0, macs: int = 0
) -> Work:
    """n equal operations; totals per inference as in ``Work``."""
    return Work(n, Duration(occupancy), Duration(latency), bytes=bytes, values=values, macs=macs)
