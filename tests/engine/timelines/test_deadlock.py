"""A run that stalls names its cycle of waits, in the same words for every engine."""

import numpy as np
import pytest
from random_programs import random_program
from sketch import FREE, START, Sketch

from simulator.base.errors import DeadlockError
from simulator.engine.contract import Engine, run
from simulator.engine.simpy_engine import SimpyEngine
from simulator.program.form import NONE, Event, Index, Kind, Policy


def story(engine: Engine, p: Sketch) -> str:
    with pytest.raises(DeadlockError) as caught:
        run(engine, p.program())
    return str(caught.value)


def test_too_few_credits(engine: Engine) -> None:
    """The consumer needs three inputs, the buffer holds two."""
    p = Sketch()
    p.stream("produce", "tile 0", n=4, occupancy=2)
    p.stream("consume", "tile 1", n=2, occupancy=2)
    p.edge("produce", "consume", shift=2)
    p.edge("consume", "produce", START, shift=-2, cause="buffer")
    assert story(engine, p) == (
        "deadlock after 2 of 6 operations. The cycle of waits:\n"
        "  operation 2 of inference 0 of stream 'produce' (layer 'layer of produce', unit 'unit of produce') "
        "waits (buffer) for START of operation 0 of inference 0 of stream 'consume' (layer 'layer of consume', "
        "unit 'unit of consume')\n"
        "  operation 0 of inference 0 of stream 'consume' (layer 'layer of consume', unit 'unit of consume') "
        "waits (operand) for DONE of operation 2 of inference 0 of stream 'produce' (layer 'layer of produce', "
        "unit 'unit of produce')"
    )


def circuits() -> Sketch:
    """Each of two circuits holds its first link until its second one was taken."""
    p = Sketch()
    for a, b in (("east", "west"), ("west", "east")):
        p.stream(f"{a} head", f"{a} link", occupancy=1, layer="", unit="")
        p.stream(f"{a} tail", f"{b} link", occupancy=1, layer="", unit="")
    for a in ("east", "west"):
        p.edge(f"{a} head", f"{a} tail", START)
        p.edge(f"{a} tail", f"{a} head", Event.DONE, kind=Kind.HOLD, cause="circuit")
    return p


def test_circuits_that_hold_each_other(engine: Engine) -> None:
    assert story(engine, circuits()) == (
        "deadlock after 2 of 4 operations. The cycle of waits:\n"
        "  operation 0 of inference 0 of stream 'east tail' waits for 'west link', held by operation 0 of "
        "inference 0 of stream 'west head'\n"
        "  operation 0 of inference 0 of stream 'west head' is held (circuit) until DONE of operation 0 of "
        "inference 0 of stream 'west tail'\n"
        "  operation 0 of inference 0 of stream 'west tail' waits for 'east link', held by operation 0 of "
        "inference 0 of stream 'east head'\n"
        "  operation 0 of inference 0 of stream 'east head' is held (circuit) until DONE of operation 0 of "
        "inference 0 of stream 'east tail'"
    )


def test_in_line_behind_each_other(engine: Engine) -> None:
    """The holder waits for a stream that stands behind a request for what is held."""
    p = Sketch()
    p.stream("long pause", occupancy=9)
    p.stream("short pause", occupancy=5)
    p.stream("one", "quiet link", layer="", unit="", occupancy=1)
    p.stream("both", "quiet link", "busy link", layer="", unit="", occupancy=1)
    p.stream("holder", "busy link", layer="", unit="", occupancy=1)
    p.edge("long pause", "one")
    p.edge("short pause", "both")
    p.edge("one", "holder", kind=Kind.HOLD, cause="circuit")
    assert story(engine, p) == (
        "deadlock after 3 of 5 operations. The cycle of waits:\n"
        "  operation 0 of inference 0 of stream 'one' stands in line for 'quiet link' with operation 0 of inference 0 "
        "of stream 'both'\n"
        "  operation 0 of inference 0 of stream 'both' waits for 'busy link', held by operation 0 of inference 0 of "
        "stream 'holder'\n"
        "  operation 0 of inference 0 of stream 'holder' is held (circuit) until DONE of operation 0 of inference 0 "
        "of stream 'one'"
    )


def test_all_granted_but_never_released(engine: Engine) -> None:
    """The last operations of a and b keep their servers until the other one is released."""
    p = Sketch()
    p.stream("a", "one", n=2, occupancy=1, layer="", unit="")
    p.stream("b", "two", n=2, occupancy=1, layer="", unit="")
    last = Index(table=np.array([NONE, 1]))
    p.edge("b", "a", FREE, kind=Kind.HOLD, shift=last, cause="register")
    p.edge("a", "b", FREE, kind=Kind.HOLD, shift=last, cause="register")
    assert story(engine, p) == (
        "deadlock after 4 of 4 operations. The cycle of waits:\n"
        "  operation 1 of inference 0 of stream 'a' is held (register) until FREE of operation 1 of inference 0 "
        "of stream 'b'\n"
        "  operation 1 of inference 0 of stream 'b' is held (register) until FREE of operation 1 of inference 0 "
        "of stream 'a'"
    )


@pytest.mark.parametrize("every", [10**16, (1 << 61) - 1])
def test_rare_background_work(engine: Engine, every: int) -> None:
    """A thousand of its rounds are longer than any run."""
    p = Sketch()
    p.stream("mvm", "tile", n=3, occupancy=5)
    p.background("refresh", "tile", every=every, first=1, occupancy=1)
    assert [s.tolist() for s in run(engine, p.program()).start] == [[0, 6, 11], [5]]


def test_rare_background_work_alone(engine: Engine) -> None:
    p = Sketch()
    p.stream("produce", "tile 0", n=4, occupancy=2)
    p.stream("consume", "tile 1", n=2, occupancy=2)
    p.background("refresh", "tile 0", every=(1 << 61) - 1, first=0, occupancy=1)
    p.edge("produce", "consume", shift=2)
    p.edge("consume", "produce", START, shift=-2)
    assert story(engine, p).startswith("deadlock after 2 of 6 operations. The cycle of waits:")


def test_starved_by_background_work(engine: Engine) -> None:
    p = Sketch()
    p.resource("memory", policy=Policy.PRIORITY)
    p.stream("source", occupancy=1)
    p.stream("read", "memory", occupancy=1, priority=1, layer="", unit="")
    p.background("refresh", "memory", every=2, first=0, occupancy=2)
    p.edge("source", "read")
    assert story(engine, p) == (
        "deadlock after 1 of 2 operations. The waits:\n"
        "  operation 0 of inference 0 of stream 'read' waits for 'memory', which background work keeps from it"
    )


def test_a_long_cycle_is_cut(engine: Engine) -> None:
    p = Sketch()
    names = [p.stream(f"{s}", f"unit {s}", n=2, occupancy=1) for s in range(40)]
    for s, name in enumerate(names):
        p.edge(names[s - 1], name, shift=Index(table=np.array([NONE, 1])))
    lines = story(engine, p).splitlines()
    assert len(lines) == 26
    assert lines[-1] == "  ... and 16 more"


def test_random_deadlocks_read_the_same(engine: Engine) -> None:
    found = 0
    for seed in range(150):
        program = random_program(seed)
        try:
            run(SimpyEngine(), program)
        except DeadlockError as error:
            found += 1
            with pytest.raises(DeadlockError) as caught:
                run(engine, program)
            assert str(caught.value) == str(error), seed
            assert "The cycle of waits" in str(error) or "background" in str(error)
    assert found >= 15
