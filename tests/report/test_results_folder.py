"""A results folder is whole or absent."""

import json
import os
from pathlib import Path

import pandas as pd
import pytest

from simulator.base.errors import InputError, SimulatorError
from simulator.chip.reader import load_chip
from simulator.engine.simpy_engine import SimpyEngine
from simulator.program.history import history
from simulator.report.csv_file import write_csv
from simulator.report.folder import results_folder, writing
from simulator.report.plots import PLOTS
from simulator.report.summary import as_json, summary
from simulator.report.write import write
from simulator.study.run import Result, simulate
from simulator.trace import file as trace_file


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_it_appears_when_the_block_ends(tmp_path: Path) -> None:
    with results_folder(tmp_path / "out") as target:
        (target.work / "a").write_text("x")
        assert not (tmp_path / "out").exists()
    assert contents(tmp_path / "out") == {"a": b"x"}
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, InputError])
def test_nothing_is_left_of_a_failure(tmp_path: Path, failure: type[BaseException]) -> None:
    with pytest.raises(failure), results_folder(tmp_path / "deep" / "er" / "out") as target:
        (target.work / "summary.json").write_text("{}")
        raise failure("stop")
    assert os.listdir(tmp_path) == []


def test_folders_that_were_there_before_stay(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    with pytest.raises(ValueError, match="stop"), results_folder(tmp_path / "results" / "out"):
        raise ValueError("stop")
    assert os.listdir(tmp_path) == ["results"]


def test_an_earlier_result_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    with pytest.raises(InputError, match=r"never overwritten.*Remove it"), results_folder(tmp_path / "out"):
        pytest.fail("must not begin")
    assert os.listdir(tmp_path / "out") == []


def test_numbered_folders_follow_each_other(tmp_path: Path) -> None:
    paths = []
    for _ in range(3):
        with results_folder(tmp_path / "out", numbered=True) as target:
            pass
        paths.append(target.path.name)
    assert paths == ["out", "out-2", "out-3"]


def test_two_runs_at_once_do_not_overwrite_each_other(tmp_path: Path) -> None:
    with pytest.raises(SimulatorError, match="come into being"), results_folder(tmp_path / "out"):
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "theirs").touch()
    assert os.listdir(tmp_path / "out") == ["theirs"]
    assert os.listdir(tmp_path) == ["out"]


def test_a_place_that_cannot_be_written_is_refused_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InputError) as error, results_folder(tmp_path / "file" / "out"):
        pytest.fail("must not begin")
    assert "cannot be written" in str(error.value)
    assert "--out FOLDER" in str(error.value)


def test_a_failure_to_write_names_the_folder(tmp_path: Path) -> None:
    told = r"out: results cannot be written: No space left .*Nothing was kept"
    with pytest.raises(SimulatorError, match=told), writing(tmp_path / "out"):
        raise OSError(28, "No space left on device")


