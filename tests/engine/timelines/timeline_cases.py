"""Programs whose timelines were worked out by hand. Times are picoseconds, small on purpose."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from sketch import FREE, START, Sketch

from simulator.program.form import NONE, Duration, Index, Inference, Kind, Policy, Program, Scope

Times = dict[str, list[int]]


@dataclass(frozen=True)
class Case:
    program: Program
    start: Times
    done: Times
    free: Times


CASES: dict[str, Callable[[], Case]] = {}


def case(make: Callable[[], Case]) -> Callable[[], Case]:
    CASES[make.__name__] = make
    return make


def expect(sketch: Sketch, start: Times, done: Times | None = None, free: Times | None = None) -> Case:
    return Case(sketch.program(), start, done or {}, free or {})


@case
def one_tile() -> Case:
    """Two input registers, a crossbar whose output register is full until the read-out starts."""
    p = Sketch()
    p.stream("load", "input", n=4, occupancy=10)
    p.stream("mvm", "crossbar", n=4, occupancy=13, latency=14)
    p.stream("read", "local unit", n=4, occupancy=20, latency=25)
    p.edge("load", "mvm")
    p.edge("mvm", "read")
    p.edge("mvm", "load", FREE, shift=-2, cause="buffer")
    p.edge("read", "mvm", START, kind=Kind.HOLD, cause="buffer")
    return expect(
        p,
        {"load": [0, 10, 25, 45], "mvm": [10, 25, 45, 65], "read": [24, 44, 64, 84]},
        done={"mvm": [24, 39, 59, 79], "read": [49, 69, 89, 109]},
        free={"mvm": [25, 45, 65, 85], "read": [44, 64, 84, 104]},
    )


@case
def two_tile_partial_sum() -> Case:
    """Both tiles multiply at once; the first one's result travels and is added to the second one's."""
    p = Sketch()
    p.stream("upper", "tile 0", n=3, occupancy=13)
    p.stream("lower", "tile 1", n=3, occupancy=13)
    p.stream("hop", "link", n=3, occupancy=4, latency=6)
    p.stream("add", "local unit", n=3, occupancy=5)
    p.edge("upper", "hop")
    p.edge("hop", "add")
    p.edge("lower", "add")
    return expect(
        p,
        {"upper": [0, 13, 26], "lower": [0, 13, 26], "hop": [13, 26, 39], "add": [19, 32, 45]},
        done={"add": [24, 37, 50]},
    )


@case
def credit_stall() -> Case:
    """A buffer of two: the producer waits until the consumer takes the last but one."""
    p = Sketch()
    p.stream("produce", "tile", n=6, occupancy=2)
    p.stream("consume", "unit", n=6, occupancy=5)
    p.edge("produce", "consume")
    p.edge("consume", "produce", START, shift=-2, scope=Scope.GLOBAL, cause="buffer")
    return expect(p, {"produce": [0, 2, 4, 8, 13, 18], "consume": [2, 7, 12, 17, 22, 27]})


@case
def credit_stall_over_two_inferences() -> Case:
    """Credits of scope GLOBAL look at the inference before; of scope INFERENCE they do not."""
    p = Sketch()
    p.stream("produce", "tile", n=3, occupancy=2)
    p.stream("consume", "unit", n=3, occupancy=5)
    p.stream("free produce", "tile 2", n=3, occupancy=2)
    p.stream("free consume", "unit 2", n=3, occupancy=5)
    p.edge("produce", "consume")
    p.edge("consume", "produce", START, shift=-2, scope=Scope.GLOBAL)
    p.edge("free produce", "free consume")
    p.edge("free consume", "free produce", START, shift=-2)
    p.schedule = [Inference(), Inference()]
    return expect(
        p,
        {
            "produce": [0, 2, 4, 8, 13, 18],
            "consume": [2, 7, 12, 17, 22, 27],
            "free produce": [0, 2, 4, 6, 8, 18],
            "free consume": [2, 7, 12, 17, 22, 27],
        },
    )


@case
def link_collision() -> Case:
    """Same instant: the smaller key. An older request goes before a smaller key."""
    p = Sketch()
    p.stream("source a", n=2, occupancy=10)
    p.stream("source b", n=2, occupancy=10)
    p.stream("source c", n=1, occupancy=12)
    p.stream("a", "link", n=2, occupancy=4, key=5)
    p.stream("b", "link", n=2, occupancy=4, key=3)
    p.stream("c", "link", n=1, occupancy=4, key=1)
    for name in "abc":
        p.edge(f"source {name}", name)
    return expect(p, {"a": [14, 26], "b": [10, 22], "c": [18]})


@case
def nine_requests_on_eight_units() -> Case:
    p = Sketch()
    p.resource("global units", capacity=8)
    for s in range(9):
        p.stream(f"{s}", "global units", n=2, occupancy=10 + s)
    second = [11, 12, 13, 14, 15, 16, 17, 21, 28]
    first = [0] * 8 + [10]
    return expect(p, {f"{s}": [first[s], second[s]] for s in range(9)})


@case
def cut_through_with_a_slow_middle() -> Case:
    """Eight elements at 1, then 2, then 1 ps each: the last unit cannot end before the middle one."""
    p = Sketch()
    p.stream("first", "tile 0", n=2, occupancy=8)
    p.stream("middle", "tile 1", n=2, occupancy=16)
    p.stream("last", "tile 2", n=2, occupancy=8)
    p.cut_through("first", "middle", element=1, last=2)
    p.cut_through("middle", "last", element=2, last=1)
    return expect(
        p,
        {"first": [0, 8], "middle": [1, 17], "last": [3, 19]},
        done={"first": [8, 16], "middle": [17, 33], "last": [18, 34]},
        free={"last": [18, 34]},
    )


@case
def cut_through_behind_a_slow_producer() -> Case:
    """The producer's DONE binds; the server of a deep pipeline is free after the last operand (free_lag)."""
    p = Sketch()
    p.stream("slow", "tile 0", n=2, occupancy=20)
    p.stream("deep", "unit", n=2, occupancy=4, latency=9)
    p.edge("slow", "deep", START, lag=2)
    p.edge("slow", "deep", kind=Kind.FINISH, lag=6, free_lag=1)
    return expect(
        p,
        {"slow": [0, 20], "deep": [2, 22]},
        done={"deep": [26, 46]},
        free={"deep": [21, 41]},
    )


