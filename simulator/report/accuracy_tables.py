"""What an accuracy run found out, as plain data and as tables."""

from collections.abc import Iterable
from typing import Any

import pandas as pd

from simulator.functional.effects import EFFECTS
from simulator.measure.accuracy import Accuracy, Row
from simulator.report.accuracy import rounded
from simulator.report.summary import versions

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


def table(rows: Iterable[Row]) -> pd.DataFrame:
    """One row a time, of a budget also an effect; ``DEFINITIONS`` says what the columns are."""
    made = [{"alone": row.alone, "without": row.without, **_row(row)} for row in rows]
    if not any(row["alone"] or row["without"] for row in made):
        made = [{key: cell for key, cell in row.items() if key not in ("alone", "without")} for row in made]
    frame = pd.DataFrame(made)
    return frame.astype({name: float for name in frame if frame[name].isna().any()})
