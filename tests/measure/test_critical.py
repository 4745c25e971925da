"""Critical paths and cycles: by hand, link by link on random programs, and on networks."""

import pytest
from on_chip import lowered
from random_programs import random_program
from sketch import FREE, Sketch

from simulator.base.errors import DeadlockError, InputError
from simulator.engine.contract import run
from simulator.engine.simpy_engine import SimpyEngine
from simulator.measure.critical import (
    CriticalPath,
    back_to_back,
    critical_cycle,
    critical_path,
    grouped,
)
from simulator.measure.critical_walk import Walk
from simulator.measure.steady import steady
from simulator.program.form import Event, Index, Inference, Kind, Program, Scope
from simulator.program.history import History, history

NETWORKS = {"resnet9_cifar10": None, "ptb_char_lstm": 16, "flickr8k_captioning": 4}
"""Network -> time steps."""


def past(program: Program) -> History:
    return history(program, run(SimpyEngine(), program))


def path(p: Sketch, inference: int = 0) -> CriticalPath:
    program = p.program()
    return critical_path(program, past(program), inference)


def told(found: CriticalPath) -> list[tuple[str, int, int, str, str]]:
    return list(found.steps[["stream", "k", "time_ps", "cause", "via"]].itertuples(index=False, name=None))


def test_values_then_order() -> None:
    p = Sketch()
    p.stream("a", "unit a", occupancy=5)
    p.stream("b", "unit b", n=2, occupancy=7)
    p.edge("a", "b", shift=Index(scale=0), lag=2, cause="host")
    found = path(p)
    assert told(found) == [
        ("a", 0, 5, "work", "host"),
        ("a", 0, 2, "host", "host"),
        ("b", 0, 7, "work", "order"),
        ("b", 1, 7, "work", "operand"),
    ]
    assert found.time == 21


def test_a_server_that_others_use_and_its_clock_and_set_up() -> None:
    p = Sketch()
    p.resource("unit", period=10, setup=((0, 3), (5, 0)))
    p.stream("a", "unit", occupancy=4)
    p.stream("b", "unit", occupancy=2, setup_class=1)
    assert told(path(p)) == [
        ("a", 0, 4, "work", "server_busy"),
        ("b", 0, 6, "clock", "work"),
        ("b", 0, 3, "set_up", "work"),
        ("b", 0, 2, "work", "operand"),
    ]


def test_cut_through_behind_a_slow_producer() -> None:
    """The consumer ends 4 after its producer, which is not its own 2 after its start."""
    p = Sketch()
    p.stream("slow", "unit", occupancy=9)
    p.stream("fast", "other", occupancy=2)
    p.cut_through("slow", "fast", element=3, last=4)
    assert told(path(p)) == [("slow", 0, 9, "work", "operand"), ("fast", 0, 4, "work", "operand")]


def test_cut_through_before_a_slow_consumer() -> None:
    p = Sketch()
    p.stream("fast", "unit", occupancy=2)
    p.stream("slow", "other", occupancy=9)
    p.cut_through("fast", "slow", element=1, last=1, cause="link")
    assert told(path(p)) == [("fast", 0, 1, "work", "link"), ("slow", 0, 9, "work", "operand")]


def test_a_register_that_is_full() -> None:
    """Operation 2 of the MVM waits until the reader has taken operation 0, which keeps operation 1 on its server."""
    p = Sketch()
    p.stream("mvm", "unit", n=3, occupancy=2)
    p.stream("reader", "register", n=3, occupancy=5)
    p.edge("mvm", "reader")
    p.edge("reader", "mvm", FREE, -1, Kind.HOLD, scope=Scope.GLOBAL, lag=1, cause="register")
    found = path(p)
    assert told(found) == [
        ("mvm", 0, 2, "work", "operand"),
        ("reader", 0, 5, "work", "order"),
        ("reader", 1, 5, "work", "order"),
        ("reader", 2, 5, "work", "operand"),
    ]
    assert found.time == 17


def test_a_server_that_is_kept_after_its_work() -> None:
    p = Sketch()
    p.stream("mvm", "unit", occupancy=2)
    p.stream("reader", "register", occupancy=6)
    p.stream("last", "unit", occupancy=4)
    p.edge("reader", "mvm", FREE, kind=Kind.HOLD, lag=1, cause="register")
    assert told(path(p)) == [
        ("reader", 0, 6, "work", "held"),
        ("mvm", 0, 1, "held", "server_busy"),
        ("last", 0, 4, "work", "operand"),
    ]


def test_a_gap_and_what_came_before_the_arrival() -> None:
    """Operations of both inferences start 3 apart; the second inference arrives at 4, when its turn is not yet."""
    p = Sketch(schedule=[Inference(), Inference(0, 4)])
    p.resource("unit", capacity=4)
    p.stream("a", "unit", n=2, occupancy=5, gap=3, released=True)
    assert told(path(p)) == [("a", 0, 3, "order", "order"), ("a", 1, 5, "work", "operand")]
    second = path(p, 1)
    assert told(second) == [
        ("a", 1, 2, "order", "order"),
        ("a", 0, 3, "order", "order"),
        ("a", 1, 5, "work", "operand"),
    ]
    assert second.steps["begin_ps"].tolist() == [4, 6, 9]


