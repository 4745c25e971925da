"""Sweeps as a whole: one result whatever the number of workers, failures and interruptions."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from sweep_files import CHIP, SWEEP, write

from simulator.base.errors import InputError
from simulator.chip.reader import load_chip
from simulator.engine.simpy_engine import SimpyEngine
from simulator.study.pareto import front
from simulator.study.run import simulate
from simulator.study.store import NAME, Store
from simulator.study.sweep import Row, Sweep, read_sweep, run_sweep
from simulator.study.sweep_estimate import estimate
from simulator.study.sweep_output import frame_of, write_sweep
from simulator.study.sweep_verdict import check_met
from simulator.trace.pattern import RequestPattern
from simulator.trace.trace import record_trace
from simulator.workload.reader import load_workload

TABLES = ("sweep.csv", "sweep.parquet")
PLOTS = ("1-lines.png", "1-lines.svg", "2-heat.png", "3-pareto.png", "4-pareto.svg")
SLOW = "engine: simpy\n" + SWEEP.replace("[1, 2]", "[1, 1000]")
"""Every other point is slow enough that a kill comes in the middle."""


def swept(
    path: Path, out: Path, *, workers: int = 2, limit: float | None = None, plots: bool = False
) -> tuple[Sweep, list[Row]]:
    sweep = read_sweep(path)
    with Store(out) as store:
        rows = run_sweep(sweep, store, workers=workers, limit=limit)
    write_sweep(sweep, rows, out, plots=plots)
    return sweep, rows


def written(out: Path, names: tuple[str, ...] = TABLES) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in names}


def test_a_point_has_the_figures_of_a_run(tmp_path: Path) -> None:
    _, rows = swept(write(tmp_path), tmp_path / "out", workers=1)
    point = next(row for row in rows if row.point.number == 4)
    assert dict(point.point.values) == {
        "host.latency": "1 us",
        "tile.read_mode": "four_phase",
        "requests.batch": 2,
    }
    chip = load_chip(CHIP, ["host.latency=1 us", "tile.read_mode=four_phase"])
    trace = record_trace(load_workload(tmp_path / "tiny.yaml"), RequestPattern(1, 2))
    result = simulate(chip, trace, SimpyEngine())
    assert point.answer is not None
    assert {name: value for name, (value, _) in point.answer.figures.items() if "area_mm2" not in name} == {
        metric.name: metric.value for metric in result.metrics
    }
    assert point.answer.limits == result.bounds[0].part


def test_any_number_of_workers_gives_the_same_bytes(tmp_path: Path) -> None:
    path = write(tmp_path)
    swept(path, tmp_path / "one", workers=1, plots=True)
    swept(path, tmp_path / "three", workers=3, plots=True)
    assert written(tmp_path / "one", TABLES + PLOTS) == written(tmp_path / "three", TABLES + PLOTS)
    frame = pd.read_csv(tmp_path / "one" / "sweep.csv")
    assert list(frame["point"]) == list(range(1, 13))
    assert list(frame["host.latency [us]"])[::4] == [1.0, 2.0, 3.0]
    pd.testing.assert_frame_equal(
        frame.drop(columns="error"), pd.read_parquet(tmp_path / "one" / "sweep.parquet").drop(columns="error")
    )


def test_killed_in_the_middle_and_run_again_it_is_complete_and_equal(tmp_path: Path) -> None:
    path = write(tmp_path, SLOW)
    out = tmp_path / "killed"
    command = [sys.executable, "-m", "simulator", "sweep", path, "-o", out, "-j", "2", "--no-plots"]
    process = subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL)
    while not (out / NAME).exists() or (out / NAME).read_bytes().count(b"\n") < 2:
        assert process.poll() is None
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    kept = (out / NAME).read_bytes().splitlines()
    assert 2 <= len(kept) < 12
    _no_process_left(process.pid)
    swept(path, out)
    assert (out / NAME).read_bytes().splitlines()[: len(kept)] == kept
    assert len((out / NAME).read_bytes().splitlines()) == 12
    swept(path, tmp_path / "whole", workers=1)
    assert written(out) == written(tmp_path / "whole")


def _no_process_left(group: int) -> None:
    """Workers end with their parent."""
    for _ in range(1000):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)
    raise AssertionError("workers outlive the process that started them")


def test_finished_points_are_not_simulated_again(tmp_path: Path) -> None:
    path = write(tmp_path)
    swept(path, tmp_path / "out")
    before = (tmp_path / "out" / NAME).read_bytes()
    swept(path, tmp_path / "out")
    assert (tmp_path / "out" / NAME).read_bytes() == before
    path.write_text(SWEEP.replace("[1, 2]", "[1, 2, 3]"))
    _, rows = swept(path, tmp_path / "out")
    assert len(rows) == 18
    assert len((tmp_path / "out" / NAME).read_bytes().splitlines()) == 18


def test_hanging_and_failing_points_are_listed_and_stop_no_other(tmp_path: Path) -> None:
    """A batch of 400,000 takes far longer than the limit; 100,000 outputs fit on no chip."""
    axes = """axes:
  - requests.batch: [1, 400000, 1, 2]
    workload.layers.fc.width: [4, 4, 100000, 4]