def test_the_same_run_gives_the_same_bytes(answer: Result, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write(answer, tmp_path / name)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    plots = {f"{name}.{ending}" for name in PLOTS for ending in ("png", "svg")}
    plots |= {f"{name}.csv" for name, plot in PLOTS.items() if plot.table}
    assert sorted(set(os.listdir(tmp_path / "one")) - plots) == [
        "attribution_layers.csv",
        "attribution_units.csv",
        "chip.yaml",
        "energy.csv",
        "layers.csv",
        "placement.yaml",
        "power.csv",
        "power_peaks.csv",
        "summary.json",
        "timeline.parquet",
        "trace.jsonl.gz",
        "units.csv",
    ]


@pytest.mark.parametrize("which", ["answer", "recurrent"])
def test_a_folder_can_be_run_again_with_the_same_result(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    answer: Result = request.getfixturevalue(which)
    write(answer, tmp_path, plots=False)
    again = simulate(
        load_chip(tmp_path / "chip.yaml"), trace_file.read(tmp_path / "trace.jsonl.gz"), SimpyEngine()
    )
    assert again.mapping.how == str(tmp_path / "placement.yaml")
    before, after = summary(answer), summary(again)
    for data in (before, after):
        del data["mapping"]["placement"]
    assert before == after
    assert all((a == b).all() for a, b in zip(answer.timeline.start, again.timeline.start, strict=True))


def test_summary_is_what_the_run_says(answer: Result) -> None:
    data = json.loads(as_json(summary(answer)))
    assert {name: row["value"] for name, row in data["metrics"].items()} == {
        m.name: m.value for m in answer.metrics
    }
    assert all(row["unit"] and row["definition"] for row in data["metrics"].values())
    assert data["mapping"]["macs_mapped"] == data["mapping"]["macs_in_model"] > 0
    parts = data["energy_pj"]
    assert sum(parts["by_part"].values()) == pytest.approx(sum(parts["by_provenance"].values()), rel=1e-12)
    assert data["engine"] == "simpy"


def test_summary_tells_other_inputs_apart(answer: Result, recurrent: Result) -> None:
    one, two = summary(answer), summary(recurrent)
    assert one["chip"] == two["chip"]
    assert one["trace"]["sha256"] != two["trace"]["sha256"]
    assert one["mapping"]["sha256"] != two["mapping"]["sha256"]


def test_timeline_file_holds_every_operation(answer: Result, tmp_path: Path) -> None:
    write(answer, tmp_path, plots=False)
    rows = pd.read_parquet(tmp_path / "timeline.parquet")
    past = history(answer.program, answer.timeline)
    assert len(rows) == answer.timeline.operations
    for time in ("since", "ready", "available", "grant", "start", "worked", "free", "done"):
        assert (rows[f"{time}_ps"].to_numpy() == getattr(past, time)).all()
    one = answer.program.streams[5]
    mine = rows[rows["stream"] == one.name]
    assert list(mine["start_ps"]) == list(answer.timeline.start[5])
    assert set(zip(mine["unit"], mine["layer"], mine["kind"], strict=True)) == {
        (one.unit, one.layer, one.kind)
    }
    assert list(mine["inference"].unique()) == [0, 1]
    assert list(mine["k"]) == 2 * list(range(len(mine) // 2))


def test_causes_are_those_of_the_binding_edges(answer: Result, tmp_path: Path) -> None:
    write(answer, tmp_path, plots=False)
    rows = pd.read_parquet(tmp_path / "timeline.parquet")
    past = history(answer.program, answer.timeline)
    edges = answer.program.segments[0].edges
    waited = past.ready > past.since
    assert set(rows["cause"][~waited]) == {""}
    expected = [edges[c].cause if c >= 0 else None for c in past.cause]
    pairs = [(got, want) for got, want, w in zip(rows["cause"], expected, waited, strict=True) if w and want]
    assert pairs
    assert all(got == want for got, want in pairs)


def test_a_formula_in_a_table_is_text(tmp_path: Path) -> None:
    write_csv(pd.DataFrame({"name": ["=1+1", "@x", "plain, with comma"], "n": [1, 2, 3]}), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_text() == '"name","n"\n"\'=1+1",1\n"\'@x",2\n"plain, with comma",3\n'


def test_no_text_of_a_table_steers_a_terminal(tmp_path: Path) -> None:
    write_csv(pd.DataFrame({"na\x1bme": ["a\x1b[31mb", "c\r\nd", -2, -1.5]}), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == b'"na?me"\n"a?[31mb"\n"c??d"\n-2\n-1.5\n'


def test_a_link_to_nothing_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("nowhere")
    with pytest.raises(InputError, match="exists; an earlier result"), results_folder(tmp_path / "out"):
        pytest.fail("ran")
    with results_folder(tmp_path / "out", numbered=True) as target:
        pass
    assert target.path == tmp_path / "out-2"


@pytest.mark.parametrize("name", ["n" * 300, f"{'n' * 300}/out"])
def test_a_name_that_is_too_long_is_told_first(tmp_path: Path, name: str) -> None:
    told = "--out: cannot be written: File name too long"
    with pytest.raises(InputError, match=told), results_folder(tmp_path / name):
        pytest.fail("ran")
    assert list(tmp_path.iterdir()) == []
