"""Accuracy of a run's layers for people and for scripts."""

from statistics import fmean
from typing import Any

import pandas as pd
from rich.console import Console

from simulator.measure.network_accuracy import LayerErrors, NetworkAccuracy
from simulator.report.accuracy import age, rounded
from simulator.report.layout import heading, sentence, show, table
from simulator.report.text import plain, scaled

COLUMNS = {
    "layer": "name in the workload",
    "tiles": "tiles that hold its pieces",
    "age_s": "time since they were written when it ran, the mean of its tiles",
    "error": "relative L2 error of its products, gains of the chip's compensation applied",
    "error_half": "half width of its 95 % confidence interval over programming instances (Student's t)",
    "error_gain": "the same after the best single gain",
    "error_column": "the same after the best gain of each column",
    "error_hidden": "relative L2 error of the hidden values that a global unit makes of them, empty without one",
    "snr_db": "signal over error",
    "clipped": "share of conversions that saturated",
    "sums_clipped": "share of partial sums between tiles that saturated",
}
"""Column -> definition."""
_ROWS = 12


def frame(found: NetworkAccuracy) -> pd.DataFrame:
    """One row a layer with weights."""
    rows = pd.DataFrame([_row(row) for row in found.layers], columns=list(COLUMNS))
    return rows.astype({name: float for name in COLUMNS if rows[name].isna().any()})


def _row(row: LayerErrors) -> dict[str, Any]:
    raw = row.interval("raw")
    return {
        "layer": row.layer,
        "tiles": row.tiles,
        "age_s": row.age,
        "error": rounded(raw.mean),
        "error_half": rounded(raw.half),
        "error_gain": rounded(row.interval("gain").mean),
        "error_column": rounded(row.interval("column").mean),
        "error_hidden": rounded(fmean(row.hidden)) if row.hidden else None,
        "snr_db": rounded(row.interval("snr").mean),
        "clipped": row.clipped,
        "sums_clipped": row.sums_clipped,
    }


def data(found: NetworkAccuracy | None) -> dict[str, Any]:
    """For summary.json; nothing where accuracy was not asked for."""
    if found is None:
        return {}
    return {
        "accuracy": {
            "device": found.device,
            "after_s": found.after,
            "data": found.told,
            "instances": len(found.layers[0].samples) if found.layers else 0,
            "definitions": COLUMNS,
            "layers": [_row(row) for row in found.layers],
            "compensation": {"time_ns": found.compensation_ns, "energy_pj": found.compensation_pj},
            "warnings": found.warnings,
        }
    }


def show_network(found: NetworkAccuracy, console: Console) -> None:
    """Errors layer by layer, the worst first where there are many; warnings before all."""
    heading(f"Accuracy, {age(found.after)} after writing", console)
    for text in found.warnings:
        sentence(f"! {text}", console, style="bold yellow")
    numbers = ("error", "best gain", "by column", "SNR")
    made = table("layer", "tiles", *numbers, right=("tiles", *numbers))
    worst = sorted(found.layers, key=lambda row: -row.interval("raw").mean)[:_ROWS]
    for row in [row for row in found.layers if row in worst]:
        raw, snr = row.interval("raw"), row.interval("snr").mean
        rest = (f"{100 * row.interval(name).mean:.3g} %" for name in ("gain", "column"))
        error = f"{100 * raw.mean:.3g} +-{100 * raw.half:.1g} %"
        made.add_row(plain(row.layer), str(row.tiles), error, *rest, f"{snr:.1f} dB")
    show(made, console)
    for row in found.layers:
        if row.hidden:
            mean = 100 * fmean(row.hidden)
            sentence(f"{plain(row.layer)}: {mean:.3g} % in the hidden values of a step.", console)
    if len(found.layers) > _ROWS:
        sentence(f"The {_ROWS} worst of {len(found.layers)} layers; all are in accuracy.csv.", console, "dim")
    sentence(
        f"Device {found.device}; {plain(found.told)}. Relative L2 error of each layer's products.", console
    )
    if found.compensation_ns:
        spent = f"{scaled(found.compensation_ns, 'ns')} and {scaled(found.compensation_pj / 1e3, 'nJ')}"
        sentence(f"Measuring all gains before the run takes {spent}.", console)