"""
    path = write(tmp_path, "engine: simpy" + SWEEP.partition("axes:")[0] + axes)
    _, rows = swept(path, tmp_path / "out", limit=3)
    assert [row.status for row in rows] == ["ok", "time limit", "failed", "ok"]
    assert rows[1].error == "took more than 3 s"
    assert "needs 391 tiles of 256 x 256" in rows[2].error
    frame = pd.read_csv(tmp_path / "out" / "sweep.csv")
    assert list(frame["status"]) == [row.status for row in rows]
    assert list(frame["error"].fillna("")) == [row.error for row in rows]
    assert list(frame["tops_per_w"].notna()) == [True, False, False, True]
    assert len((tmp_path / "out" / NAME).read_bytes().splitlines()) == 3


def test_a_chip_that_is_wrong_at_a_point_fails_that_point(tmp_path: Path) -> None:
    path = write(tmp_path, SWEEP.replace("requests.batch: [1, 2]", "die.area: [144 mm^2, 1 mm^2]"))
    _, rows = swept(path, tmp_path / "out")
    assert [row.status for row in rows] == ["ok", "failed"] * 6
    assert rows[1].error.startswith("die.area: ")


def test_areas_exclude_points_before_they_are_simulated(tmp_path: Path) -> None:
    text = SWEEP.replace("requests.batch: [1, 2]", "die.area: [144 mm^2, 200 mm^2]")
    path = write(tmp_path, "constraints: [die area <= 150 mm^2]\n" + text)
    _, rows = swept(path, tmp_path / "out")
    assert [row.status for row in rows] == ["ok", "excluded"] * 6
    assert len((tmp_path / "out" / NAME).read_bytes().splitlines()) == 6


def test_when_nothing_meets_the_constraints_the_closest_is_told(tmp_path: Path) -> None:
    path = write(tmp_path, "constraints: [first latency <= 1 ns, tiles used <= 5 tiles]\n" + SWEEP)
    sweep, rows = swept(path, tmp_path / "out")
    assert {row.status for row in rows} == {"unmet"}
    best = min(row.answer.figures["first_latency_ns"][0] for row in rows if row.answer)
    with pytest.raises(InputError) as caught:
        check_met(sweep, rows)
    text = str(caught.value)
    assert f"'first latency <= 1 ns' is met by none of 12, the best has {best:.5g} ns (point 1: " in text
    assert "'tiles used <= 5 tiles' is met by 12 of 12" in text


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (
            "constraints: [dye area <= 150 mm^2]",
            "sweep.yaml:1: constraints.0: is no figure of a point, got 'dye area'",
        ),
        (
            "constraints: [tops_per_w >= 5 nJ]",
            "sweep.yaml:1: constraints.0: compares a figure in TOPS/W with nJ",
        ),
        (
            "keep: [tops_per_q]",
            "sweep.yaml:1: keep.0: is no figure of a point, got 'tops_per_q'. Did you mean 'tops_per_w'?",
        ),
        (
            "plots: [{kind: lines, x: tops, y: [tops_per_w]}]",
            "sweep.yaml:1: plots.0.x: is no figure of a point, got 'tops'",
        ),
        ("plots: [{kind: pareto, x: host.latency, y: tops_per_w}]", "plots.0.x: is no figure of a point"),
    ],
)
def test_names_that_mean_nothing_are_told_at_the_first_answer(tmp_path: Path, line: str, told: str) -> None:
    path = write(tmp_path, f"{line}\n{SWEEP}")
    with pytest.raises(InputError) as caught:
        swept(path, tmp_path / "out", workers=1)
    assert told in str(caught.value)
    assert len((tmp_path / "out" / NAME).read_bytes().splitlines()) <= 1


def test_keep_and_plots_decide_columns_and_figures(tmp_path: Path) -> None:
    text = """
keep: [first latency, tops_per_w]
plots:
  - {kind: lines, x: host.latency, y: [first latency], by: [tile.read_mode], log: true}
  - {kind: pareto, x: peak_gops_per_mm2_macro, y: peak_mvm_tops_per_w}
