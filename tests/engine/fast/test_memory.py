"""A run that would not fit is refused before anything is taken."""

import pytest
from sketch import Sketch

from simulator.base.errors import InputError
from simulator.engine.contract import run
from simulator.engine.fast_engine import FastEngine
from simulator.engine.fast_engine.memory import physical_memory
from simulator.program.form import Inference, Program
from simulator.program.timeline import Recording


def billions() -> Program:
    p = Sketch()
    p.stream("mvm", "tile", n=1_000_000_000, occupancy=1)
    program = p.program()
    program.schedule[:] = [Inference()] * 20
    return program


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
