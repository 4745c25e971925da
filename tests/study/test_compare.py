"""Two results side by side: settings, figures and where the time went; and what is no result."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from simulator.base.errors import InputError
from simulator.chip.reader import load_chip
from simulator.engine.simpy_engine import SimpyEngine
from simulator.measure.attribution import attribution
from simulator.program.history import history
from simulator.report.csv_file import write_csv
from simulator.report.write import write
from simulator.study.compare import LAYERS, UNITS, compare, sentences
from simulator.study.run import simulate
from simulator.trace.pattern import Constant, RequestPattern
from simulator.trace.trace import record_trace
from simulator.workload.reader import load_workload

ROOT = Path(__file__).parents[2]
HOST = "host.bandwidth=51.2 Gbit/s"


def result(folder: Path, *settings: str, count: int = 1) -> Path:
    """A results folder of two characters through the PTB LSTM."""
    folder.mkdir()
    pattern = RequestPattern(count=count, lengths=Constant(2))
    trace = record_trace(load_workload(ROOT / "workloads" / "ptb_char_lstm.yaml"), pattern)
    answer = simulate(load_chip(ROOT / "chip_configs" / "ibm14nm.yaml", settings), trace, SimpyEngine())
    write(answer, folder, plots=False)
    found = attribution(answer.program, history(answer.program, answer.timeline))
    write_csv(found.units, folder / UNITS)
    write_csv(found.layers, folder / LAYERS)
    return folder


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("runs")
    return result(folder / "as built"), result(folder / "faster host", HOST)


@pytest.fixture
def broken(runs: tuple[Path, Path], tmp_path: Path) -> Callable[..., str]:
    """What is said of the first result after one of its files was changed (None: removed)."""

    def complain(name: str, content: str | None) -> str:
        folder = tmp_path / "copy"
        shutil.copytree(runs[0], folder)
        (folder / name).unlink()
        if content is not None:
            (folder / name).write_text(content)
        with pytest.raises(InputError) as caught:
            compare(runs[1], folder)
        return str(caught.value).replace(f"{folder}/", "")

    return complain


def test_a_result_and_itself(runs: tuple[Path, Path]) -> None:
    found = compare(runs[0], runs[0])
    assert found.settings.empty
    assert (found.metrics["change"] == 0).all()
    assert (found.parts["moved"] == 0).all()
    assert sentences(found) == []


def test_what_was_set_is_the_only_difference(runs: tuple[Path, Path]) -> None:
    found = compare(*runs)
    assert found.settings.to_dict("records") == [
        {"field": "host.bandwidth", "a": "25.6 Gbit/s", "b": "51.2 Gbit/s"}
    ]


def test_figures_and_how_far_they_moved(runs: tuple[Path, Path]) -> None:
    metrics = compare(*runs).metrics.set_index("metric")
    texts = [json.loads((run / "summary.json").read_text())["metrics"] for run in runs]
    assert list(metrics.index) == list(texts[0])
    for name, row in metrics.iterrows():
        a, b = (text[name]["value"] for text in texts)
        assert (row["a"], row["b"]) == (a, b)
        assert row["change"] == (b / a - 1 if a else pytest.approx(float("nan"), nan_ok=True))
    assert metrics.loc["first_latency_ns", "change"] < 0
    assert metrics.loc["tiles_used", "change"] == 0


def test_where_the_time_went_instead(runs: tuple[Path, Path]) -> None:
    """The port of twice the rate works for half as long, of a time that is shorter by less."""
    found = compare(*runs)
    for table, by in ((found.parts, ["part"]), (found.layers, ["layer", "part"])):
        sums = table.groupby(by)[["a", "b", "moved"]].sum()
        assert sums["a"].tolist() == pytest.approx([1.0] * len(sums))
        assert sums["b"].tolist() == pytest.approx([1.0] * len(sums))
        assert table["moved"].abs().is_monotonic_decreasing
    port = found.parts[(found.parts["part"] == "host") & (found.parts["cause"] == "work")]
    first, second = (pd.read_csv(run / UNITS).set_index("unit") for run in runs)
    ports = ["host.in", "host.out"]
    assert port["a"].item() == first.loc[ports, "work"].sum() / first.loc[ports, "total_ps"].sum()
    assert port["b"].item() == second.loc[ports, "work"].sum() / second.loc[ports, "total_ps"].sum()
    texts = sentences(found, most=2)
    top = found.parts.iloc[0]
    assert len(texts) == 2
    assert texts[0].endswith(f"{top['a']:.1%} -> {top['b']:.1%} of the time")


def test_other_requests_and_a_figure_that_only_one_has(runs: tuple[Path, Path], tmp_path: Path) -> None:
    other = result(tmp_path / "two", count=2)
    summary = json.loads((other / "summary.json").read_text())
    summary["metrics"]["new"] = {"value": 3.0, "unit": "1", "definition": "of a later version", "group": "x"}
    (other / "summary.json").write_text(json.dumps(summary))
    found = compare(runs[0], other)
    fields = found.settings.set_index("field")
    assert fields.loc["trace.requests"].tolist() == ["1", "2"]
    assert fields.loc["workload.inferences"].tolist() == ["1", "2"]
    assert not any(field.startswith("host") for field in fields.index)
    new = found.metrics.set_index("metric").loc["new"]
    assert pd.isna(new["a"])
    assert new["b"] == 3
    assert pd.isna(new["change"])


def test_what_is_no_result(broken: Callable[..., str], tmp_path: Path, runs: tuple[Path, Path]) -> None:
    with pytest.raises(InputError, match=r"nowhere/summary\.json"):
        compare(tmp_path / "nowhere", runs[0])
    assert broken("summary.json", "{") == (
        "summary.json: is no summary of a result. "
        "Give two folders that `simulator run --out FOLDER` has written"
    )


@pytest.mark.parametrize("text", ["[]", "{}", '{"format": 1, "metrics": {"x": 1}}', "[" * 100_000, "\x00"])
def test_summaries_of_another_kind(broken: Callable[..., str], text: str) -> None:
    assert "is no summary of a result" in broken("summary.json", text)


def test_another_version(broken: Callable[..., str]) -> None:
    text = broken("summary.json", '{"format": 99, "metrics": {}}')
    assert text == (
        "summary.json: format: must be 1: the result was written by another version, got 99. Run it again"
    )


@pytest.mark.parametrize(
    "content",
    ["", "part,total_ps\nhost,5\n", "\x00\n\x00", 'a,"b\n', "part,total_ps,work\nhost,many,1.5\n"],
)
def test_tables_of_another_kind(broken: Callable[..., str], content: str) -> None:
    assert f"{UNITS}: must have the columns part, total_ps, work, set_up," in broken(UNITS, content)


@pytest.mark.parametrize("name", ["summary.json", "chip.yaml", UNITS, LAYERS])
def test_a_file_that_is_missing(broken: Callable[..., str], name: str) -> None:
    assert broken(name, None).startswith(f"{name}: ")
