"""Small programs written down quickly."""

from dataclasses import dataclass, field
from typing import Any

from simulator.program.form import (
    Background,
    Duration,
    Edge,
    Event,
    Index,
    Inference,
    Kind,
    Program,
    Resource,
    Segment,
    Stream,
    Work,
)

START, FREE, DONE = Event.START, Event.FREE, Event.DONE


def times(value: int | Duration) -> Duration:
    return value if isinstance(value, Duration) else Duration(value)


@dataclass
class Sketch:
    """One segment; resources and streams are called by name."""

    resources: list[Resource] = field(default_factory=list)
    streams: list[Stream] = field(default_factory=list)
    work: dict[int, Work] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    schedule: list[Inference] = field(default_factory=lambda: [Inference()])

    def resource(self, name: str, **fields: Any) -> str:
        self.resources.append(Resource(name, **fields))
        return name

    def stream(
        self,
        name: str,
        *resources: str,
        n: int = 1,
        occupancy: int | Duration = 0,
        latency: int | Duration | None = None,
        priority: int | Duration = 0,
        **fields: Any,
    ) -> str:
        """A stream; a resource that does not exist yet is made. Latency is the occupancy unless given."""
        for resource in resources:
            if resource not in [r.name for r in self.resources]:
                self.resource(resource)
        numbers = tuple([r.name for r in self.resources].index(resource) for resource in resources)
        self.streams.append(
            Stream(name, numbers, **{"layer": f"layer of {name}", "unit": f"unit of {name}"} | fields)
        )
        latency = occupancy if latency is None else latency
        self.work[len(self.streams) - 1] = Work(n, times(occupancy), times(latency), times(priority))
        return name

    def number(self, name: str) -> int:
        return [s.name for s in self.streams].index(name)

    def edge(
        self,
        source: str,
        target: str,
        event: Event = DONE,
        shift: int | Index = 0,
        kind: Kind = Kind.WAIT,
        **fields: Any,
    ) -> None:
        """Operation k of target looks at operation k + shift of source."""
        index = shift if isinstance(shift, Index) else Index(shift)
        lag = fields.pop("lag", 1 if event == START else 0)
        self.edges.append(
            Edge(self.number(source), self.number(target), kind, event, lag, index=index, **fields)
        )

    def cut_through(self, source: str, target: str, element: int, last: int, **fields: Any) -> None:
        """Target starts with the first element and ends ``last`` after the producer."""
        self.edge(source, target, START, lag=element, **fields)
        self.edge(source, target, DONE, kind=Kind.FINISH, lag=last, free_lag=last, **fields)

    def background(self, name: str, *resources: str, every: int, first: int, **fields: Any) -> str:
        return self.stream(name, *resources, background=Background(every, first), **fields)

    def program(self) -> Program:
        return Program(self.resources, self.streams, [Segment("job", self.work, self.edges)], self.schedule)
