"""``simulator sweep``: what it prints, how it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Call = Callable[..., Any]
SWEEP = """
chips: [{chip}]
workloads: [small.yaml]
axes:
  - tile.read_mode: [one_phase, four_phase]
  - requests.batch: {batches}
"""


@pytest.fixture
def sweep(network: Path, chip: Path) -> Callable[..., Path]:
    def write(batches: str = "[1, 2]", more: str = "") -> Path:
        path = network.with_name("modes.yaml")
        path.write_text(more + SWEEP.format(chip=chip, batches=batches))
        return path

    return write


def test_a_sweep_tells_counts_best_points_and_files(call: Call, sweep: Callable[..., Path]) -> None:
    done = call("sweep", sweep(), "-j", 1)
    assert done.exit_code == 0, done.stderr
    assert "modes: 4 points" in done.stdout
    assert "with figures  4" in done.stdout
    assert "Best points" in done.stdout
    assert "results/sweep-modes: sweep.csv, sweep.parquet, 1-lines.png" in done.stdout
    assert {"sweep.csv", "sweep.parquet", "points.jsonl", "1-lines.svg"} <= {
        path.name for path in Path("results/sweep-modes").iterdir()
    }


def test_what_a_step_leaves_as_it_is_stands_nowhere(call: Call, sweep: Callable[..., Path]) -> None:
    path = sweep()
    axes = "axes: [[{tile.read_mode: one_phase}, {requests.batch: 2}]]\nkeep: [first latency]\n"
    path.write_text(path.read_text().partition("axes:")[0] + axes)
    done = call("sweep", path, "-j", 1, "--no-plots")
    assert "1   tile.read_mode one_phase\n" in done.stdout
    assert "nan" not in done.stdout


def test_json_has_every_point_with_its_figures(call: Call, sweep: Callable[..., Path]) -> None:
    done = call("sweep", sweep(), "-o", "out", "--json", "--no-plots")
    data = json.loads(done.stdout)
    assert data["folder"] == "out"
    assert [point["values"]["requests.batch"] for point in data["points"]] == [1, 2, 1, 2]
    assert {point["status"] for point in data["points"]} == {"ok"}
    slow, fast = (data["points"][n]["figures"]["first_latency_ns"]["value"] for n in (2, 0))
    assert slow > fast


def test_failed_points_are_told_and_do_not_stop_the_others(call: Call, sweep: Callable[..., Path]) -> None:
    text = "  - workload.layers.dense.width: [10, 100000]\n"
    path = sweep()
    path.write_text(path.read_text() + text)
    done = call("sweep", path, "--no-plots")
    assert done.exit_code == 0
    assert "failed        4" in done.stdout
    assert "Points without figures" in done.stdout
    assert "mapping: needs" in " ".join(done.stdout.split())


def test_a_sweep_without_a_single_figure_fails(call: Call, sweep: Callable[..., Path]) -> None:
    path = sweep()
    path.write_text("set: {workload.layers.dense.width: 100000}\n" + path.read_text())
    assert call("sweep", path, "--no-plots").exit_code == 1


def test_a_dry_run_prints_points_and_time(call: Call, sweep: Callable[..., Path]) -> None:
    done = call("sweep", sweep("{from: 1, to: 40, step: 1}"), "--dry-run", "-j", 1)
    assert done.exit_code == 0, done.stderr
    text = " ".join(done.stdout.split())
    assert "1 one_phase 1 " in text
    assert "80 four_phase 40 " in text
    assert "points 80 finished 2" in text
    assert "left 78 estimated time" in text
    assert not list(Path("results/sweep-modes").glob("sweep.*"))
    data = json.loads(call("sweep", sweep("[1, 2]"), "--dry-run", "--json").stdout)
    assert (data["points"], data["finished"], data["left"]) == (4, 3, 1)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("axes:", "axis:"), "modes.yaml:4: axis: is not a known key. Did you mean 'axes'?"),
        (
            ("tile.read_mode", "tile.raed_mode"),
            "tile.raed_mode: no such field. Did you mean 'tile.read_mode'?",
        ),
        (
            ("[1, 2]", "{from: 1, to: 500000000, step: 1}"),
            "axes: makes 1,000,000,000 points; a sweep may have 100,000. Use",
        ),
        (("[1, 2]", "[]"), "requests.batch: holds no value, so the grid is empty"),
        (
            ("chips:", "constraints: [tops_per_w >= 5 nJ]\nchips:"),
            "constraints.0: compares a figure in TOPS/W with nJ",
        ),
        (
            ("chips:", "constraints: [tops_per_w >= 1 POPS/W]\nchips:"),
            "'tops_per_w >= 1 POPS/W' is met by none of 4, the best has",
        ),
    ],
)
def test_what_is_wrong_is_a_sentence_and_exit_code_2(
    call: Call, sweep: Callable[..., Path], change: tuple[str, str], told: str
) -> None:
    path = sweep()
    path.write_text(path.read_text().replace(*change))
    done = call("sweep", path, "--no-plots")
    assert done.exit_code == 2
    assert told in done.stderr


def test_a_missing_file_names_the_nearest(call: Call, sweep: Callable[..., Path]) -> None:
    path = sweep()
    done = call("sweep", path.with_name("mode.yaml"))
    assert done.exit_code == 2
    assert "mode.yaml: no such file. Did you mean 'modes.yaml'?" in done.stderr


def test_interrupted_it_keeps_what_is_done_and_goes_on(call: Call, sweep: Callable[..., Path]) -> None:
    path = sweep("[1, 400]", "engine: simpy\n")
    command = [sys.executable, "-m", "simulator", "sweep", path, "-o", "out", "-j", "1", "--no-plots"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True, text=True)
    store = Path("out/points.jsonl")
    while not store.exists() or not store.read_bytes():
        assert process.poll() is None
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)
    _, stderr = process.communicate()
    assert process.returncode == 130
    kept = len(store.read_bytes().splitlines())
    assert stderr == f"interrupted: {kept} more points are kept in out; the same command goes on from there\n"
    assert call("sweep", path, "-o", "out", "--no-plots").exit_code == 0
    assert len(store.read_bytes().splitlines()) == 4
