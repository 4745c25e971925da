"""The folder that ``simulator validate --out`` leaves."""

from collections.abc import Sequence
from pathlib import Path

from simulator.cli.verdicts import data
from simulator.report.drawing import save, settings
from simulator.report.folder import results_folder
from simulator.report.scoreboard import page, scatter
from simulator.report.summary import as_json
from simulator.study.validate import Verdict


def write(verdicts: Sequence[Verdict], folder: Path) -> None:
    """Page, plot and data of these rows; InputError if the folder exists."""
    found = data(verdicts)
    with results_folder(folder) as target:
        (target.work / "validation.md").write_text(page(found["rows"]), encoding="utf-8")
        (target.work / "validation.json").write_text(as_json(found), encoding="utf-8")
        with settings():
            save(scatter(found["rows"]), target.work, "validation", dpi=100)
