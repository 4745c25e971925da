"""Every rule of the finaliser: what is wrong, with which value, in which stream, layer and unit."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from simulator.base.errors import InputError
from simulator.program.checks import check
from simulator.program.finalise import extend, finalise
from simulator.program.form import (
    NONE,
    Background,
    Duration,
    Edge,
    Event,
    Index,
    Inference,
    Kind,
    Policy,
    Program,
    Resource,
    Scope,
    Segment,
    Stream,
    Work,
)
from simulator.program.tables import tabulate


def good() -> Program:
    """Two tiles that share a link; a refresh of its own."""
    streams = [
        Stream("load", (0,), layer="conv1", unit="host"),
        Stream("mvm", (1,), layer="conv1", unit="tile 0.0"),
        Stream("send", (2, 3), layer="conv1", unit="link 0"),
        Stream("other", (3,), layer="conv2", unit="link 1"),
        Stream("refresh", (4,), background=Background(10), unit="memory"),
    ]
    one = Work(4, Duration(3), Duration(5))
    segment = Segment(
        "image",
        {0: one, 1: one, 2: one, 3: one, 4: Work(1, Duration(2), Duration(2))},
        [
            Edge(0, 1),
            Edge(1, 2, event=Event.START, lag=1),
            Edge(1, 2, Kind.FINISH, Event.DONE, lag=2, free_lag=1),
            Edge(2, 1, Kind.HOLD, Event.START, lag=1),
            Edge(2, 0, event=Event.FREE, index=Index(-3), scope=Scope.GLOBAL),
        ],
    )
    resources = [Resource(f"r{r}") for r in range(5)]
    return Program(resources, streams, [segment], [Inference(), Inference(0, 7)])


def resource(number: int, **fields: Any) -> Callable[[Program], None]:
    def change(p: Program) -> None:
        p.resources[number] = replace(p.resources[number], **fields)

    return change


def stream(number: int, **fields: Any) -> Callable[[Program], None]:
    def change(p: Program) -> None:
        p.streams[number] = replace(p.streams[number], **fields)

    return change


def work(number: int, **fields: Any) -> Callable[[Program], None]:
    def change(p: Program) -> None:
        old = p.segments[0]
        row = replace(old.work.get(number, Work(1)), **fields)
        p.segments[0] = replace(old, work={**old.work, number: row})

    return change


def edge(number: int, **fields: Any) -> Callable[[Program], None]:
    def change(p: Program) -> None:
        old = p.segments[0]
        rows = list(old.edges)
        rows[number] = replace(rows[number], **fields)
        p.segments[0] = replace(old, edges=rows)

    return change


def both(*changes: Callable[[Program], None]) -> Callable[[Program], None]:
    def change(p: Program) -> None:
        for one in changes:
            one(p)

    return change


def array(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


LOAD, MVM = "stream 'load' (layer 'conv1', unit 'host')", "stream 'mvm' (layer 'conv1', unit 'tile 0.0')"
SEND, OTHER = "stream 'send' (layer 'conv1', unit 'link 0')", "stream 'other' (layer 'conv2', unit 'link 1')"
REFRESH = "stream 'refresh' (unit 'memory')"
IN = " in segment 'image'"
R1 = "resource 'r1' (number 1)"

RULES: dict[str, tuple[Callable[[Program], None], str]] = {
    "capacity": (resource(1, capacity=0), f"{R1}: capacity: must be at least 1, got 0"),
    "period": (resource(1, period=0), f"{R1}: period: must be at least 1 ps, got 0"),
    "phase": (
        resource(1, period=4, phase=4),
        f"{R1}: phase: must be at least 0 and below the period of 4 ps, got 4",
    ),
    "set-up capacity": (
        resource(1, capacity=2, setup=((0,),)),
        f"{R1}: a set-up table needs a capacity of 1, got 2",
    ),
    "set-up square": (resource(1, setup=((0, 1), (1,))), f"{R1}: set-up table: must be square"),
    "set-up negative": (
        resource(1, setup=((0, -1), (1, 0))),
        f"{R1}: set-up table: must hold no negative time",
    ),
    "set-up diagonal": (
        resource(1, setup=((0, 1), (1, 2))),
        f"{R1}: set-up table: must be 0 on the diagonal: no change, no set-up",
    ),
    "set-up class": (
        both(resource(1, setup=((0, 1), (1, 0))), stream(1, setup_class=2)),
        f"{MVM}: setup_class: must be a row of the set-up table of 'r1' (0..1), got 2",
    ),
    "unknown resource": (
        stream(1, resources=(5,)),
        f"{MVM}: resources: must name resources 0..4, got (5,)",
    ),
    "negative resource": (
        stream(1, resources=(-1,)),
        f"{MVM}: resources: must name resources 0..4, got (-1,)",
    ),
    "resource twice": (stream(1, resources=(1, 1)), f"{MVM}: resources: must differ, got ['r1', 'r1']"),
    "policies": (
        resource(2, policy=Policy.PRIORITY),
        f"{SEND}: resources: must have the same policy, got ['r2', 'r3']",
    ),
    "clocks": (
        both(resource(2, period=4, phase=1), resource(3, period=6, phase=2)),
        f"{SEND}: resources: must have a clock edge in common, got ['r2: 1 mod 4', 'r3: 2 mod 6']",
    ),
    "keys": (
        stream(3, key=2),
        f"{OTHER}: key: must differ from that of {SEND}: both use 'r3', got 2",
    ),
    "gap": (stream(1, gap=-1), f"{MVM}: gap: must not be negative, got -1"),
    "gap on a shared resource": (
        stream(3, gap=0),
        f"{OTHER}: gap: must be at least 1 ps on a shared resource, got 0",
    ),
    "n": (work(1, n=-1), f"{MVM}{IN}: n: must not be negative, got -1"),
    "work of nobody": (work(9), "segment 'image': work: must be a stream, 0..4, got 9"),
    "occupancy": (
        work(1, occupancy=Duration(-1)),
        f"{MVM}: occupancy in segment 'image': must not be negative, got -1",
    ),
    "shrinking occupancy": (
        work(1, occupancy=Duration(5, -2)),
        f"{MVM}: occupancy in segment 'image': must not be negative, got -1",
    ),
    "latency on a shared resource": (
        work(3, latency=Duration(table=array(1, 1, 0, 1))),
        f"{OTHER}: latency in segment 'image': must be at least 1 ps on a shared resource, got 0",
    ),
    "duration table": (
        work(1, latency=Duration(table=array(1, 2))),
        f"{MVM}{IN}: table of latency: must have an entry for each of 4 operations, got 2",
    ),
    "reset": (
        work(1, latency=Duration(1, 1, -2)),
        f"{MVM}{IN}: reset of latency: must not be negative, got -2",
    ),
    "source": (
        edge(0, source=7),
        "edge 0 of segment 'image': source: must be a stream of the program, got 7",
    ),
    "target": (
        edge(0, target=-1),
        "edge 0 of segment 'image': target: must be a stream of the program, got -1",
    ),
    "kind": (edge(0, kind=3), "edge 0 of segment 'image': kind: is not known, got 3"),
    "event": (edge(0, event=3), "edge 0 of segment 'image': event: is not known, got 3"),
    "scope": (edge(0, scope=2), "edge 0 of segment 'image': scope: is not known, got 2"),
    "scale": (
        edge(0, index=Index(scale=-1)),
        "edge 0 of segment 'image': scale of the index: must be at least 0, got -1",
    ),
    "divisor": (
        edge(0, index=Index(divisor=0)),
        "edge 0 of segment 'image': divisor of the index: must be at least 1, got 0",
    ),
    "index table": (
        edge(0, index=Index(table=array(0, 1))),
        f"{MVM}{IN}, wait on DONE of 'load': index table: must have one entry for each of 4 operations, got 2",
    ),
    "falling index table": (
        edge(0, index=Index(table=array(1, NONE, 0, 3))),
        f"{MVM}{IN}, wait on DONE of 'load': index table: must not decrease",
    ),
    "index beyond": (
        edge(0, index=Index(1)),
        f"{MVM}{IN}, wait on DONE of 'load': index: looks beyond the source's last operation, got 4",
    ),
    "table beyond": (
        edge(0, index=Index(table=array(0, 1, 2, 4))),
        f"{MVM}{IN}, wait on DONE of 'load': index: looks beyond the source's last operation, got 4",
    ),
    "source without work": (
        work(0, n=0),
        f"{MVM}{IN}, wait on DONE of 'load': index: looks beyond the source's last operation, got 3",
    ),
    "lag": (edge(0, lag=-1), f"{MVM}{IN}, wait on DONE of 'load': lag: must not be negative, got -1"),
    "lag after START": (
        edge(3, lag=0),
        f"{MVM}{IN}, hold on START of 'send': lag: must be at least 1 ps after a START, got 0",
    ),
    "negative free_lag": (
        edge(2, free_lag=-1),
        f"{SEND}{IN}, finish on DONE of 'mvm': free_lag: must not be negative, got -1",
    ),
    "stray free_lag": (
        edge(0, free_lag=1),
        f"{MVM}{IN}, wait on DONE of 'load': free_lag: stands on finish edges only, got 1",
    ),
    "finish event": (
        edge(2, event=Event.FREE),
        f"{SEND}{IN}, finish on FREE of 'mvm': event: a finish edge looks at DONE, got 1",
    ),
    "finish alone": (
        edge(1, event=Event.DONE),
        f"{SEND}{IN}, finish on DONE of 'mvm': finish: must stand beside a wait on START of the same producer "
        "with the same index and scope",
    ),
    "finish with another index": (
        edge(2, index=Index(-1)),
        f"{SEND}{IN}, finish on DONE of 'mvm': finish: must stand beside a wait on START of the same producer "
        "with the same index and scope",
    ),
    "finish with another scope": (
        edge(2, scope=Scope.GLOBAL),
        f"{SEND}{IN}, finish on DONE of 'mvm': finish: must stand beside a wait on START of the same producer "
        "with the same index and scope",
    ),
    "hold of nothing": (
        stream(1, resources=()),
        f"{MVM}{IN}, hold on START of 'send': kind: a hold needs a resource to hold",
    ),
    "background edge": (
        edge(0, source=4, index=Index(-9)),
        f"{MVM}{IN}, wait on DONE of 'refresh': streams: a background stream has no edges",
    ),
    "background beat": (
        stream(4, background=Background(0)),
        f"{REFRESH}: background: needs every >= 1 ps and first >= 0 ps, got Background(every=0, first=0)",
    ),
    "background gap": (stream(4, gap=3), f"{REFRESH}: a background stream has no gap and is not released"),
    "background released": (
        stream(4, released=True),
        f"{REFRESH}: a background stream has no gap and is not released",
    ),
    "background n": (
        work(4, n=2),
        f"{REFRESH}{IN}: a background stream has work of n = 1 in segment 0 only, got 2",
    ),
    "background without work": (
        lambda p: p.segments.__setitem__(
            0, replace(p.segments[0], work={0: p.segments[0].work[0]}, edges=[])
        ),
        f"{REFRESH} in segment 'image': a background stream has work of n = 1 in segment 0 only, got 0",
    ),
    "cycle": (
        edge(4, index=Index(0), event=Event.DONE),
        "segment 'image': an operation waits for itself: "
        f"START of {LOAD} <- DONE of {SEND} <- DONE of {MVM} <- START of {MVM} <- DONE of {LOAD} "
        f"<- START of {LOAD}. One edge must look at an earlier operation.",
    ),
    "segment of an inference": (
        lambda p: p.schedule.append(Inference(1)),
        "inference 2: segment: must be 0..0, got 1",
    ),
    "group": (
        lambda p: p.streams.__setitem__(0, replace(p.streams[0], group=-1)),
        f"{LOAD}: group: must be at least 0, and 0 for background work, got -1",
    ),
    "context": (
        lambda p: p.schedule.append(Inference(0, context=-1)),
        "inference 2: context: must not be negative, got -1",
    ),
    "context beyond a table": (
        lambda p: (
            work(1, occupancy=Duration(table=array(1, 1, 1, 1, 1)))(p),
            p.schedule.append(Inference(0, context=2)),
        ),
        "inference 2: context: must be 0..1, as its durations allow, got 2",
    ),
    "context of a falling duration": (
        lambda p: (work(1, occupancy=Duration(9, -1))(p), p.schedule.append(Inference(0, context=1))),
        "inference 2: context: must be 0..0, as its durations allow, got 1",
    ),
    "release": (
        lambda p: p.schedule.append(Inference(0, -1)),
        "inference 2: release, floor: must be at least 0 and below 2^62 ps, got (-1, 0)",
    ),
    "far context": (
        lambda p: (
            p.segments.append(Segment("none", {})),
            p.schedule.append(Inference(1, context=1 << 62)),
        ),
        "inference 2: context: must stay below 2^62, got 4611686018427387904",
    ),
    "far background": (
        stream(4, background=Background(1 << 61)),
        "stream 'refresh' (unit 'memory'): background: every and first must stay below 2^61 ps, "
        "got Background(every=2305843009213693952, first=0)",
    ),
    "far priority": (
        work(1, priority=Duration(1 << 61, 1 << 60)),
        "stream 'mvm' (layer 'conv1', unit 'tile 0.0') in segment 'image': priority: "
        "must stay between -2^62 and 2^62",
    ),
    "far priority in a context": (
        lambda p: (
            work(1, priority=Duration(0, 1 << 50))(p),
            p.schedule.append(Inference(0, context=1 << 20)),
        ),
        "program: priority in the largest context: must stay between -2^62 and 2^62, got 1048576",
    ),
    "far index": (
        edge(0, index=Index(0, 1 << 61, 1 << 61)),
        "stream 'mvm' (layer 'conv1', unit 'tile 0.0') in segment 'image', wait on DONE of 'load': index: "
        "scale and offset must stay below 2^62 for all operations",
    ),
    "far credit": (
        edge(4, index=Index(-(1 << 62))),
        "stream 'load' (layer 'conv1', unit 'host') in segment 'image', wait on FREE of 'send': index: "
        "scale and offset must stay below 2^62 for all operations",
    ),
    "far index table": (
        edge(0, index=Index(table=array(1 - (1 << 63), 0, 1, 2))),
        "stream 'mvm' (layer 'conv1', unit 'tile 0.0') in segment 'image', wait on DONE of 'load': "
        "index table: must stay above -2^62",
    ),
    "key of 70 bits": (
        stream(1, key=1 << 70),
        "stream 'mvm' (layer 'conv1', unit 'tile 0.0'): key: "
        "must be at least -2^63 and below 2^63, got 1180591620717411303424",
    ),
    "occupancy of 70 bits": (
        work(1, occupancy=Duration(1 << 70)),
        "stream 'mvm' (layer 'conv1', unit 'tile 0.0') in segment 'image', occupancy: base: "
        "must be at least -2^63 and below 2^63, got 1180591620717411303424",
    ),
    "scale of 70 bits": (
        edge(0, index=Index(0, 1 << 70)),
        "stream 'mvm' (layer 'conv1', unit 'tile 0.0') in segment 'image', wait on DONE of 'load': scale: "
        "must be at least -2^63 and below 2^63, got 1180591620717411303424",
    ),
    "set-up of 70 bits": (
        resource(1, setup=((0, 1 << 70), (0, 0))),
        "resource 'r1': setup: must be at least -2^63 and below 2^63, got 1180591620717411303424",
    ),
    "clocks that hardly meet": (
        lambda p: (resource(2, period=1 << 40)(p), resource(3, period=3**20)(p)),
        "stream 'send' (layer 'conv1', unit 'link 0'): resources: "
        "must have a clock edge in common every 2^62 ps, got ['r2', 'r3']",
    ),
    "horizon": (
        work(1, occupancy=Duration(1 << 59)),
        "program: all durations, lags, set-ups and releases together must stay below 2^62 ps, "
        "got '4.61e+18 ps'. Run fewer inferences at a time.",
    ),
    "horizon of a growing duration": (
        work(1, occupancy=Duration(1, 1 << 62)),
        "program: all durations, lags, set-ups and releases together must stay below 2^62 ps, "
        "got '1.11e+20 ps'. Run fewer inferences at a time.",
    ),
}


def test_a_good_program_passes() -> None:
    check(good())


@pytest.mark.parametrize("name", RULES)
def test_rule(name: str) -> None:
    change, text = RULES[name]
    program = good()
    change(program)
    with pytest.raises(InputError) as caught:
        check(program)
    assert str(caught.value) == text
    with pytest.raises(InputError) as again:
        finalise(program)
    assert str(again.value) == text


def test_just_within_the_horizon() -> None:
    program = good()
    work(1, occupancy=Duration(1 << 58))(program)
    check(program)


def test_a_cycle_through_a_later_operation() -> None:
    """Operation 0 waits for operation 1 of a stream that follows its own operation 0."""
    program = good()
    edge(0, index=Index(offset=1, scale=0))(program)
    edge(4, index=Index(0), event=Event.FREE)(program)
    with pytest.raises(
        InputError, match=r"waits for itself: .*START of stream 'mvm' .* <- FREE of stream 'load'"
    ):
        check(program)


def test_a_later_cycle_is_left_to_the_run() -> None:
    program = good()
    edge(4, index=Index(table=array(NONE, NONE, NONE, 3)))(program)
    check(program)


def test_extending_equals_tabulating_at_once() -> None:
    program = good()
    table = Duration(table=array(1, 2))
    more = [
        Segment("one", {0: Work(2, table, table), 1: Work(2, Duration(4), Duration(4))}, [Edge(0, 1)]),
        Segment("two", {0: Work(2, table, table)}, [Edge(0, 0, index=Index(table=array(NONE, 0)))]),
    ]
    before = finalise(program)
    program.segments += more
    assert extend(program, before) is not before
    after = extend(program, before)
    whole = tabulate(program)
    assert (after.n == whole.n).all()
    for field in ("into", "source", "target", "kind", "lag", "given"):
        assert (getattr(after.edge, field) == getattr(whole.edge, field)).all()
    for q, s, k in ((1, 0, 1), (2, 0, 0)):
        assert after.pool[after.latency.table[q, s] + k] == whole.pool[whole.latency.table[q, s] + k]
    assert after.pool[after.edge.table[-1]] == NONE
    assert extend(program, after) is after


def test_extending_names_the_new_segment() -> None:
    program = good()
    before = finalise(program)
    program.segments.append(Segment("new", {1: Work(2)}, [Edge(0, 1)]))
    with pytest.raises(InputError, match=r"'tile 0\.0'.* in segment 'new', wait on DONE of 'load': index"):
        extend(program, before)