@case
def done_is_in_order() -> Case:
    """A short operation behind a long one is not complete before it."""
    p = Sketch()
    p.stream("a", "unit", n=3, occupancy=2, latency=Duration(table=np.array([9, 1, 8])))
    p.stream("b", "other", n=3, occupancy=1)
    p.edge("a", "b")
    return expect(p, {"a": [0, 2, 4], "b": [9, 10, 12]}, done={"a": [9, 9, 12]})


@case
def held_circuit() -> Case:
    """A circuit keeps both links until the receiver is done; local traffic goes in between."""
    p = Sketch()
    p.stream("circuit", "link 1", "link 2", n=2, occupancy=3)
    p.stream("receive", "unit", n=2, occupancy=9)
    p.stream("source", n=1, occupancy=2)
    p.stream("local", "link 2", n=1, occupancy=4)
    p.edge("circuit", "receive", START)
    p.edge("receive", "circuit", kind=Kind.HOLD, lag=1, cause="circuit")
    p.edge("source", "local")
    return expect(
        p,
        {"circuit": [0, 15], "receive": [1, 16], "local": [11]},
        done={"circuit": [3, 18], "receive": [10, 25]},
        free={"circuit": [11, 26], "local": [15]},
    )


@case
def recurrence_over_two_sequences() -> Case:
    """The first step of the second sequence does not wait for the last state of the first one."""
    p = Sketch()
    p.stream("cell", "tile", n=3, occupancy=4)
    p.stream("state", "unit", n=3, occupancy=2, latency=6)
    p.edge("cell", "state")
    p.edge("state", "cell", shift=-1, cause="recurrence")
    p.schedule = [Inference(), Inference()]
    return expect(p, {"cell": [0, 10, 20, 24, 34, 44], "state": [4, 14, 24, 28, 38, 48]})


@case
def clock_grants_at_the_edge_not_before() -> Case:
    """Edges at 3, 13, 23: a request one tick before an edge, on it, and one tick after."""
    p = Sketch()
    for ready in (12, 13, 14):
        p.resource(f"unit {ready}", period=10, phase=3)
        p.stream(f"source {ready}", occupancy=ready)
        p.stream(f"{ready}", f"unit {ready}", occupancy=1)
        p.edge(f"source {ready}", f"{ready}")
    return expect(p, {"12": [13], "13": [13], "14": [23]})


