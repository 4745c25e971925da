"""Appended segments that need what was not kept, and events that passed long ago."""

import pytest
from sketch import Sketch

from simulator.engine.contract import Engine
from simulator.engine.fast_engine import FastEngine
from simulator.engine.simpy_engine import SimpyEngine
from simulator.program.form import (
    Duration,
    Edge,
    Event,
    Index,
    Inference,
    Kind,
    Program,
    Scope,
    Segment,
    Work,
)
from simulator.program.timeline import Recording

ENGINES = {"compiled": FastEngine, "python": lambda: FastEngine(compiled=False)}


def pair() -> Program:
    """Two streams of 200 operations that share a unit."""
    p = Sketch()
    p.stream("a", "unit", n=200, occupancy=3)
    p.stream("b", "unit", n=200, occupancy=2)
    p.stream("c", n=200, occupancy=1)
    p.edge("a", "c")
    return p.program()


def starts(engine: Engine, program: Program, later: Segment) -> list[list[int]]:
    session = engine.open(program)
    session.run_until(0, 100, Event.DONE)
    program.segments.append(later)
    session.append([Inference(1), Inference(0)])
    return [start.tolist() for start in session.finish().start]


def later(*edges: Edge) -> Segment:
    work = {s: Work(5, Duration(2), Duration(3)) for s in range(3)}
    return Segment("later", work, edges)


SEGMENTS = {
    "plain": later(),
    "new pair": later(Edge(1, 2, event=Event.START, lag=1)),
    "hold": later(Edge(2, 0, Kind.HOLD, Event.DONE)),
    "far back": later(Edge(1, 2, event=Event.FREE, index=Index(-150), scope=Scope.GLOBAL)),
    "a little back": later(Edge(1, 2, event=Event.FREE, index=Index(-3), scope=Scope.GLOBAL)),
}


@pytest.mark.parametrize("mode", ENGINES)
@pytest.mark.parametrize("name", SEGMENTS)
def test_appended_segments(name: str, mode: str) -> None:
    expected = starts(SimpyEngine(), pair(), SEGMENTS[name])
    assert starts(ENGINES[mode](), pair(), SEGMENTS[name]) == expected


@pytest.mark.parametrize("mode", ENGINES)
@pytest.mark.parametrize("recording", ["full", "off"])
def test_events_that_passed_long_ago(mode: str, recording: str) -> None:
    times = []
    for engine in (ENGINES[mode](), SimpyEngine()):
        session = engine.open(pair(), Recording(recording))  # type: ignore[arg-type]
        asked = [(0, 199, Event.DONE), (2, 3, Event.FREE), (1, 0, Event.START), (0, 150, Event.FREE)]
        times.append([session.run_until(*question) for question in asked])
        session.append([Inference()])
        times[-1].append(session.finish().makespan)
    assert times[0] == times[1]
