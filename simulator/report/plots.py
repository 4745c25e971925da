"""Plots of a run as PNG and SVG, each with its numbers as CSV."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from simulator.base.child import heed_parent
from simulator.report import (
    buffer_plot,
    energy_plot,
    floor_plan,
    floor_plan_costs,
    pipeline_plot,
    power_plot,
    roofline_plot,
)
from simulator.report.answer import Answer
from simulator.report.drawing import save, settings
from simulator.report.view import View
from simulator.report.write import write_csv


@dataclass(frozen=True)
class Plot:
    """What draws it, and the table of what it shows, where no other file of the results holds that."""

    draw: Callable[[View], Figure]
    table: Callable[[View], pd.DataFrame] | None = None


PLOTS = {
    "buffers": Plot(buffer_plot.draw, buffer_plot.table),
    "energy": Plot(lambda view: energy_plot.draw(view.answer)),
    "floorplan": Plot(lambda view: floor_plan.draw(view.answer), floor_plan_costs.table),
    "floorplan_costs": Plot(floor_plan_costs.draw),
    "roofline": Plot(roofline_plot.draw, roofline_plot.table),
    "pipeline": Plot(pipeline_plot.draw, pipeline_plot.table),
    "power": Plot(power_plot.draw),
}
"""File name without ending -> plot; what takes longest comes first, so that several processes end together."""


def write_plots(answer: Answer, folder: Path) -> None:
    """Write every plot of ``PLOTS`` into a folder."""
    view = View(answer)
    for name in PLOTS:
        _write(view, folder, name)


@contextmanager
def drawing(answer: Answer, folder: Path, processes: int) -> Iterator[None]:
    """``write_plots`` by copies of this process, while the block runs; after it where there is one process only."""
    if processes == 1:
        yield
        write_plots(answer, folder)
        return
    view = View(answer)
    _ = view.waits, answer.power  # so that not every copy works them out
    context = get_context("fork")
    with ProcessPoolExecutor(processes, context, initializer=_take, initargs=(view, folder)) as pool:
        drawn = pool.map(_write_own, PLOTS)
        try:
            yield
            list(drawn)
        finally:
            pool.shutdown(cancel_futures=True)


def _write(view: View, folder: Path, name: str) -> None:
    plot = PLOTS[name]
    with settings():
        save(plot.draw(view), folder, name)
    if plot.table is not None:
        write_csv(plot.table(view), folder / f"{name}.csv")


_own: list[tuple[View, Path]] = []
"""In a copy of the process: what it draws, and where to."""


def _take(view: View, folder: Path) -> None:
    heed_parent()
    _own.append((view, folder))


def _write_own(name: str) -> None:
    _write(*_own[0], name)
