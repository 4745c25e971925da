"""Both engines, every start time: random programs over every feature of the form, and the published networks."""

import sys
from pathlib import Path

import numpy as np
import pytest

from simulator.engine.contract import run
from simulator.engine.fast_engine import FastEngine
from simulator.engine.simpy_engine import SimpyEngine
from simulator.program.form import Program
from simulator.program.timeline import Recording

sys.path.insert(0, str(Path(__file__).parent))
from comparison import difference, outcome
from random_programs import random_program

PROGRAMS = 200


@pytest.mark.parametrize(
    "seeds", [range(n, PROGRAMS, 8) for n in range(8)], ids=lambda seeds: f"from{seeds[0]}"
)
def test_random_programs_are_equal_to_the_picosecond(seeds: range) -> None:
    fast, reference = FastEngine(), SimpyEngine()
    different = {}
    for seed in seeds:
        program = random_program(seed)
        said = difference(outcome(fast, program), outcome(reference, program))
        if said:
            different[seed] = said
    assert different == {}


def test_plain_python_is_equal_too() -> None:
    plain, reference = FastEngine(compiled=False), SimpyEngine()
    for seed in range(30):
        program = random_program(seed)
        assert difference(outcome(plain, program), outcome(reference, program)) == "", seed


def test_some_random_programs_deadlock_and_some_do_not() -> None:
    found = {isinstance(outcome(FastEngine(), random_program(seed)), str) for seed in range(PROGRAMS)}
    assert found == {True, False}


@pytest.mark.parametrize("network", ["resnet9_cifar10", "ptb_char_lstm", "flickr8k_captioning"])
@pytest.mark.parametrize("chip", ["ibm14nm", "ibm14nm_onchip"])
def test_published_networks(network: str, chip: str) -> None:
    program = lowered(network, chip, 2)
    assert difference(run(FastEngine(), program), run(SimpyEngine(), program)) == ""


def test_a_batch_of_sixteen() -> None:
    program = lowered("resnet9_cifar10", "ibm14nm", 16)
    assert difference(run(FastEngine(), program), run(SimpyEngine(), program)) == ""


def lowered(network: str, chip: str, count: int) -> Program:
    from simulator.chip.reader import load_chip
    from simulator.mapping.lower.lower import lower
    from simulator.study.run import plan, schedule
    from simulator.trace.pattern import RequestPattern
    from simulator.trace.trace import record_trace
    from simulator.workload.reader import load_workload

    root = Path(__file__).parents[2]
    file = load_chip(root / "chip_configs" / f"{chip}.yaml")
    trace = record_trace(load_workload(root / "workloads" / f"{network}.yaml"), RequestPattern(count=count))
    return lower(plan(file, trace), trace.graphs, schedule(trace))


def test_recording_off_gives_the_same_totals() -> None:
    program = lowered("resnet9_cifar10", "ibm14nm", 3)
    full, off = (run(FastEngine(), program, Recording(level)) for level in ("full", "off"))
    for name in ("count", "held", "began", "ended"):
        assert np.array_equal(getattr(full, name), getattr(off, name))
    assert sum(map(len, off.start)) == 0
