"""What the ready sweeps share: run sweeps/NAME.yaml, draw, say what the figure shows."""

import argparse
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from simulator.report.drawing import save, settings
from simulator.report.sweep_plots import Table
from simulator.study.store import Store
from simulator.study.sweep import read_sweep, run_sweep
from simulator.study.sweep_output import frame_of, write_sweep
from simulator.study.sweep_table import figure_units

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs" / "sweeps"
PAGE = ROOT / "docs" / "sweeps.md"


@dataclass(frozen=True)
class Ready:
    """A ready sweep: ``draw`` gives its figures by name, ``tell`` a sentence, both from the table alone."""

    name: str
    draw: Callable[[Table], Mapping[str, Figure]]
    tell: Callable[[pd.DataFrame], str]

    @property
    def file(self) -> Path:
        """The sweep file."""
        return ROOT / "sweeps" / f"{self.name}.yaml"

    def main(self) -> None:
        """One command: run what is not finished, draw, tell; ``--docs`` renews the page."""
        parser = argparse.ArgumentParser(description=self.file.read_text().splitlines()[0].removeprefix("# "))
        parser.add_argument("--workers", type=int, default=2)
        parser.add_argument("--docs", action="store_true", help="write table, figures and sentence into docs")
        options = parser.parse_args()
        folder = ROOT / "results" / f"sweep-{self.name}"
        sweep = read_sweep(self.file)
        with Store(folder) as store:
            rows = run_sweep(sweep, store, workers=options.workers)
        write_sweep(sweep, rows, folder, plots=False)
        table = Table(frame_of(sweep, rows), figure_units(rows, sweep.text.file.keep))
        for target in [folder, *([DOCS] if options.docs else [])]:
            self._draw(table, target)
        sentence = self.tell(table.frame)
        print(f"{sentence}\n\n{folder}")
        if options.docs:
            self._document(table.frame, sentence)

    def _draw(self, table: Table, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        with settings():
            for name, figure in self.draw(table).items():
                save(figure, folder, name, dpi=90)
        if folder == DOCS:
            for path in DOCS.glob("*.svg"):
                path.unlink()

    def _document(self, frame: pd.DataFrame, sentence: str) -> None:
        kept = frame.drop(columns=["point", "workload", "error"])
        kept.to_csv(DOCS / f"{self.name}.csv", index=False, lineterminator="\n")
        page = PAGE.read_text()
        marks = f"<!-- {self.name} -->\n", f"\n<!-- end of {self.name} -->"
        pattern = re.escape(marks[0]) + ".*?" + re.escape(marks[1])
        PAGE.write_text(re.sub(pattern, lambda _: marks[0] + sentence + marks[1], page, flags=re.DOTALL))


def only(frame: pd.DataFrame, **values: object) -> pd.DataFrame:
    """Rows in which columns have these values; ``__`` in a name stands for a dot."""
    for name, value in values.items():
        frame = frame[frame[name.replace("__", ".")] == value]
    return frame


def first(frame: pd.DataFrame, **values: object) -> "pd.Series[float]":
    """The first such row."""
    return only(frame, **values).iloc[0]


def best(frame: pd.DataFrame, column: str) -> "pd.Series[float]":
    """The row with the largest value."""
    return frame.loc[frame[column].idxmax()]
