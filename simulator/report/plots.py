"""Plots of a run as PNG and SVG."""

from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from simulator.report import energy_plot, floor_plan
from simulator.report.answer import Answer
from simulator.report.drawing import save, settings

PLOTS: dict[str, Callable[[Answer], Figure]] = {
    "floorplan": floor_plan.draw,
    "energy": energy_plot.draw,
}
"""File name without ending -> what draws it."""


def write_plots(answer: Answer, folder: Path) -> None:
    """Write every plot of ``PLOTS`` into a folder, as PNG and SVG."""
    with settings():
        for name, draw in PLOTS.items():
            save(draw(answer), folder, name)
