"""What operations went through: by hand, and against the form read literally on random programs."""

from functools import lru_cache

import numpy as np
import pytest
from brute_force import BruteForce, Op
from random_programs import random_program
from sketch import START, Sketch

from simulator.base.errors import DeadlockError, InputError
from simulator.engine.contract import run
from simulator.engine.simpy_engine import SimpyEngine
from simulator.program.form import Event, Inference, Kind, Policy, Program
from simulator.program.frame import frame
from simulator.program.history import NOTHING, ORDER, RELEASE, History, history
from simulator.program.layout import levels
from simulator.program.sharing import clocks
from simulator.program.tables import tabulate
from simulator.program.timeline import Recording

SEEDS = range(60)


def past_of(p: Sketch) -> History:
    program = p.program()
    return history(program, run(SimpyEngine(), program))


def test_causes_of_waits() -> None:
    """b waits for a, then for its own predecessor, then for its second inference."""
    p = Sketch(schedule=[Inference(), Inference(0, 50)])
    p.stream("a", "unit a", n=2, occupancy=4, latency=9, released=True)
    p.stream("b", "unit b", n=2, occupancy=7)
    p.edge("a", "b")
    p.edge("a", "b", START, lag=9)
    past = past_of(p)
    a, b = past.rows(0), past.rows(1)
    assert past.ready[b].tolist() == [9, 16, 59, 66]
    assert past.cause[a].tolist() == [NOTHING, ORDER, RELEASE, ORDER]
    assert past.cause[b].tolist() == [0, ORDER, 0, ORDER]
    assert past.parts()["wait_operand"][b].tolist() == [9, 0, 36, 0]
    assert past.parts()["work"][b].tolist() == [7] * 4


def test_the_lowest_binding_edge_is_the_cause() -> None:
    p = Sketch()
    for name, latency in (("early", 3), ("late", 8), ("late too", 8)):
        p.stream(name, occupancy=latency)
    p.stream("sum", "unit", occupancy=1)
    for name in ("early", "late too", "late"):
        p.edge(name, "sum")
    assert past_of(p).cause.tolist() == [NOTHING, NOTHING, NOTHING, 1]


def test_waits_for_a_clocked_pool() -> None:
    """Edges at 0, 10, 20 ...; c finds a server at 13 and d at 23, each then waits for the next edge."""
    p = Sketch()
    p.resource("pool", capacity=2, period=10)
    for name, ready, occupancy in (("a", 0, 13), ("b", 0, 24), ("c", 5, 3), ("d", 21, 1), ("e", 44, 1)):
        p.stream(f"source {name}", occupancy=ready)
        p.stream(name, "pool", occupancy=occupancy)
        p.edge(f"source {name}", name)
    past = past_of(p)
    mine = slice(1, None, 2)
    assert past.ready[mine].tolist() == [0, 0, 5, 21, 44]
    assert past.available[mine].tolist() == [0, 0, 13, 23, 44]
    assert past.grant[mine].tolist() == [0, 0, 20, 30, 50]
    assert past.parts()["wait_server"][mine].tolist() == [0, 0, 8, 2, 0]
    assert past.parts()["wait_clock"][mine].tolist() == [0, 0, 7, 7, 6]


def test_set_up_and_server_waits() -> None:
    p = Sketch()
    p.resource("array", setup=((0, 5), (7, 0)), policy=Policy.FIFO)
    p.stream("forward", "array", n=2, occupancy=4)
    p.stream("backward", "array", n=1, occupancy=4, setup_class=1)
    past = past_of(p)
    assert past.start.tolist() == [0, 20, 9]
    assert past.grant.tolist() == [0, 13, 4]
    assert past.parts()["setup"].tolist() == [0, 7, 5]
    assert past.parts()["wait_server"].tolist() == [0, 9, 4]


def test_tails_name_the_edge_that_holds() -> None:
    p = Sketch()
    p.stream("mvm", "crossbar", n=2, occupancy=3)
    p.stream("read", "unit", n=2, occupancy=9)
    p.edge("mvm", "read")
    p.edge("read", "mvm", START, kind=Kind.HOLD, cause="register")
    past = past_of(p)
    assert past.free[:2].tolist() == [4, 13]
    assert past.parts()["tail"].tolist() == [1, 6, 0, 0]
    assert past.tail_cause.tolist() == [1, 1, NOTHING, NOTHING]


def test_a_recording_without_all_starts_is_refused() -> None:
    p = Sketch()
    p.stream("a", "unit", occupancy=3)
    program = p.program()
    timeline = run(SimpyEngine(), program, Recording("window", 0, 9))
    with pytest.raises(InputError, match=r"recording: waits are derived from all START times, got 'window'"):
        history(program, timeline)


def test_a_run_without_operations() -> None:
    p = Sketch(schedule=[])
    p.stream("a", "unit", occupancy=3)
    assert len(past_of(p).start) == 0


def test_levels() -> None:
    level, acyclic = levels(np.array([0, 1, 0, 3]), np.array([1, 2, 2, 2]), 5)
    assert (level.tolist(), acyclic) == ([0, 1, 2, 0, 0], True)
    level, acyclic = levels(np.array([0, 1, 2]), np.array([1, 2, 1]), 4)
    assert (level.tolist(), acyclic) == ([0, 1, 1, 0], False)


