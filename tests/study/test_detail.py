"""A run of more operations than are kept one by one: figures of the whole, details of the beginning."""

import json
from pathlib import Path

import pytest

from simulator.chip.reader import load_chip
from simulator.engine.fast_engine import FastEngine
from simulator.report.write import write
from simulator.study.run import Result, simulate
from simulator.trace.pattern import RequestPattern
from simulator.trace.trace import record_trace
from simulator.workload.reader import load_workload

ROOT = Path(__file__).parents[2]
IMAGES = 10


def made(detail: int | None) -> Result:
    chip = load_chip(ROOT / "chip_configs" / "ibm14nm.yaml")
    trace = record_trace(
        load_workload(ROOT / "workloads" / "resnet9_cifar10.yaml"), RequestPattern(count=IMAGES, batch=2)
    )
    return simulate(chip, trace, FastEngine(), detail=detail)


@pytest.fixture(scope="module")
def short() -> Result:
    return made(150_000)


def test_figures_do_not_depend_on_what_is_kept(short: Result) -> None:
    whole = made(None)
    assert whole.beginning is None
    assert whole.closer is whole
    assert short.metrics == whole.metrics
    assert short.energy == whole.energy
    assert short.history is None


def test_the_beginning_is_a_run_of_whole_requests(short: Result) -> None:
    seen = short.closer
    assert len(seen.program.schedule) == 2
    assert seen.whole == 2 * IMAGES
    assert seen.timeline.operations <= 150_000 < short.timeline.operations
    alone = simulate(short.chip_file, seen.trace, FastEngine())
    assert seen.waits.units.equals(alone.waits.units)
    assert seen.energy == alone.energy


def test_its_files_say_so(short: Result, tmp_path: Path) -> None:
    write(short, tmp_path, plots=False)
    told = json.loads((tmp_path / "summary.json").read_text())
    assert (told["workload"]["inferences"], told["detail_inferences"]) == (2 * IMAGES, 2)
    assert told["skipped"]["inferences"] == short.timeline.skipped
