"""Appended segments that need what was not kept, and events that passed long ago."""

from random import Random

import numpy as np
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
    Int,
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


def backlog(waits: Int) -> Program:
    """A stream ahead of one that looks at all it does and takes these times: its ring grows after a while."""
    p = Sketch()
    p.stream("source", "unit", n=100, occupancy=3)
    p.stream("rival", "unit", occupancy=1)
    p.stream("slow", "other", n=100, occupancy=Duration(table=waits))
    p.stream("other rival", "other", occupancy=1)
    p.edge("source", "slow")
    return p.program()


SLOW_LATER = np.repeat((1, 10**5), 50)
"""So slow that the ring lacks the first half of what it has room for."""


@pytest.mark.parametrize("mode", ENGINES)
@pytest.mark.parametrize("operation", [0, 33, 36, 39, 67, 99])
def test_events_before_a_ring_grew(operation: int, mode: str) -> None:
    session = ENGINES[mode]().open(backlog(SLOW_LATER))
    session.run_until(0, 99, Event.DONE)
    rival = int(operation > 0)
    assert session.run_until(0, operation, Event.DONE) == 3 * operation + 3 + rival


@pytest.mark.parametrize("mode", ENGINES)
@pytest.mark.parametrize("back", [1, 31, 52, 62, 70])
def test_an_appended_segment_looks_back_past_a_growth(back: int, mode: str) -> None:
    """Operation 100 - back ends at 3 x (101 - back) + 1."""
    program = backlog(SLOW_LATER)
    session = ENGINES[mode]().open(program)
    session.run_until(0, 99, Event.DONE)
    work = {s: Work(1, Duration(1), Duration(1)) for s in (0, 1)}
    edge = Edge(0, 1, lag=10**6, index=Index(-back), scope=Scope.GLOBAL)
    program.segments.append(Segment("late", work, [edge]))
    session.append([Inference(1)])
    assert session.finish().start[1].tolist() == [3, 10**6 + 3 * (101 - back) + 1]


def in_pieces(engine: Engine, seed: int) -> tuple[list[int], list[list[int]]]:
    """A random backlog: what is said of random events, and all starts, with segments that look back."""
    rng = Random(f"backlog {seed}")
    program = backlog(np.repeat([rng.choice((1, 4, 1000)) for _ in range(5)], 20))
    session = engine.open(program)
    said = []
    for number in range(1, 4):
        said.append(session.run_until(0, rng.randrange(40, 100), Event.DONE))
        said += [
            session.run_until(0, rng.randrange(100), Event(event)) for event in range(rng.choice((0, 3)))
        ]
        work = {s: Work(1, Duration(1), Duration(1)) for s in (0, 1)}
        back = Index(-rng.randint(1, 100))
        edge = Edge(
            0, 1, event=rng.choice(list(Event)), lag=rng.randint(1, 10**6), index=back, scope=Scope.GLOBAL
        )
        program.segments.append(Segment(f"late {number}", work, [edge]))
        session.append([Inference(number)])
    return said, [start.tolist() for start in session.finish().start]


@pytest.mark.parametrize("mode", ENGINES)
def test_random_backlogs_in_pieces(mode: str) -> None:
    for seed in range(25):
        assert in_pieces(ENGINES[mode](), seed) == in_pieces(SimpyEngine(), seed), seed


@pytest.mark.parametrize("mode", ENGINES)
@pytest.mark.parametrize("asked", [[0], [39, 0], [20, 39, 0]], ids=str)
def test_background_work_ends_with_the_foreground_after_an_early_event(asked: list[int], mode: str) -> None:
    """The stream that was watched rests behind its event, and goes on when nobody watches any more."""
    p = Sketch()
    p.stream("a", n=40, occupancy=2)
    for name in ("refresh", "other refresh"):
        p.background(name, "unit", every=3, first=1, occupancy=1)
    session = ENGINES[mode]().open(p.program())
    assert [session.run_until(0, operation, Event.START) for operation in asked] == [2 * n for n in asked]
    timeline = session.finish()
    assert timeline.count.tolist() == [40, 27, 26]
    assert timeline.makespan == 80