"""
    sweep, rows = swept(write(tmp_path, text + SWEEP), tmp_path / "out", plots=True)
    frame = frame_of(sweep, rows)
    assert list(frame.columns) == [
        "point",
        "chip",
        "workload",
        "host.latency [us]",
        "tile.read_mode",
        "requests.batch",
        "status",
        "first_latency_ns",
        "tops_per_w",
        "limits",
        "error",
    ]
    assert sorted(path.name for path in (tmp_path / "out").glob("*.png")) == ["1-lines.png", "2-pareto.png"]
    scatter = (tmp_path / "out" / "2-pareto.svg").read_text()
    assert "hermes_core" in scatter
    assert "ibm14nm one_phase" in scatter


def test_a_dry_run_measures_two_points_and_keeps_them(tmp_path: Path) -> None:
    sweep = read_sweep(write(tmp_path))
    with Store(tmp_path / "out") as store:
        found = estimate(sweep, store, workers=2)
        again = estimate(sweep, store, workers=2)
    assert (found.points, found.finished, found.left, found.failed) == (12, 2, 10, 0)
    assert found.total == 10 * sum(found.seconds) / 2 / 2
    assert (again.finished, again.left) == (4, 8)


def test_points_that_no_other_beats() -> None:
    points = [(1.0, 5.0), (2.0, 4.0), (2.0, 3.0), (3.0, 4.0), (3.0, 4.0), (0.0, 5.0)]
    assert front(points, (1, 1)) == [True, False, False, True, True, False]
    assert front(points, (-1, 1)) == [False, False, False, False, False, True]
    assert front(points, (1, -1)) == [False, False, True, True, True, False]


def test_chips_in_a_row_and_weights_in_turn_are_points_like_any_other(tmp_path: Path) -> None:
    (tmp_path / "sweep.yaml").write_text(
        f"chips: [{CHIP.parent / 'ibm14nm_large.yaml'}]\n"
        f"workloads: [{CHIP.parents[1] / 'workloads' / 'ds_cnn_kws.yaml'}]\n"
        "axes:\n  - mapping.chips: [1, 3, null]\n    mapping.reload: [false, false, true]\n"
    )
    _, rows = swept(tmp_path / "sweep.yaml", tmp_path / "out", workers=1)
    assert [row.answer is not None for row in rows] == [True] * 3
    one, three, turns = (row.answer.figures for row in rows if row.answer)
    assert three["die_area_mm2"][0] == 3 * one["die_area_mm2"][0]
    assert three["peak_gops"][0] == 3 * one["peak_gops"][0]
    assert turns["die_area_mm2"] == one["die_area_mm2"]


def test_texts_of_a_sweep_stay_texts_in_its_table(tmp_path: Path) -> None:
    values = r'["=1+1", "\e[31mx", "@a", "-2+3", "+1"]'
    axes = f"axes:\n  - technology.device: {values}\n"
    path = write(tmp_path, f"chips: [{CHIP}]\nworkloads: [tiny.yaml]\n{axes}keep: [first latency]\n")
    swept(path, tmp_path / "out", workers=1)
    frame = pd.read_csv(tmp_path / "out" / "sweep.csv")
    assert list(frame["technology.device"]) == ["'=1+1", "?[31mx", "'@a", "'-2+3", "'+1"]
    assert [kind.kind for kind in frame.dtypes[["point", "first_latency_ns"]]] == ["i", "f"]


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("constraints: [foo bar <= 150 mm^2]", "constraints.0"),
        ("keep: [nothing]", "keep.0"),
        ("plots: [{kind: lines, x: foo, y: [first latency]}]", "plots.0.x"),
    ],
)
def test_a_dry_run_knows_the_figures(tmp_path: Path, line: str, place: str) -> None:
    sweep = read_sweep(write(tmp_path, f"{SWEEP}{line}\n"))
    with (
        Store(tmp_path / "out") as store,
        pytest.raises(InputError, match="is no figure of a point") as caught,
    ):
        estimate(sweep, store, workers=1)
    assert caught.value.field == place


def test_plots_of_another_table_go(tmp_path: Path) -> None:
    text = SWEEP.replace("[1, 2]", "[1]").replace("to: 3 us", "to: 1 us")
    out = tmp_path / "out"
    swept(write(tmp_path, text), out, workers=1)
    for name in ("7-heat.png", "1-lines.svg", "mine.png"):
        (out / name).write_text("old")
    swept(write(tmp_path, text), out, workers=1)
    assert sorted(path.name for path in out.iterdir()) == [
        "mine.png",
        "points.jsonl",
        "sweep.csv",
        "sweep.parquet",
    ]
