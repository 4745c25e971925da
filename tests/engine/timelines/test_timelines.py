"""Every engine against timelines worked out by hand: equality, to the picosecond."""

import numpy as np
import pytest
from sketch import Sketch
from timeline_cases import CASES

from simulator.base.errors import InputError
from simulator.engine.contract import Engine, run
from simulator.program.form import Inference, Program, Segment
from simulator.program.history import history
from simulator.program.timeline import Recording


@pytest.mark.parametrize("name", CASES)
def test_hand_computed(engine: Engine, name: str) -> None:
    case = CASES[name]()
    timeline = run(engine, case.program)
    past = history(case.program, timeline)
    number = {stream.name: s for s, stream in enumerate(case.program.streams)}
    for stream, start in case.start.items():
        assert timeline.start[number[stream]].tolist() == start, stream
    for times, expected in ((past.done, case.done), (past.free, case.free)):
        for stream, values in expected.items():
            assert times[past.rows(number[stream])].tolist() == values, stream


@pytest.mark.parametrize("name", CASES)
def test_totals_agree_with_the_history(engine: Engine, name: str) -> None:
    program = CASES[name]().program
    timeline = run(engine, program)
    past = history(program, timeline)
    front = past.inference >= 0
    for i in range(len(program.schedule)):
        mine = past.inference == i
        assert timeline.began[i] == past.start[mine].min()
        assert timeline.ended[i] == past.done[mine].max()
    for s in range(len(program.streams)):
        rows = past.rows(s)
        assert timeline.held[s] == (past.free - past.grant)[rows].sum()
        assert timeline.count[s] == len(past.start[rows])
    assert timeline.makespan == past.done[front].max()


def test_recording_levels(engine: Engine) -> None:
    program = CASES["credit_stall"]().program
    full = run(engine, program)
    off = run(engine, program, Recording("off"))
    window = run(engine, program, Recording("window", 4, 13))
    assert [start.tolist() for start in window.start] == [[4, 8], [7, 12]]
    assert window.first.tolist() == [2, 1]
    assert [len(start) for start in off.start] == [0, 0]
    for other in (off, window):
        for field in ("count", "held", "began", "ended"):
            assert np.array_equal(getattr(other, field), getattr(full, field))


def test_an_inference_without_work(engine: Engine) -> None:
    p = Sketch()
    p.stream("a", "unit", n=0)
    timeline = run(engine, p.program())
    assert timeline.operations == 0
    assert timeline.began.tolist() == timeline.ended.tolist() == [-1]
    assert timeline.makespan == 0


def test_no_schedule(engine: Engine) -> None:
    p = Sketch(schedule=[])
    p.stream("a", "unit", n=2, occupancy=3)
    timeline = run(engine, p.program())
    assert timeline.operations == 0
    assert len(timeline.began) == 0


@pytest.mark.parametrize("segments", [0, 1])
def test_no_streams(engine: Engine, segments: int) -> None:
    program = Program([], [], [Segment("empty", {})] * segments, [Inference()] * 9 * segments)
    timeline = run(engine, program)
    assert (timeline.start, timeline.operations, timeline.makespan) == ([], 0, 0)
    assert timeline.ended.tolist() == [-1] * 9 * segments


def test_inferences_without_work_repeat(engine: Engine) -> None:
    p = Sketch()
    p.stream("a", "unit", n=2, occupancy=3)
    program = p.program()
    program.segments.append(Segment("empty", {}))
    program.schedule[1:] = [Inference(1)] * 5
    timeline = run(engine, program)
    assert timeline.start[0].tolist() == [0, 3]
    assert timeline.ended.tolist() == [6, -1, -1, -1, -1, -1]


def test_a_window_does_not_end_before_it_begins() -> None:
    with pytest.raises(
        InputError, match="recording: end: must not be before the begin of the window, got 103"
    ):
        Recording("window", 1761, 103)


def test_the_same_program_twice(engine: Engine) -> None:
    program = CASES["held_circuit"]().program
    program.schedule[:] = [Inference(), Inference()]
    once, again = run(engine, program), run(engine, program)
    assert [start.tolist() for start in once.start] == [start.tolist() for start in again.start]
