"""What a sweep leaves in its folder: table and plots."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.report.folder import writing
from simulator.study.sweep import Row, Sweep
from simulator.study.sweep_table import columns, figure_units, table, write_table

if TYPE_CHECKING:
    import pandas as pd

_PLOT = re.compile(r"\d+-(lines|heat|pareto)\.(png|svg)")
"""Name of a plot."""


def frame_of(sweep: Sweep, rows: Sequence[Row], *, everything: bool = False) -> "pd.DataFrame":
    """The tidy table with the figures to keep, or with all."""
    keep = () if everything else sweep.text.file.keep
    return table(rows, columns(sweep), figure_units(rows, keep))


def write_sweep(sweep: Sweep, rows: Sequence[Row], folder: Path, *, plots: bool = True) -> list[Path]:
    """Write sweep.csv, sweep.parquet and the plots; the same rows give the same bytes.

    Plots of an earlier table go, for the table that they show has gone too.
    """
    from simulator.study.sweep_figures import write_plots

    with writing(folder):
        paths = write_table(frame_of(sweep, rows), folder)
        if plots:
            whole = frame_of(sweep, rows, everything=True)
            paths += write_plots(sweep, whole, figure_units(rows), columns(sweep), folder)
        for old in folder.iterdir():
            if old not in paths and _PLOT.fullmatch(old.name):
                old.unlink()
    return paths
