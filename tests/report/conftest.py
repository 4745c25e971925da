"""One small run that all tests of reports look at."""

from pathlib import Path

import pytest

from simulator.chip.reader import load_chip
from simulator.engine.simpy_engine import SimpyEngine
from simulator.study.run import Result, simulate
from simulator.trace.pattern import RequestPattern
from simulator.trace.trace import record_trace
from simulator.workload.reader import load_workload

CHIPS = Path(__file__).parents[2] / "chip_configs"
NETWORK = """
name: small
layers:
  image: {kind: input, shape: [3, 6, 6]}
  conv0: {kind: conv2d, input: image, channels: 40, kernel: 3, padding: 1, activation: relu}
  conv1: {kind: conv2d, input: conv0, channels: 40, kernel: 3, padding: 1, activation: relu}
  sum: {kind: add, inputs: [conv1, conv0]}
  pool: {kind: max_pool2d, input: sum, kernel: 2}
  flat: {kind: flatten, input: pool}
  dense: {kind: linear, input: flat, width: 10}
"""
STEPS = """
name: steps
sequence: {length: 3}
layers:
  x: {kind: input, shape: [100], sequence: true}
  cell: {kind: lstm, input: x, hidden: 60}
"""


def run(text: str, folder: Path, chip: str = "ibm14nm.yaml", settings: tuple[str, ...] = ()) -> Result:
    path = folder / "network.yaml"
    path.write_text(text)
    trace = record_trace(load_workload(path), RequestPattern(count=2))
    return simulate(load_chip(CHIPS / chip, settings), trace, SimpyEngine())


@pytest.fixture(scope="session")
def answer(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return run(NETWORK, tmp_path_factory.mktemp("network"))


@pytest.fixture(scope="session")
def recurrent(tmp_path_factory: pytest.TempPathFactory) -> Result:
    return run(STEPS, tmp_path_factory.mktemp("steps"))
