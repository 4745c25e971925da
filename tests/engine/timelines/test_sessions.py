"""run_until and append: the same timeline as the extended program run from the start."""

from copy import deepcopy
from dataclasses import replace
from functools import partial
from random import Random

import pytest
from random_programs import random_program
from sketch import Sketch

from simulator.base.errors import DeadlockError, InputError
from simulator.engine.contract import Engine, run
from simulator.engine.fast_engine import session
from simulator.engine.fast_engine.machine import Machine
from simulator.program.form import Duration as Time
from simulator.program.form import Edge, Event, Index, Inference, Program, Scope, Segment, Stream, Work
from simulator.program.tables import bases, tabulate


def starts(engine: Engine, program: Program) -> list[list[int]]:
    return [start.tolist() for start in run(engine, program).start]


def mvm() -> Sketch:
    p = Sketch()
    p.stream("mvm", "tile", n=2, occupancy=5, latency=6)
    return p


def test_events_of_an_operation(engine: Engine) -> None:
    session = engine.open(mvm().program())
    assert [session.run_until(0, 1, event) for event in Event] == [5, 10, 11]


def test_appended_work_is_ready_one_tick_later(engine: Engine) -> None:
    program = mvm().program()
    session = engine.open(program)
    assert session.run_until(0, 1, Event.DONE) == 11
    session.append([Inference()])
    assert session.finish().start[0].tolist() == [0, 5, 12, 17]
    assert program.schedule == [Inference(), Inference(floor=12)]


def test_the_latest_time_asked_for_counts(engine: Engine) -> None:
    session = engine.open(mvm().program())
    session.run_until(0, 1, Event.DONE)
    session.run_until(0, 0, Event.START)
    session.append([Inference(0, 3)])
    assert session.finish().start[0].tolist() == [0, 5, 12, 17]


def test_append_before_the_run(engine: Engine) -> None:
    session = engine.open(mvm().program())
    session.append([Inference()])
    assert session.finish().start[0].tolist() == [0, 5, 10, 15]


def test_appended_requests_compete_with_waiting_ones(engine: Engine) -> None:
    """At T + 1 = 4 the tile is busy until 5; the appended request (4) is behind the waiting one (1)."""
    p = Sketch()
    p.stream("short", occupancy=1)
    p.stream("first", "tile", occupancy=5, key=3)
    p.stream("waiting", "tile", occupancy=5, key=2)
    p.stream("appended", "tile", n=0, occupancy=5, key=1)
    p.stream("clock", n=1, occupancy=3)
    p.edge("short", "waiting")
    program = p.program()
    program.segments.append(Segment("late", {3: Work(1, Time(5), Time(5))}))
    session = engine.open(program)
    assert session.run_until(4, 0, Event.DONE) == 3
    session.append([Inference(1)])
    assert [s.tolist() for s in session.finish().start] == [[0], [0], [5], [10], [0]]


def test_the_horizon_counts_all_that_was_appended(engine: Engine) -> None:
    """Each inference counts 2^60 ps, occupancy and latency; three fit below 2^62 ps, the fourth does not."""
    program = mvm().program()
    program.segments.append(Segment("long", {0: Work(1, Time(1 << 59), Time(1 << 59))}))
    session = engine.open(program)
    for _ in range(3):
        session.append([Inference(1)])
    with pytest.raises(InputError, match=r"must stay below 2\^62 ps, got '4.61e\+18 ps'. Run fewer"):
        session.append([Inference(1)])
    assert session.finish().makespan == 10 + 3 * (1 << 59)


def test_the_horizon_counts_from_the_latest_floor(engine: Engine) -> None:
    session = engine.open(mvm().program())
    with pytest.raises(InputError, match=r"must stay below 2\^62 ps"):
        session.append([Inference(floor=(1 << 62) - 1)])


