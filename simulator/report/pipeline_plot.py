"""The pipeline: when each layer worked on which inference, and how hard."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from simulator.program.form import Int
from simulator.report.busy import busy
from simulator.report.palette import BLUE, GREEN, ORANGE, PINK, tidy
from simulator.report.text import fitting, plain
from simulator.report.view import View

COLUMNS = {
    "layer": "name in the workload",
    "inference": "its number, from 0",
    "first_start_ns": "first START of the layer's work on the chip: arrays, digital units, links",
    "last_done_ns": "last DONE of it",
    "busiest_unit": "the unit of the layer that works longest for this inference",
    "work_ns": "how long that unit works for it",
}
"""Column -> definition."""
_PARTS = ("crossbar", "local_digital", "global_digital", "link")
_CYCLE = (BLUE, ORANGE, GREEN, PINK)
_BINS = 600
_MOST_LABELS = 40
_HEIGHT = 0.44


@dataclass(frozen=True)
class Span:
    """Work of one layer for one inference: first START and last DONE, and the busiest stream's operations [ps]."""

    layer: str
    inference: int
    first: int
    last: int
    unit: str
    start: Int
    worked: Int


def table(view: View) -> pd.DataFrame:
    """One row per layer and inference, layers in the order of the network."""
    rows = [
        (s.layer, s.inference, s.first / 1e3, s.last / 1e3, s.unit, int((s.worked - s.start).sum()) / 1e3)
        for s in spans(view)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def draw(view: View) -> Figure:
    """A bar per layer and inference from first start to last result, filled as high as its busiest unit was busy."""
    rows = [span for span in spans(view) if span.inference < view.drawn]
    names = list(dict.fromkeys(span.layer for span in rows))
    figure = Figure(figsize=(10.5, min(max(1.7 + 0.36 * len(names), 3.0), 10.0)), layout="constrained")
    axes = figure.subplots()
    unit, size = fitting(view.end / 1e3, "ns")
    for inference in range(view.drawn):
        mine = [span for span in rows if span.inference == inference]
        _draw(axes, mine, names, view.end, 1e3 * size)
    step = -(-max(len(names), 1) // _MOST_LABELS)
    axes.set_yticks(range(0, len(names), step), [plain(name) for name in names[::step]])
    axes.set_ylim(len(names) - 0.45, -0.55)
    axes.set_xlim(0, view.end / 1e3 / size)
    axes.set_xlabel(f"time [{unit}]")
    axes.set_title(view.title(f"Layers over time, {view.which}"), fontsize=10)
    tidy(axes, rows=True)
    _legend(figure, view.drawn)
    return figure


def spans(view: View) -> list[Span]:
    """Work by layer, in the order of the network, and inference."""
    streams: dict[str, list[int]] = {}
    for number, stream in enumerate(view.answer.program.streams):
        if stream.part in _PARTS and stream.resources:
            streams.setdefault(stream.layer, []).append(number)
    order = [layer.name for layer in view.answer.mapping.graph.layers]
    names = [name for name in order if name in streams] + [name for name in streams if name not in order]
    return [span for name in names for span in _layer(view, name, streams[name])]


def _layer(view: View, name: str, streams: list[int]) -> list[Span]:
    """Spans of one layer, from the rows of its streams in each inference."""
    past, inferences = view.past, np.arange(view.inferences + 1)
    limits = {s: past.offset[s] + np.searchsorted(past.inference[past.rows(s)], inferences) for s in streams}
    found = []
    for i in range(view.inferences):
        rows = {
            s: slice(int(ends[i]), int(ends[i + 1])) for s, ends in limits.items() if ends[i] < ends[i + 1]
        }
        if rows:
            most = max(rows, key=lambda s: int((past.worked[rows[s]] - past.start[rows[s]]).sum()))
            first = min(int(past.start[row.start]) for row in rows.values())
            last = max(int(past.done[row.stop - 1]) for row in rows.values())
            unit = view.answer.program.streams[most].unit
            found.append(Span(name, i, first, last, unit, past.start[rows[most]], past.worked[rows[most]]))
    return found


def _draw(axes: Axes, rows: list[Span], names: list[str], end: int, scale: float) -> None:
    """Bars of one inference; each two in turn share a row, one above the other, so that they may overlap in time."""
    light, dark = [], []
    edges = np.linspace(0, end, _BINS + 1).astype(np.int64)
    for span in rows:
        upper = span.inference % 2 == 0
        base = names.index(span.layer) + (0.0 if upper else _HEIGHT)
        light.append(_box(span.first / scale, span.last / scale, base))
        dark.append(_area(edges / scale, busy(span.start, span.worked, edges), base))
    colour = _CYCLE[rows[0].inference % len(_CYCLE)] if rows else ""
    axes.add_collection(PolyCollection(light, facecolors=colour, alpha=0.25, linewidths=0))
    # An outline keeps what is shorter than a pixel visible.
    axes.add_collection(PolyCollection(light, facecolors="none", edgecolors=colour, linewidths=0.5))
    axes.add_collection(PolyCollection(dark, facecolors=colour, linewidths=0))


def _box(left: float, right: float, base: float) -> list[tuple[float, float]]:
    return [(left, base), (left, base - _HEIGHT), (right, base - _HEIGHT), (right, base)]


def _area(edges: NDArray[np.float64], shares: NDArray[np.float64], base: float) -> NDArray[np.float64]:
    """Outline of a step curve that stands on ``base``; y grows downwards."""
    first, last = np.flatnonzero(shares > 0)[[0, -1]] if (shares > 0).any() else (0, 0)
    x = np.repeat(edges[first : last + 2], 2)
    y = np.concatenate(([0.0], np.repeat(np.minimum(shares[first : last + 1], 1), 2), [0.0]))
    return np.column_stack((x, base - _HEIGHT * y))


def _legend(figure: Figure, drawn: int) -> None:
    colours = [
        Patch(color=colour, label=f"inference {', '.join(map(str, range(first, drawn, len(_CYCLE))))}")
        for first, colour in enumerate(_CYCLE[:drawn])
    ]
    meaning = [
        Patch(color="0.85", label="from first start to last result"),
        Patch(color="0.45", label="share of time in which the busiest unit works"),
    ]
    figure.legend(
        handles=[*meaning, *colours], loc="outside lower center", ncols=6, fontsize=8, frameon=False
    )
