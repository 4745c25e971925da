"""One program without anything special, and the same with one feature of the form added: what features cost.

Twenty chains of twenty streams, 500 operations each, every stream behind the one before; nothing is shared.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from programs import Builder

from simulator.program.form import Duration, Edge, Event, Inference, Kind, Policy, Program, Resource

CHAINS, LENGTH, COUNT = 20, 20, 500
TIME = 1_000


def chains(inferences: int = 4) -> Program:
    """The program that the others change."""
    builder = Builder()
    for chain in range(CHAINS):
        for place in range(LENGTH):
            name = f"{chain}.{place}"
            stream = builder.stream(name, COUNT, TIME + 10 * (chain + place), builder.resource(name))
            if place:
                builder.wait(stream - 1, stream)
    return builder.program(inferences)


def _resources(program: Program, **change: object) -> Program:
    return replace(program, resources=[replace(row, **change) for row in program.resources])


def _durations(program: Program, change: Callable[[Duration], Duration]) -> Program:
    segment = program.segments[0]
    work = {
        s: replace(row, occupancy=change(row.occupancy), latency=change(row.latency))
        for s, row in segment.work.items()
    }
    return replace(program, segments=[replace(segment, work=work)])


def _edges(program: Program, make: Callable[[int], list[Edge]]) -> Program:
    segment = program.segments[0]
    linked = [s for s in range(len(program.streams)) if s % LENGTH]
    more = [edge for s in linked for edge in make(s)]
    return replace(program, segments=[replace(segment, edges=[*segment.edges, *more])])


def _credits(program: Program) -> Program:
    builder = Builder(edges=[])
    for s in range(len(program.streams)):
        if s % LENGTH:
            builder.credit(s, s - 1, 4)
    segment = program.segments[0]
    return replace(program, segments=[replace(segment, edges=[*segment.edges, *builder.edges])])


def _shared(program: Program, **change: object) -> Program:
    """Streams at the same place of all chains share half as many servers as they are."""
    pools = [Resource(f"pool {place}", CHAINS // 2, **change) for place in range(LENGTH)]  # type: ignore[arg-type]
    streams = [replace(row, resources=(s % LENGTH,)) for s, row in enumerate(program.streams)]
    return replace(program, resources=pools, streams=streams)


FEATURES: dict[str, Callable[[], Program]] = {
    "nothing": chains,
    "clocks": lambda: _resources(chains(), period=700),
    "affine durations": lambda: _durations(chains(), lambda d: replace(d, step=1)),
    "tabled durations": lambda: _durations(
        chains(), lambda d: Duration(table=np.full(COUNT, d.base, np.int64))
    ),
    "credits": lambda: _credits(chains()),
    "finish edges": lambda: _edges(
        chains(),
        lambda s: [
            Edge(s - 1, s, event=Event.START, lag=1),
            Edge(s - 1, s, Kind.FINISH, Event.DONE, 1, 1),
        ],
    ),
    "hold edges, alone": lambda: _edges(
        chains(), lambda s: [Edge(s, s - 1, Kind.HOLD, Event.DONE)] if s % LENGTH == 1 else []
    ),
    "shared pools": lambda: _shared(chains()),
    "priorities": lambda: _shared(chains(), policy=Policy.PRIORITY),
    "background": lambda: _with_background(chains()),
    "releases": lambda: replace(
        chains(),
        streams=[replace(row, released=s % LENGTH == 0) for s, row in enumerate(chains().streams)],
        schedule=[Inference(0, i * COUNT * TIME) for i in range(4)],
    ),
}
"""Name of a feature -> program that has it."""


def _with_background(program: Program) -> Program:
    from simulator.program.form import Background, Stream, Work

    count = len(program.streams)
    refresh = [
        Stream(f"refresh {r}", (r,), key=count + r, background=Background(every=50 * TIME, first=0))
        for r in range(0, len(program.resources), LENGTH)
    ]
    segment = program.segments[0]
    work = {
        **segment.work,
        **{count + i: Work(1, Duration(TIME), Duration(TIME)) for i in range(len(refresh))},
    }
    return replace(program, streams=[*program.streams, *refresh], segments=[replace(segment, work=work)])
