"""Skipping gives the timeline that simulating everything gives, and says what it skipped."""

from random import Random

import pytest
from comparison import difference, outcome
from random_programs import random_program
from sketch import Sketch

from simulator.engine.contract import run
from simulator.engine.fast_engine import FastEngine
from simulator.engine.simpy_engine import SimpyEngine
from simulator.program.form import Event, Inference, Program, Scope
from simulator.program.timeline import FULL, Recording, Timeline

EVERYTHING = FastEngine(skip=False)


def repeated(seed: int) -> tuple[Program, list[Recording]]:
    """A random program whose last segment comes again and again, and recordings to try on it."""
    rng = Random(f"repeated {seed}")
    program = random_program(seed)
    first = [Inference(rng.randrange(len(program.segments))) for _ in range(rng.choice((0, 0, 2)))]
    q, step = rng.randrange(len(program.segments)), rng.choice((0, 0, 0, 5, 40, 200))
    program.schedule[:] = first + [Inference(q, i * step) for i in range(rng.choice((60, 150)))]
    window = Recording("window", *sorted(rng.randrange(2000) for _ in range(2)))
    return program, [FULL, Recording("off"), window]


@pytest.mark.parametrize("block", range(4))
def test_random_programs_with_and_without_skipping(block: int) -> None:
    skipped = 0
    for seed in range(block * 40, block * 40 + 40):
        program, recordings = repeated(seed)
        for recording in recordings:
            quick = outcome(FastEngine(), program, recording)
            assert difference(quick, outcome(EVERYTHING, program, recording)) == "", (seed, recording)
            skipped += isinstance(quick, Timeline) and quick.skipped > 0
    assert skipped > 0


def pipeline(period: int, images: int) -> Program:
    """Two units of 7 and 10 ps with two buffers between them; the second on a clock."""
    p = Sketch()
    p.resource("slow", period=period)
    p.stream("input", "fast", occupancy=7, latency=7)
    p.stream("output", "slow", occupancy=10, latency=10)
    p.edge("input", "output")
    p.edge("output", "input", Event.FREE, -2, scope=Scope.GLOBAL)
    program = p.program()
    program.schedule[:] = [Inference()] * images
    return program


@pytest.mark.parametrize(("period", "interval"), [(1, 10), (4, 12)])
def test_the_period_is_found_and_reported(period: int, interval: int) -> None:
    program = pipeline(period, 1000)
    timeline = run(FastEngine(), program)
    assert timeline.period == 1
    assert 900 < timeline.skipped < 1000
    assert set((timeline.ended[100:] - timeline.ended[99:-1]).tolist()) == {interval}
    assert difference(timeline, run(SimpyEngine(), program)) == ""


def test_nothing_is_skipped_on_demand_or_without_need() -> None:
    assert run(EVERYTHING, pipeline(1, 100)).skipped == 0
    assert run(FastEngine(), pipeline(1, 3)).skipped == 0


def test_arrivals_that_get_away_from_the_rest() -> None:
    """A source that nothing holds back is 3 ps later each time, the unit behind it 10 ps."""
    p = Sketch()
    p.stream("arrival", occupancy=3, latency=3)
    p.stream("unit", "unit", occupancy=10, latency=10)
    p.edge("arrival", "unit")
    program = p.program()
    program.schedule[:] = [Inference()] * 500
    timeline = run(FastEngine(), program)
    assert timeline.skipped > 400
    assert timeline.start[0].tolist() == [3 * i for i in range(500)]
    assert timeline.start[1].tolist() == [3 + 10 * i for i in range(500)]
    assert timeline.began.tolist() == timeline.start[0].tolist()


def test_arrivals_that_overtake_a_faster_unit() -> None:
    """The unit is faster than the arrivals but begins late: there is a period only once it has caught up."""
    p = Sketch()
    p.stream("late", occupancy=500, latency=500)
    p.stream("arrival", occupancy=10, latency=10)
    p.stream("unit", "unit", occupancy=3, latency=3)
    p.edge("arrival", "unit")
    p.edge("late", "unit", shift=-1, scope=Scope.GLOBAL)
    program = p.program()
    program.schedule[:] = [Inference()] * 400
    assert difference(run(FastEngine(), program), run(SimpyEngine(), program)) == ""


@pytest.mark.parametrize("step", [1, 10, 25])
def test_releases_faster_and_slower_than_the_unit(step: int) -> None:
    p = Sketch()
    p.stream("unit", "unit", occupancy=10, latency=10, released=True)
    program = p.program()
    program.schedule[:] = [Inference(0, 7 + step * i) for i in range(300)]
    timeline = run(FastEngine(), program)
    assert timeline.skipped > 200
    assert timeline.start[0].tolist() == [7 + max(step, 10) * i for i in range(300)]
