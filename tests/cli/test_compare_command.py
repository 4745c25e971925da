"""``simulator compare``."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from simulator.cli.main import app

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The same small network in both read modes."""
    base = tmp_path_factory.mktemp("compare")
    workload = base / "small.yaml"
    workload.write_text(
        "name: small\nlayers:\n  x: {kind: input, shape: [8]}\n  fc: {kind: linear, input: x, width: 4}\n"
    )
    made = []
    for mode in ("four_phase", "one_phase"):
        folder = str(base / mode)
        call = [
            "run",
            str(ROOT / "chip_configs/ibm14nm.yaml"),
            "-w",
            str(workload),
            "--set",
            f"tile.read_mode={mode}",
        ]
        assert CliRunner().invoke(app, [*call, "--no-plots", "-o", folder, "-n", "2"]).exit_code == 0
        made.append(folder)
    return made


def test_settings_figures_and_where_the_time_went(folders: list[str]) -> None:
    found = CliRunner().invoke(app, ["compare", *folders])
    assert found.exit_code == 0
    assert "tile.read_mode   four_phase   one_phase" in found.stdout
    assert "peak_gops " in found.stdout
    assert "% of the time" in found.stdout


def test_as_json_every_change_is_b_over_a(folders: list[str]) -> None:
    found = json.loads(CliRunner().invoke(app, ["compare", *folders, "--json"]).stdout)
    rows = {row["metric"]: row for row in found["metrics"]}
    assert rows["peak_gops"]["change"] == pytest.approx(520 / 133 - 1)
    assert [row["field"] for row in found["settings"]] == ["tile.read_mode"]


def test_what_is_no_result_is_refused(folders: list[str], tmp_path: Path) -> None:
    found = CliRunner().invoke(app, ["compare", folders[0], str(tmp_path)])
    assert found.exit_code == 2
    assert "summary.json: no such file" in found.stderr
