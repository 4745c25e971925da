"""Examples of docs/own-chip.md and docs/sweeps.md run as they stand; sentences under figures follow from the tables."""

import importlib
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from simulator.study.points import Task, figures
from simulator.study.sweep import read_sweep

Call = Callable[..., Any]
ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PROGRAM = ".venv/bin/python -m simulator "
READY = ("array_size", "converters", "read_modes", "host_path", "links", "tiles")


@pytest.mark.long
@pytest.mark.parametrize(("page", "count", "made"), [("own-chip", 7, "question"), ("sweeps", 2, "first")])
def test_examples_run_in_order(call: Call, tmp_path: Path, page: str, count: int, made: str) -> None:
    for folder in ("chip_configs", "workloads"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    text = (DOCS / f"{page}.md").read_text()
    blocks = re.findall(r"`([\w-]+\.yaml)`[^`]*\n\n```yaml\n(.*?)```", text, re.DOTALL)
    for name, content in blocks:
        (tmp_path / name).write_text(content)
    commands = [line for line in text.splitlines() if line.startswith(PROGRAM)]
    assert len(commands) == count
    for command in commands:
        done = call(*shlex.split(command.removeprefix(PROGRAM)))
        assert (done.exit_code, done.stderr) == (0, ""), command
    table = pd.read_csv(tmp_path / "results" / f"sweep-{made}" / "sweep.csv")
    assert "ok" in set(table["status"])
    assert not set(table["status"]) & {"failed", "broken", "time limit"}


@pytest.fixture
def ready(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Any]:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    known = set(sys.modules)

    def load(name: str) -> Any:
        try:
            return importlib.import_module(name).SWEEP
        finally:
            for module in set(sys.modules) - known:
                if module in {*READY, "ready"}:
                    del sys.modules[module]

    return load


@pytest.mark.parametrize("name", READY)
def test_the_sentence_under_a_figure_is_computed_from_its_table(
    name: str, ready: Callable[[str], Any]
) -> None:
    frame = pd.read_csv(DOCS / "sweeps" / f"{name}.csv")
    page = (DOCS / "sweeps.md").read_text()
    told = re.search(rf"<!-- {name} -->\n(.*?)\n<!-- end of {name} -->", page, re.DOTALL)
    assert told is not None
    assert told[1] == ready(name).tell(frame)
    assert "![" in page and f"(sweeps/{name}.png)" in page
    assert (DOCS / "sweeps" / f"{name}.png").stat().st_size < 100_000


@pytest.mark.parametrize("name", READY)
def test_a_sentence_follows_the_numbers(name: str, ready: Callable[[str], Any]) -> None:
    frame = pd.read_csv(DOCS / "sweeps" / f"{name}.csv")
    moved = frame.copy()
    floats = moved.select_dtypes("float").columns.difference(["host.bandwidth [Gbit/s]"])
    moved[floats] = moved[floats] * (1 + 0.7 * (moved.index.to_numpy() % 3))[:, None]
    assert ready(name).tell(moved) != ready(name).tell(frame)


@pytest.mark.parametrize("name", READY)
def test_the_table_is_what_the_simulator_says_today(name: str) -> None:
    """First and last point; if this fails on purpose, renew with ``python scripts/NAME.py --docs``."""
    frame = pd.read_csv(DOCS / "sweeps" / f"{name}.csv")
    sweep = read_sweep(ROOT / "sweeps" / f"{name}.yaml")
    assert len(frame) == len(sweep.points)
    assert set(frame["status"]) == {"ok"}
    for number in (0, -1):
        answer = figures(Task(sweep.points[number]))
        row = frame.iloc[number]
        names = [column for column in frame.columns if column in answer.figures]
        assert len(names) >= 3
        assert {column: answer.figures[column][0] for column in names} == pytest.approx(
            {column: row[column] for column in names}, rel=1e-12
        )
        assert answer.limits == row["limits"]
