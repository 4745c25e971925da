"""Plots of a run as PNG and SVG. matplotlib's global state is left as it was; the same run gives the same bytes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from simulator.report import energy_plot, floor_plan
from simulator.report.answer import Answer

PLOTS: dict[str, Callable[[Answer], Figure]] = {
    "floorplan": floor_plan.draw,
    "energy": energy_plot.draw,
}
"""File name without ending -> what draws it."""
_STYLE: Any = {"svg.hashsalt": "simulator", "font.size": 9, "hatch.linewidth": 0.5}


def write_plots(answer: Answer, folder: Path) -> None:
    """Write every plot of ``PLOTS`` into a folder, as PNG and SVG."""
    with _settings():
        for name, draw in PLOTS.items():
            figure = draw(answer)
            FigureCanvasAgg(figure)
            figure.savefig(folder / f"{name}.png", dpi=200, metadata={"Software": None})
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": None})


@contextmanager
def _settings() -> Iterator[None]:
    """Defaults of the library whatever the user's own settings are; ids in SVG files do not depend on chance."""
    with style.context("default"), mpl.rc_context(_STYLE):
        yield
