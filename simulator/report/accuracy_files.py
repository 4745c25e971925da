"""The files of an accuracy run: summary, tables, plot, and the chip."""

from math import isfinite
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from simulator.measure.accuracy import Accuracy
from simulator.report.accuracy import age, rounded
from simulator.report.accuracy_tables import data, table
from simulator.report.csv_file import write_csv
from simulator.report.drawing import save, settings
from simulator.report.palette import BLUE, GREEN, ORANGE, tidy
from simulator.report.resolved import chip_alone_yaml
from simulator.report.summary import as_json


def write_accuracy(found: Accuracy, folder: Path, *, plots: bool) -> None:
    """Write every file into an existing folder; the same run gives the same bytes."""
    (folder / "summary.json").write_text(as_json(data(found)), encoding="utf-8")
    write_csv(table(found.times), folder / "errors.csv")
    if found.budget:
        write_csv(table(found.budget), folder / "budget.csv")
    columns = {
        f"error_after_{row.after:g}_s": [rounded(error) for error in row.columns] for row in found.times
    }
    write_csv(pd.DataFrame(columns).rename_axis("column").reset_index(), folder / "columns.csv")
    (folder / "chip.yaml").write_text(chip_alone_yaml(found.chip_file.data), encoding="utf-8")
    if plots:
        with settings():
            save(over_time(found), folder, "accuracy")


def over_time(found: Accuracy) -> Figure:
    """Errors over the time after writing, and at its ends what they are made of."""
    figure = Figure(figsize=(9.5, 3.8), layout="constrained")
    left, right = figure.subplots(1, 2)
    times = [max(row.after, 0.1) for row in found.times]
    for name, label, colour in (
        ("raw", "raw", BLUE),
        ("gain", "best gain", ORANGE),
        ("column", "by column", GREEN),
    ):
        intervals = [row.interval(name) for row in found.times]
        means, halves = [100 * each.mean for each in intervals], [100 * each.half for each in intervals]
        bars = halves if all(map(isfinite, halves)) else None
        left.errorbar(times, means, bars, label=label, color=colour, marker="o", capsize=2)
    left.set_xscale("log")
    left.set_ylim(bottom=0)
    left.set_xlabel("time after writing [s]")
    left.set_ylabel("relative L2 error [%]")
    left.legend(frameon=False)
    tidy(left)
    alone = [row for row in found.budget if row.alone]
    ends = sorted({row.after for row in alone})
    for number, time in enumerate(ends):
        part = [row for row in alone if row.after == time]
        heights = [100 * row.interval("raw").mean for row in part]
        places = [place + 0.4 * number for place in range(len(part))]
        right.barh(places, heights, 0.4, color=(BLUE, ORANGE)[number], label=f"after {age(time)}")
    right.set_yticks([place + 0.2 * (len(ends) - 1) for place in range(len(found.effects))] if alone else [])
    if alone:
        right.set_yticklabels([name.replace("_", " ") for name in found.effects])
        right.legend(frameon=False)
    right.invert_yaxis()
    right.set_xlabel("error of each effect alone [%]")
    tidy(right, rows=True)
    return figure
