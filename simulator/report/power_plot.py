"""Power over time, part by part; its numbers are in ``power.csv``."""

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch

from simulator.measure.power import Power, power
from simulator.report.energy_plot import look
from simulator.report.names import PART_NAMES
from simulator.report.palette import tidy
from simulator.report.text import fitting, scaled
from simulator.report.view import View

_BINS = 1000


def draw(view: View) -> Figure:
    """Mean power of each stretch of time, stacked by part; the largest at the bottom."""
    spent = _spent(view)
    shown = slice(0, -(-view.end // spent.width))
    parts = {part: values[shown] for part, values in spent.parts.items() if values[shown].any()}
    order = sorted(parts, key=lambda part: -float(parts[part].sum()))
    time, size = fitting(view.end / 1e3, "ns")
    watt, unit = (1e3, "W") if spent.total[shown].max(initial=0) >= 1e3 else (1.0, "mW")
    edges = np.arange(len(spent.total[shown]) + 1) * spent.width / 1e3 / size
    figure = Figure(figsize=(10.5, 4.2), layout="constrained")
    axes = figure.subplots()
    base: Any = np.zeros(len(edges) - 1)
    for part in order:
        top = base + parts[part] / watt
        style = look(part) | {"linewidth": 0, "label": PART_NAMES.get(part, part)}
        # Not as ``stairs``: that looks for the limits of each step.
        axes.add_artist(StepPatch(top, edges, baseline=base, fill=True, **style))
        base = top
    axes.set_xlim(0, view.end / 1e3 / size)
    axes.set_ylim(0, 1.05 * float(base.max(initial=0)) or 1)
    axes.set_xlabel(f"time [{time}]")
    axes.set_ylabel(f"power [{unit}]")
    each, peak = scaled(spent.width / 1e3, "ns"), float(spent.total[shown].max(initial=0)) / watt
    axes.set_title(
        view.title(f"Power over time, {view.which}: mean of each {each}, at most {peak:.4g} {unit}"),
        fontsize=10,
    )
    tidy(axes)
    figure.legend(loc="outside lower center", ncols=5, fontsize=8, frameon=False)
    return figure


def _spent(view: View) -> Power:
    """In a thousand stretches of what is drawn; the answer's own where that is all of the run."""
    answer, width = view.answer, -(-view.end // _BINS)
    if answer.power.width == width:
        return answer.power
    return power(answer.chip_file.chip, answer.mapping, answer.program, view.past, width)
