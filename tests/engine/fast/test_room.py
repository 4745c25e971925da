"""Rings, lists and logs that are too small at first grow, and nothing else changes."""

from functools import partial

import numpy as np
import pytest
from comparison import difference, outcome
from random_programs import random_program
from sketch import Sketch

from simulator.engine.contract import run
from simulator.engine.fast_engine import FastEngine, image, layout, machine, session
from simulator.engine.simpy_engine import SimpyEngine
from simulator.program.form import Event, Inference, Program, Scope
from simulator.program.timeline import FULL, Recording


@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "python"])
def test_random_programs_with_hardly_any_room(compiled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "Machine", partial(machine.Machine, recent=1))
    monkeypatch.setattr(image, "SERVERS", 1)
    monkeypatch.setattr(machine, "LOG_ROOM", 8)
    monkeypatch.setattr(machine, "SLICE", {True: 3, False: 3})
    engine, reference = FastEngine(compiled=compiled), SimpyEngine()
    for seed in range(60):
        program = random_program(seed)
        for recording in (FULL, Recording("window", 10, 60)):
            expected = outcome(reference, program, recording)
            assert difference(outcome(engine, program, recording), expected) == "", (seed, recording)


def backlog(inferences: int) -> Program:
    """A fast source feeds a slow unit without any credit, and a third stream looks at both ends."""
    p = Sketch()
    p.stream("source", occupancy=1, latency=1, n=50)
    p.stream("slow", "unit", occupancy=9, latency=9, n=50)
    p.stream("other", "unit", occupancy=2, latency=2, n=50)
    p.stream("watch", n=50, occupancy=1, latency=1)
    p.edge("source", "slow")
    p.edge("source", "watch", Event.START)
    p.edge("slow", "watch", shift=-40)
    p.edge("watch", "other", Event.FREE)
    program = p.program()
    program.schedule[:] = [Inference()] * inferences
    return program


def test_a_backlog_is_kept_exactly() -> None:
    program = backlog(8)
    assert difference(run(FastEngine(), program), run(SimpyEngine(), program)) == ""


def test_many_servers_busy_at_once() -> None:
    """Gap 1 and occupancy 1,000 on a pool of 500, which the rival leaves at 1: the 501st waits for the first."""
    p = Sketch()
    p.resource("pool", capacity=500)
    p.stream("requests", "pool", n=600, gap=1, occupancy=1000)
    p.stream("rival", "pool", n=1, occupancy=1, key=-1)
    program = p.program()
    timeline = run(FastEngine(), program)
    assert timeline.start[0].tolist() == [*range(500), *range(1000, 1100)]
    assert difference(timeline, run(SimpyEngine(), program)) == ""


def test_memory_without_recording_is_that_of_the_program() -> None:
    """Only the calendar knows how many inferences there are."""
    p = Sketch()
    p.stream("input", "fast", occupancy=7, n=20)
    p.stream("output", "slow", occupancy=10, n=20)
    p.edge("input", "output")
    p.edge("output", "input", Event.FREE, -4, scope=Scope.GLOBAL)
    sizes = []
    for inferences in (10, 2000):
        program = p.program()
        program.schedule[:] = [Inference()] * inferences
        opened = FastEngine(skip=False).open(program, Recording("off"))
        assert opened.finish().operations == 40 * inferences
        sizes.append(opened.words - layout.CALENDAR_SIZE * inferences)
    assert sizes[0] == sizes[1]


def test_start_times_take_eight_bytes_each() -> None:
    program = backlog(400)
    opened = FastEngine(skip=False).open(program)
    words = opened.words
    timeline = opened.finish()
    flat = timeline.start[0].base
    assert flat is not None
    assert len(np.frombuffer(flat, np.int64)) == timeline.operations
    assert words < 4 * timeline.operations
