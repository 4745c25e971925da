"""A run that would not fit is refused before anything is taken."""

import pytest
from sketch import FREE, Sketch

from simulator.base.errors import InputError
from simulator.engine.contract import run
from simulator.engine.fast_engine import FastEngine, memory
from simulator.engine.fast_engine.memory import physical_memory
from simulator.program.finalise import finalise
from simulator.program.form import Duration, Inference, Program, Scope
from simulator.program.timeline import Recording


def billions() -> Program:
    p = Sketch()
    p.stream("mvm", "tile", n=1_000_000_000, occupancy=1)
    program = p.program()
    program.schedule[:] = [Inference()] * 20
    return program


def start_times(program: Program, recording: Recording) -> int:
    return memory.start_times(finalise(program), program.schedule, recording)


def test_start_times_that_do_not_fit() -> None:
    text = (
        r"program: needs about 149\.0 GiB, 149\.0 GiB of them for start times, of 8\.0 GiB\. "
        r"Record no start times or a window of them\."
    )
    with pytest.raises(InputError, match=text):
        FastEngine(memory=8 * 2**30).open(billions())


def test_without_start_times_it_fits() -> None:
    for recording in (Recording("off"), Recording("window", 5, 10)):
        FastEngine(memory=8 * 2**30).open(billions(), recording)


def test_a_window_counts_what_may_start_in_it() -> None:
    """At most one START each picosecond: 40 bytes for each, of 20e9 operations at most."""
    assert start_times(billions(), Recording("window", 100, 350)) == 250 * 40
    assert start_times(billions(), Recording("window", 0, 1 << 62)) == 20_000_000_000 * 40
    assert (
        start_times(billions(), Recording("window", 5, 5)) == start_times(billions(), Recording("off")) == 0
    )
    text = (
        r"needs about 745\.1 GiB, 745\.1 GiB of them .* Record no start times or a shorter window of them\."
    )
    with pytest.raises(InputError, match=text):
        FastEngine(memory=8 * 2**30).open(billions(), Recording("window", 0, 1 << 62))


def test_a_window_of_what_takes_no_time_counts_all() -> None:
    p = Sketch()
    p.stream("free", n=1000)
    p.stream("spaced", n=1000, gap=10)
    p.stream("served", "tile", n=1000, occupancy=Duration(20, 1))
    assert start_times(p.program(), Recording("window", 0, 100)) == (1000 + 10 + 5) * 40


@pytest.mark.parametrize("credit", [10**9, 10**12, 1 << 61])
def test_deep_credits_that_do_not_fit(credit: int) -> None:
    p = Sketch()
    p.stream("a", occupancy=3)
    p.stream("b", occupancy=1)
    p.edge("a", "b")
    p.edge("b", "a", FREE, -credit, scope=Scope.GLOBAL)
    with pytest.raises(InputError, match=r"Let edges of scope GLOBAL look back less far\."):
        FastEngine(memory=8 * 2**30).open(p.program(), Recording("off"))


def test_tables_that_do_not_fit() -> None:
    p = Sketch()
    p.stream("mvm", "tile", occupancy=1)
    with pytest.raises(InputError, match="Run fewer inferences at a time"):
        FastEngine(memory=1000).open(p.program(), Recording("off"))


def test_appended_work_that_does_not_fit() -> None:
    p = Sketch()
    p.stream("mvm", "tile", n=1000, occupancy=1)
    opened = FastEngine(memory=100_000).open(p.program())
    with pytest.raises(InputError, match="start times"):
        opened.append([Inference()] * 100)


def test_the_machine_has_memory() -> None:
    p = Sketch()
    p.stream("mvm", "tile", occupancy=1)
    assert physical_memory() > 2**24
    assert run(FastEngine(), p.program()).operations == 1