def test_done_around_a_ring_of_streams() -> None:
    """Finish edges between the same two streams in both directions, one operation apart."""
    p = Sketch()
    p.stream("a", "one", n=3, occupancy=2)
    p.stream("b", "two", n=3, occupancy=1)
    p.cut_through("a", "b", element=1, last=4)
    p.cut_through("b", "a", element=1, last=3, shift=-1)
    past = past_of(p)
    assert past.start.tolist() == [0, 2, 9, 1, 6, 13]
    assert past.done.tolist() == [2, 9, 16, 6, 13, 20]


@lru_cache
def judged(seed: int) -> tuple[Program, History, BruteForce] | None:
    program = random_program(seed)
    try:
        timeline = run(SimpyEngine(), program)
    except DeadlockError:
        return None
    judge = BruteForce(program)
    judge.run()
    return program, history(program, timeline), judge


def operations(past: History) -> list[Op]:
    return [(int(s), int(g - past.offset[s])) for g, s in enumerate(past.stream)]


@pytest.mark.parametrize("seed", SEEDS)
def test_parts_tile_the_lifetime(seed: int) -> None:
    found = judged(seed)
    if found is None:
        return
    program, past, _ = found
    assert (sum(past.parts().values()) == past.free - past.since).all()
    assert all((part >= 0).all() for part in past.parts().values())
    period, _ = clocks(tabulate(program))
    assert (past.parts()["wait_clock"] < period[past.stream]).all()
    for s, row in enumerate(program.streams):
        rows = past.rows(s)
        if row.gap is None:
            assert past.since[rows][1:].tolist() == past.free[rows][:-1].tolist()


@pytest.mark.parametrize("seed", SEEDS)
def test_equals_the_form_read_literally(seed: int) -> None:
    found = judged(seed)
    if found is None:
        return
    _, past, judge = found
    rows = operations(past)
    assert past.grant.tolist() == [judge.grant[op] for op in rows]
    assert past.ready.tolist() == [judge.ready[op] for op in rows]
    for event, times in ((Event.START, past.start), (Event.FREE, past.free), (Event.DONE, past.done)):
        assert times.tolist() == [judge.event(op, event) for op in rows]
    assert past.cause.tolist() == [_literal_cause(judge, op) for op in rows]


def _literal_cause(judge: BruteForce, op: Op) -> int:
    ready = judge.ready[op]
    if op[1] == 0 and ready == 0:
        return NOTHING
    if ready == judge.order_time(op):
        return ORDER
    edges = judge.edges(op, Kind.WAIT)
    binding = [given for given, edge, source in edges if judge.event(source, edge.event) + edge.lag == ready]
    return min(binding, default=RELEASE)


@pytest.mark.parametrize("seed", SEEDS)
def test_since_when_a_server_was_available(seed: int) -> None:
    """Step back from the grant while fewer than all servers are taken by what was served before."""
    found = judged(seed)
    if found is None:
        return
    program, past, judge = found
    period, _ = clocks(tabulate(program))
    rows = operations(past)
    before = {op: _served_before(program, judge, op) for op in rows}
    for x, op in enumerate(rows):
        least = max(judge.ready[op], judge.grant[op] - int(period[op[0]]) + 1)
        time = judge.grant[op]
        while period[op[0]] > 1 and time > least and _free(program, judge, before[op], time - 1):
            time -= 1
        assert past.available[x] == time, op


def _served_before(program: Program, judge: BruteForce, op: Op) -> list[list[Op]]:
    """Per resource of the operation: what it had served."""

    def place(o: Op, r: int) -> tuple[int, ...]:
        return judge.grant[o], *judge.rank(o, r)

    lists = []
    for r in program.streams[op[0]].resources:
        users = [o for o in judge.start if o[0] in judge.users[r]]
        lists.append((r, [o for o in users if place(o, r) < place(op, r)]))
    return lists


def _free(program: Program, judge: BruteForce, before: list[tuple[int, list[Op]]], time: int) -> bool:
    for r, served in before:
        taken = sum(judge.event(o, Event.FREE) > time for o in served)
        if taken >= program.resources[r].capacity:
            return False
    return True


def test_the_table_for_people() -> None:
    p = Sketch(schedule=[Inference(), Inference(0, 40)])
    p.stream("mvm", "crossbar", n=2, occupancy=3, released=True, kind="mvm", part="crossbar")
    p.stream("read", "unit", n=2, occupancy=9)
    p.background("refresh", "memory", every=30, first=1, occupancy=1)
    p.edge("mvm", "read", cause="operand")
    p.edge("read", "mvm", START, kind=Kind.HOLD, cause="register")
    program = p.program()
    table = frame(history(program, run(SimpyEngine(), program)), program)
    assert list(table.columns[:8]) == ["stream", "unit", "layer", "kind", "part", "inference", "k", "since"]
    assert len(table) == 10
    reads = table[table.stream == "read"]
    assert reads.start.tolist() == [3, 12, 43, 52]
    assert reads.inference.tolist() == [0, 0, 1, 1]
    assert reads.k.tolist() == [0, 1, 0, 1]
    assert reads.cause.tolist() == ["operand", "order", "operand", "order"]
    assert reads.waits_for.tolist() == ["mvm", "", "mvm", ""]
    mvms = table[table.stream == "mvm"]
    assert mvms.cause.tolist() == ["", "order", "release", "order"]
    assert mvms.tail_cause.tolist() == ["register"] * 4
    assert mvms.held_by.tolist() == ["read"] * 4
    assert mvms.unit.tolist() == ["unit of mvm"] * 4
    refreshes = table[table.stream == "refresh"]
    assert refreshes.inference.tolist() == [-1, -1]
    assert refreshes.start.tolist() == [1, 31]