@case
def clock_on_a_shared_unit() -> Case:
    """All requests up to the edge take part; a server that is free on the edge is granted on it."""
    p = Sketch()
    p.resource("unit", period=10, phase=3)
    for name, ready, key in (("early", 12, 2), ("late", 13, 1)):
        p.stream(f"source {name}", n=2, occupancy=ready)
        p.stream(name, "unit", n=2, occupancy=10, key=key)
        p.edge(f"source {name}", name)
    return expect(p, {"early": [13, 33], "late": [23, 43]})


@case
def two_clocks() -> Case:
    """Common edges of 1 mod 4 and 3 mod 6 are 9 mod 12."""
    p = Sketch()
    p.resource("fast", period=4, phase=1)
    p.resource("slow", period=6, phase=3)
    p.stream("both", "fast", "slow", n=2, occupancy=2)
    return expect(p, {"both": [9, 21]})


@case
def set_up_on_a_change_of_class() -> Case:
    p = Sketch()
    p.resource("array", setup=((0, 5), (7, 0)))
    p.stream("forward", "array", n=2, occupancy=4)
    p.stream("backward", "array", n=1, occupancy=4, setup_class=1)
    return expect(p, {"forward": [0, 20], "backward": [9]}, free={"forward": [4, 24], "backward": [13]})


@case
def set_up_over_two_resources() -> Case:
    """The longest set-up counts; both resources remember the class."""
    p = Sketch()
    p.resource("array", setup=((0, 5), (7, 0)))
    p.resource("bus", setup=((0, 2), (9, 0)))
    p.stream("a", "array", "bus", n=2, occupancy=4)
    p.stream("b", "array", "bus", n=1, occupancy=4, setup_class=1)
    return expect(p, {"a": [0, 22], "b": [9]})


@case
def priority() -> Case:
    """Priority before age, age before key; the priority may differ from operation to operation."""
    p = Sketch()
    p.resource("unit", policy=Policy.PRIORITY)
    p.stream("hog", "unit", occupancy=10)
    p.stream("source low", occupancy=1)
    p.stream("source high", occupancy=8)
    p.stream("low", "unit", n=2, occupancy=3, priority=Duration(table=np.array([5, 0])))
    p.stream("high", "unit", n=2, occupancy=4, priority=1)
    for name in ("low", "high"):
        p.edge(f"source {name}", name, shift=Index(table=np.array([0, NONE])))
    return expect(p, {"hog": [0], "high": [10, 14], "low": [18, 21]})


@case
def gap_in_a_pool() -> Case:
    """A pipelined unit takes a new operation every 2 ps and works on three at once."""
    p = Sketch()
    p.resource("unit", capacity=3)
    p.stream("a", "unit", n=5, occupancy=7, gap=2)
    return expect(p, {"a": [0, 2, 4, 7, 9]})


def _atomic(capacity: int) -> Sketch:
    p = Sketch()
    p.resource("link 1")
    p.resource("link 2", capacity=capacity)
    p.stream("source of both", occupancy=1)
    p.stream("source of one", occupancy=2)
    p.stream("busy", "link 1", occupancy=10)
    p.stream("both", "link 1", "link 2", occupancy=4)
    p.stream("one", "link 2", occupancy=3)
    p.edge("source of both", "both")
    p.edge("source of one", "one")
    return p


@case
def atomic_grant_without_overtaking() -> Case:
    """Who waits for two links keeps its place on the one that is free."""
    return expect(_atomic(1), {"busy": [0], "both": [10], "one": [14]})


@case
def atomic_grant_with_a_server_to_spare() -> Case:
    return expect(_atomic(2), {"busy": [0], "both": [10], "one": [2]})


@case
def release_times() -> Case:
    """Released operations wait for their inference to arrive, others do not, and floors bind everyone."""
    p = Sketch()
    p.stream("arrive", "host", n=2, occupancy=4, released=True)
    p.stream("prepare", "unit", n=1, occupancy=3)
    p.schedule = [Inference(0, 0), Inference(0, 50), Inference(0, 60, floor=70)]
    return expect(p, {"arrive": [0, 4, 50, 54, 70, 74], "prepare": [0, 3, 70]})


@case
def context_moves_durations() -> Case:
    """A token looks back at those before it: the same segment at contexts 0, 3 and, of two tokens, 1."""
    p = Sketch()
    table = Duration(table=np.array([2, 3, 5, 7, 11], np.int64))
    p.stream("scores", "processor", n=1, occupancy=table)
    p.stream("refresh", "array", n=1, occupancy=Duration(10, 2, 3))
    p.schedule = [Inference(), Inference(context=3), Inference(context=1)]
    return expect(p, {"scores": [0, 2, 9], "refresh": [0, 10, 20]})