def test_an_inference_that_becomes_known_after_it_has_arrived() -> None:
    p = Sketch(schedule=[Inference(0, 5, floor=8)])
    p.stream("a", "unit", occupancy=2, released=True)
    found = path(p)
    assert told(found) == [("a", 0, 3, "arrival", "arrival"), ("a", 0, 2, "work", "operand")]
    assert found.time == 5


def test_time_in_line_behind_somebody_who_waits_for_a_second_unit() -> None:
    """At 10 the only free server is kept for "both"; at 20 there are two. No FREE gives "last" its server then."""
    p = Sketch()
    p.resource("pool", capacity=2, period=10)
    p.stream("other", "unit", occupancy=25)
    p.stream("both", "pool", "unit", occupancy=1)
    p.stream("first", "pool", occupancy=12)
    p.stream("slow", occupancy=1)
    p.stream("last", "pool", occupancy=50)
    p.edge("slow", "last")
    assert told(path(p)) == [
        ("slow", 0, 1, "work", "operand"),
        ("last", 0, 10, "server_busy", "work"),
        ("last", 0, 9, "clock", "work"),
        ("last", 0, 50, "work", "operand"),
    ]


@pytest.mark.parametrize("first", [0, 40, 80])
def test_every_event_is_explained_by_the_one_before_it(first: int) -> None:
    finished = 0
    for program in map(random_program, range(first, first + 16)):
        try:
            taken = past(program)
        except DeadlockError:
            continue
        finished += 1
        walk = Walk(program, taken)
        for state in ((g, event) for g in range(len(taken.stream)) for event in Event):
            time, link = walk.time(state), walk.explain(state)
            for step in (step for step in link.steps if step.end > step.begin):
                assert step.end == time
                time = step.begin
            assert link.before is None or walk.time(link.before) == time
    assert finished > 6


def test_the_path_of_every_inference_adds_up_to_its_latency() -> None:
    for program in map(random_program, range(100, 130)):
        try:
            timeline = run(SimpyEngine(), program)
        except DeadlockError:
            continue
        taken = history(program, timeline)
        for number in range(len(program.schedule)):
            if timeline.ended[number] >= 0:
                found = critical_path(program, taken, number)
                release, end = program.schedule[number].release, int(timeline.ended[number])
                assert found.time == found.steps["time_ps"].sum() == end - release
                bounds = [release, *found.steps["end_ps"]]
                assert found.steps["begin_ps"].tolist() == bounds[:-1]
                assert bounds[-1] == end


@pytest.mark.parametrize("network", NETWORKS)
def test_networks_on_the_64_core_chip(network: str) -> None:
    """Path and cycle add up, sums by unit and layer too; one interval of the LSTMs is that of a long run."""
    program = lowered(network, inferences=4, length=NETWORKS[network])[2]
    timeline = run(SimpyEngine(), program)
    taken = history(program, timeline)
    found = critical_path(program, taken)
    assert found.time == timeline.ended[0] == grouped(found.steps)["time_ps"].sum()
    assert set(found.steps["unit"]) >= {"host.in", "host.out"}
    cycle = critical_cycle(program, taken)
    assert cycle.closed
    assert cycle.span == 1
    assert cycle.time == cycle.steps["time_ps"].sum() == timeline.ended[1] - timeline.ended[0]
    if NETWORKS[network]:
        assert cycle.interval == steady(program, SimpyEngine()).interval


def test_a_cycle_over_two_units_that_take_turns() -> None:
    """Each needs the other's last result: 3 + 4 + 1 an inference, although neither is busy for more than 4."""
    p = Sketch(schedule=[Inference()])
    p.stream("a", "unit a", occupancy=3)
    p.stream("b", "unit b", occupancy=4)
    p.edge("a", "b")
    p.edge("b", "a", shift=-1, scope=Scope.GLOBAL, lag=1, cause="recurrence")
    program = back_to_back(p.program(), 6)
    cycle = critical_cycle(program, past(program))
    assert (cycle.interval, cycle.closed) == (8, True)
    sums = grouped(cycle.steps, ["unit", "cause"])
    assert list(sums.itertuples(index=False, name=None)) == [
        ("unit of b", "work", 4, 0.5),
        ("unit of a", "work", 3, 0.375),
        ("unit of b", "recurrence", 1, 0.125),
    ]


def test_early_layers_that_run_ahead_leave_a_sample() -> None:
    """ResNet-9 in one phase: the host keeps what conv1 has made too early, and the port serves it in between."""
    program = lowered("resnet9_cifar10", "tile.read_mode=one_phase", inferences=3)[2]
    timeline = run(SimpyEngine(), program)
    cycle = critical_cycle(program, history(program, timeline))
    assert not cycle.closed
    assert cycle.time == cycle.steps["time_ps"].sum() == timeline.ended[1] - timeline.ended[0]


def test_an_interval_takes_two_inferences() -> None:
    p = Sketch()
    p.stream("a", "unit", occupancy=3)
    with pytest.raises(InputError, match=r"^inferences: an interval takes two inferences, got 1$"):
        critical_cycle(p.program(), past(p.program()))
