"""The files of an accuracy run: summary, tables, plot, and the chip."""

from collections.abc import Iterable
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from simulator.functional.effects import EFFECTS
from simulator.measure.accuracy import Accuracy, Row
from simulator.report.accuracy import age, rounded
from simulator.report.drawing import save, settings
from simulator.report.palette import BLUE, GREEN, ORANGE, tidy
from simulator.report.resolved import chip_alone_yaml
from simulator.report.summary import as_json, versions
from simulator.report.write import write_csv

DEFINITIONS = {
    "after_s": "time since the last tile was written",
    "raw": "relative L2 error of the results, gains of the chip's compensation applied",
    "gain": "the same after the best single gain",
    "column": "the same after the best gain of each column",
    "snr_db": "signal over raw error",
    "enob": "(SNR - 1.76) / 6.02",
    "half": "half width of the 95 % confidence interval over programming instances (Student's t)",
    "clipped": "share of conversions that saturated, of the worst instance",
}


def data(found: Accuracy) -> dict[str, Any]:
    """Everything as plain data: what ``--json`` prints and ``summary.json`` holds."""
    product, cost = found.product, found.cost
    return {
        "format": 1,
        "versions": versions(),
        "chip": found.chip_file.chip.name,
        "device": found.physics.device.name,
        "product": {
            "name": product.name,
            "shape": list(product.matrix.shape),
            "vectors": len(product.inputs),
        },
        "data": product.told,
        "effects": {name: EFFECTS[name] for name in found.effects},
        "definitions": DEFINITIONS,
        "times": [_row(row) for row in found.times],
        "budget": [{"alone": row.alone, "without": row.without, **_row(row)} for row in found.budget],
        "cost": {name: getattr(cost, name) for name in cost.__dataclass_fields__},
        "warnings": found.warnings,
    }


def _row(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {"after_s": row.after, "instances": len(row.samples)}
    for name, key in (
        ("raw", "raw"),
        ("gain", "gain"),
        ("column", "column"),
        ("snr", "snr_db"),
        ("enob", "enob"),
    ):
        interval = row.interval(name)
        found[key], found[f"{key}_half"] = rounded(interval.mean), rounded(interval.half)
    return {**found, "clipped": row.clipped}


def write_accuracy(found: Accuracy, folder: Path, *, plots: bool) -> None:
    """Write every file into an existing folder; the same run gives the same bytes."""
    (folder / "summary.json").write_text(as_json(data(found)), encoding="utf-8")
    write_csv(_table(found.times), folder / "errors.csv")
    if found.budget:
        write_csv(_table(found.budget), folder / "budget.csv")
    columns = {
        f"error_after_{row.after:g}_s": [rounded(error) for error in row.columns] for row in found.times
    }
    write_csv(pd.DataFrame(columns).rename_axis("column").reset_index(), folder / "columns.csv")
    (folder / "chip.yaml").write_text(chip_alone_yaml(found.chip_file.data), encoding="utf-8")
    if plots:
        with settings():
            save(over_time(found), folder, "accuracy")


def _table(rows: Iterable[Row]) -> pd.DataFrame:
    made = [{"alone": row.alone, "without": row.without, **_row(row)} for row in rows]
    if not any(row["alone"] or row["without"] for row in made):
        made = [{key: cell for key, cell in row.items() if key not in ("alone", "without")} for row in made]
    return pd.DataFrame(made)


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