@case
def groups_are_left_out() -> Case:
    """A token goes to expert 1, to expert 2, to both, to none: the sum waits for those that work."""
    p = Sketch()
    p.stream("route", "router", occupancy=2)
    p.stream("first", "tile 1", occupancy=10, group=1)
    p.stream("second", "tile 2", occupancy=30, group=2)
    p.stream("sum", "adder", occupancy=1)
    for expert in ("first", "second"):
        p.edge("route", expert)
        p.edge(expert, "sum")
    p.edge("route", "sum")
    p.schedule = [Inference(groups=groups) for groups in ((1,), (2,), (1, 2), ())]
    starts = {"route": [0, 2, 4, 6], "first": [2, 12], "second": [4, 34], "sum": [12, 34, 64, 65]}
    return expect(p, starts)


@case
def background_ends_with_the_foreground() -> Case:
    """Refresh at 3, 13, 23 ... between the MVMs; the one that would start at 24 is not part of the run."""
    p = Sketch()
    p.stream("mvm", "tile", n=4, occupancy=5)
    p.background("refresh", "tile", every=10, first=3, occupancy=2)
    return expect(p, {"mvm": [0, 7, 12, 19], "refresh": [5, 17]})


@case
def background_alone() -> Case:
    """A refresh that takes longer than its beat follows itself; START 12 = the last DONE is too late."""
    p = Sketch()
    p.stream("mvm", "tile", n=2, occupancy=6)
    p.background("refresh", "memory", every=2, first=0, occupancy=4)
    return expect(p, {"mvm": [0, 6], "refresh": [0, 4, 8]})


@case
def receptive_field() -> Case:
    """A tabled index: output 0 needs inputs up to 2, output 1 none, output 2 inputs up to 5."""
    p = Sketch()
    p.stream("input", "host", n=6, occupancy=3)
    p.stream("output", "tile", n=3, occupancy=2)
    p.edge("input", "output", shift=Index(table=np.array([2, NONE, 5])))
    return expect(p, {"input": [0, 3, 6, 9, 12, 15], "output": [9, 11, 18]})


@case
def rates() -> Case:
    """Scaled indices: one output per three inputs, then two results per output."""
    p = Sketch()
    p.stream("input", "host", n=6, occupancy=3)
    p.stream("pool", "unit", n=2, occupancy=1)
    p.stream("result", "port", n=4, occupancy=2)
    p.edge("input", "pool", shift=Index(offset=2, scale=3))
    p.edge("pool", "result", shift=Index(divisor=2))
    return expect(p, {"pool": [9, 18], "result": [10, 12, 19, 21]})


@case
def growing_durations() -> Case:
    """Affine in k, starting again every third operation: 2, 5, 8, 2, 5."""
    p = Sketch()
    p.stream("attend", "unit", n=5, occupancy=Duration(2, 3, 3))
    return expect(p, {"attend": [0, 2, 7, 15, 17]})


@case
def nothing_takes_no_time() -> Case:
    """Streams without resources or durations pass an event on within its instant, before grants of it."""
    p = Sketch()
    p.stream("tick", "clock", occupancy=5)
    p.stream("join")
    p.stream("late", "unit", occupancy=2, key=2)
    p.stream("source", occupancy=5)
    p.stream("soon", "unit", occupancy=2, key=1)
    p.edge("source", "late")
    p.edge("tick", "join")
    p.edge("join", "soon")
    return expect(p, {"join": [5], "soon": [5], "late": [7]})


@case
def held_for_the_later_of_two() -> Case:
    """Slots in which x is the later reader of the first content, y of the second, however they are told."""
    p = Sketch()
    p.resource("slots", capacity=2)
    p.stream("content", "slots", n=4, gap=1, occupancy=Duration(table=np.array([1, 1, 50, 1])), latency=1)
    p.stream("x", n=2, occupancy=Duration(table=np.array([20, 5])))
    p.stream("y", n=2, occupancy=Duration(table=np.array([5, 30])))
    for reader in ("x", "y"):
        p.edge("content", reader, START)
        p.edge(reader, "content", kind=Kind.HOLD, shift=Index(table=np.array([0, 1, NONE, NONE])))
    return expect(
        p,
        {"content": [0, 1, 21, 36], "x": [1, 21], "y": [1, 6]},
        done={"content": [1, 2, 22, 37], "x": [21, 26], "y": [6, 36]},
        free={"content": [21, 36, 71, 37]},
    )