def test_new_segments(engine: Engine) -> None:
    program = mvm().program()
    session = engine.open(program)
    time = session.run_until(0, 1, Event.FREE)
    program.segments.append(Segment("longer", {0: Work(3, Time(7), Time(7))}))
    session.append([Inference(1), Inference(0)])
    timeline = session.finish()
    assert time == 10
    assert timeline.start[0].tolist() == [0, 5, 11, 18, 25, 32, 37]
    assert timeline.began.tolist() == [0, 11, 32]
    assert starts(engine, program) == [timeline.start[0].tolist()]


def test_a_new_segment_is_checked(engine: Engine) -> None:
    program = mvm().program()
    session = engine.open(program)
    program.segments.append(Segment("wrong", {0: Work(1, Time(-7), Time(7))}))
    with pytest.raises(InputError, match="occupancy in segment 'wrong': must not be negative, got -7"):
        session.append([Inference(1)])


def test_an_operation_that_is_not_scheduled(engine: Engine) -> None:
    p = mvm()
    p.background("refresh", "tile", every=9, first=1, occupancy=1)
    session = engine.open(p.program())
    for stream, operation in ((0, 2), (0, -1), (1, 0)):
        with pytest.raises(InputError, match="must be an operation of the schedule"):
            session.run_until(stream, operation, Event.DONE)


@pytest.mark.parametrize("block", range(4))
def test_random_programs_in_pieces(engine: Engine, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With hardly any room, the fast engine's rings grow, and streams rest, in short programs too."""
    monkeypatch.setattr(session, "Machine", partial(Machine, recent=1))
    compared = 0
    for seed in range(block * 30, block * 30 + 30):
        rng = Random(seed)
        program = random_program(seed)
        later = [*program.schedule[1:], Inference(rng.randrange(len(program.segments)))]
        del program.schedule[1:]
        whole = deepcopy(program)
        try:
            timeline = _in_pieces(engine, program, later, rng)
        except DeadlockError:
            continue
        whole.segments[:], whole.schedule[:] = program.segments, program.schedule
        assert starts(engine, whole) == timeline, seed
        compared += 1
    assert compared >= 15


def _in_pieces(engine: Engine, program: Program, later: list[Inference], rng: Random) -> list[list[int]]:
    """Ask for random events, of which some have passed, append an inference, and so on."""
    opened, said = engine.open(program), list[tuple[int, int, Event, int]]()
    for row in later:
        count = bases(tabulate(program), program.schedule)[-1]
        streams = [s for s in range(len(count)) if count[s]]
        for _ in range(rng.choice((0, 1, 4, 8)) if streams else 0):
            stream = rng.choice(streams)
            operation, event = rng.choice((0, rng.randrange(count[stream]))), rng.choice(list(Event))
            said.append((stream, operation, event, opened.run_until(stream, operation, event)))
        if rng.random() < 0.5:
            program.segments.append(_looks_back(program.segments[row.segment], program.streams, rng))
            opened.append([replace(row, segment=len(program.segments) - 1)])
        else:
            opened.append([row])
    start = [start.tolist() for start in opened.finish().start]
    for stream, operation, event, time in said:
        begin = start[stream][operation]
        assert time == begin or (event != Event.START and time > begin)
    return start


def _looks_back(segment: Segment, streams: list[Stream], rng: Random) -> Segment:
    """The same work, which also waits for operations long ago."""
    work = [s for s in segment.work if not (streams[s].background or streams[s].group)]
    pairs = [rng.sample(work, 2) for _ in range(3 if len(work) > 1 else 0)]
    index = [Index(-segment.work[target].n - rng.randint(0, 12)) for _, target in pairs]
    edges = [
        Edge(*pair, event=rng.choice(list(Event)), lag=rng.randint(1, 300), index=back, scope=Scope.GLOBAL)
        for pair, back in zip(pairs, index, strict=True)
    ]
    background = {s for s in segment.work if streams[s].background}
    own = {s: work for s, work in segment.work.items() if s not in background}
    return Segment(f"{segment.name}, later", own, [*segment.edges, *edges])
