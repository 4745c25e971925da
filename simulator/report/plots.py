"""Plots of a run as PNG and SVG, each with its numbers as CSV."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from simulator.base.aside import aside
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
from simulator.report.csv_file import write_csv
from simulator.report.drawing import save, settings
from simulator.report.view import View


@dataclass(frozen=True)
class Plot:
    """What draws it, and the table of what it shows, where no other file of the results holds that."""

    draw: Callable[[View], Figure]
    table: Callable[[View], pd.DataFrame] | None = None


PLOTS = {
    "buffers": Plot(buffer_plot.draw, buffer_plot.table),
    "floorplan_costs": Plot(floor_plan_costs.draw),
    "roofline": Plot(roofline_plot.draw, roofline_plot.table),
    "floorplan": Plot(lambda view: floor_plan.draw(view.answer), floor_plan_costs.table),
    "pipeline": Plot(pipeline_plot.draw, pipeline_plot.table),
    "energy": Plot(lambda view: energy_plot.draw(view.answer)),
    "power": Plot(power_plot.draw),
}
"""File name without ending -> plot; in this order two processes that take turns end together."""


@contextmanager
def drawing(answer: Answer, folder: Path, processes: int) -> Iterator[None]:
    """Write every plot of ``PLOTS`` into a folder, by so many copies of this process while the block runs.

    After the block where there is to be one process, or can be no copy.
    """
    view, names = View(answer), list(PLOTS)
    _ = view.waits, answer.power  # so that not every copy works them out
    with ExitStack() as copies:
        shares = [partial(_write, view, folder, names[first::processes]) for first in range(processes)]
        drawn = [copies.enter_context(aside(share, wanted=processes > 1)) for share in shares]
        yield
        for wait in drawn:
            wait()


def _write(view: View, folder: Path, names: Iterable[str]) -> None:
    for name in names:
        plot = PLOTS[name]
        with settings():
            save(plot.draw(view), folder, name)
        if plot.table is not None:
            write_csv(plot.table(view), folder / f"{name}.csv")
