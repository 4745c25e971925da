"""Plots of a sweep's table: lines, heat map, Pareto scatter."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.report.palette import BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY, tidy
from simulator.report.text import plain

_COLOURS = (BLUE, ORANGE, GREEN, RED, PINK, SKY)
_MARKERS = "osD^vP"
_DASHES = ("-", "--", ":", "-.")
_MOST = 24
"""Lines, or cells along a side, that carry a label each."""


@dataclass(frozen=True)
class Table:
    """Rows that have figures, and the units of these."""

    frame: pd.DataFrame
    units: Mapping[str, str]


@dataclass(frozen=True)
class Published:
    """A published result beside the points."""

    label: str
    x: float
    y: float


def lines(table: Table, x: str, ys: Sequence[str], by: Sequence[str], *, log: bool = False) -> Figure:
    """One panel per ``ys`` over ``x``, a line for each combination of ``by``."""
    frame = table.frame
    figure = Figure(figsize=(1.2 + 3.6 * len(ys), 3.6), layout="constrained")
    panels = np.atleast_1d(figure.subplots(1, len(ys)))
    positions = _Scale(frame[x])
    groups = list(_groups(frame, by))
    for axes, y in zip(panels, ys, strict=True):
        for number, (name, part) in enumerate(groups):
            axes.plot(positions.of(part[x]), part[y], label=name, **_style(number))
        positions.mark(axes, "x", x)
        axes.set_ylabel(label(y, table.units))
        axes.set_yscale("log" if log else "linear")
        axes.grid(alpha=0.25)
        tidy(axes)
    if by and len(groups) <= _MOST:
        handles, names = panels[0].get_legend_handles_labels()
        title = plain(", ".join(by))
        figure.legend(handles, names, title=title, loc="outside right upper", fontsize=8, frameon=False)
    return figure


def heat(table: Table, x: str, y: str, value: str, *, larger: bool) -> Figure:
    """``value`` over ``x`` and ``y``; of points that share a cell the best, ``larger`` or smaller."""
    frame = table.frame
    how: Literal["max", "min"] = "max" if larger else "min"
    grid = frame.pivot_table(index=y, columns=x, values=value, aggfunc=how, observed=True, sort=False)
    rows, columns = list(dict.fromkeys(frame[y])), list(dict.fromkeys(frame[x]))
    grid = grid.reindex(index=rows, columns=columns)
    figure = Figure(
        figsize=(2.6 + 0.55 * min(len(columns), _MOST), 1.8 + 0.36 * min(len(rows), _MOST)),
        layout="constrained",
    )
    axes = figure.subplots()
    image = axes.imshow(grid.to_numpy(float), origin="lower", aspect="auto", cmap="viridis")
    _ticks(axes, "x", columns)
    _ticks(axes, "y", rows)
    axes.set_xlabel(plain(x))
    axes.set_ylabel(plain(y))
    figure.colorbar(image, ax=axes, label=label(value, table.units))
    if grid.size <= 100:
        _numbers(axes, grid.to_numpy(float))
    shared = len(frame) > grid.notna().to_numpy().sum()
    axes.set_title(f"best of the points that share a cell ({how}imum)" if shared else "", fontsize=8)
    return figure


def scatter(table: Table, x: str, y: str, by: str | None, published: Sequence[Published]) -> Figure:
    """Points over two figures; columns ``front`` (beaten by none) and ``meets`` (constraints) are true
    or false. Points that miss a constraint are grey and on no front."""
    figure = Figure(figsize=(7.2, 4.4), layout="constrained")
    axes = figure.subplots()
    frame = table.frame
    missed = frame[~frame["meets"]]
    if len(missed):
        axes.scatter(missed[x], missed[y], s=14, color=GREY, alpha=0.5, label="misses a constraint")
    for number, (name, part) in enumerate(_groups(frame[frame["meets"]], [by] if by else [])):
        style = _style(number)
        axes.scatter(
            part[x],
            part[y],
            s=22,
            color=style["color"],
            marker=style["marker"],
            alpha=0.8,
            label=name or "points",
        )
    best = frame[frame["front"]].sort_values([x, y])
    if len(best):
        axes.plot(best[x], best[y], color="black", linewidth=0.8, zorder=1, label="beaten by none")
    for point in published:
        axes.scatter([point.x], [point.y], s=90, marker="*", color="black", zorder=3)
        axes.annotate(plain(point.label), (point.x, point.y), (5, 5), textcoords="offset points", fontsize=7)
    if published:
        axes.scatter([], [], s=90, marker="*", color="black", label="published")
    axes.set_xlabel(label(x, table.units))
    axes.set_ylabel(label(y, table.units))
    axes.grid(alpha=0.25)
    tidy(axes)
    if len(axes.get_legend_handles_labels()[1]) <= _MOST:
        figure.legend(title=plain(by or ""), loc="outside right upper", fontsize=8, frameon=False)
    return figure


def label(name: str, units: Mapping[str, str]) -> str:
    """A figure's name as a label of an axis, with its unit; other columns as they are."""
    if name not in units:
        return plain(name)
    unit = units[name]
    words = re.sub(r"_(ns|nj|mm2|percent|db)$", "", name).replace("snr", "SNR").replace("enob", "ENOB")
    words = words.replace("tops_per_w", "TOPS/W").replace("gops_per_mm2", "GOPS/mm^2").replace("gops", "GOPS")
    words = words.replace("_", " ").replace("mvm", "MVM")
    return words if unit in words or unit == "1" else f"{words} [{unit}]"


class _Scale:
    """Where values of a column stand: numbers at their place, other values side by side."""

    def __init__(self, column: "pd.Series[Any]"):
        self._numeric = pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)
        self._values = list(dict.fromkeys(column))

    def of(self, column: "pd.Series[Any]") -> list[float]:
        """Positions of values."""
        return [float(value) if self._numeric else float(self._values.index(value)) for value in column]

    def mark(self, axes: Axes, side: str, name: str) -> None:
        """Ticks and label of the axis."""
        axes.set_xlabel(plain(name))
        if not self._numeric:
            _ticks(axes, side, self._values)
            return
        positive = [value for value in self._values if value > 0]
        if len(positive) == len(self._values) and max(positive) >= 8 * min(positive):
            axes.set_xscale("log", base=2)
        if len(self._values) <= 12:
            names = [f"{value:g}" for value in sorted(self._values)]
            turned = 60 if sum(map(len, names)) > 22 else 0
            axes.set_xticks(sorted(map(float, self._values)), names, rotation=turned)
            axes.minorticks_off()


def _ticks(axes: Axes, side: str, values: Sequence[Any]) -> None:
    """A name for each position, or for some of them where there are many."""
    step = -(-len(values) // _MOST)
    names = [plain(f"{value:g}" if isinstance(value, float) else value)[:24] for value in values[::step]]
    turned = max(map(len, names), default=0) > 5 and side == "x"
    style: dict[str, Any] = {"rotation": 30, "ha": "right"} if turned else {}
    (axes.set_xticks if side == "x" else axes.set_yticks)(range(0, len(values), step), names, **style)


def _numbers(axes: Axes, grid: "np.ndarray[Any, np.dtype[np.float64]]") -> None:
    """The value in each cell."""
    middle = float(np.nanmin(grid) + np.nanmax(grid)) / 2
    for (row, column), value in np.ndenumerate(grid):
        if np.isfinite(value):
            colour = "black" if value > middle else "white"
            axes.text(column, row, f"{value:.3g}", ha="center", va="center", fontsize=7, color=colour)


def _groups(frame: pd.DataFrame, by: Sequence[str]) -> list[tuple[str, pd.DataFrame]]:
    """Name and rows of each combination, in the order of the table."""
    if not by:
        return [("", frame)]
    found = frame.groupby(list(by), sort=False, dropna=False)
    return [
        (plain(", ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in key)), part)
        for key, part in found
    ]


def _style(number: int) -> dict[str, Any]:
    """Colour, marker and dash of the n-th line; all three return only after many."""
    return {
        "color": _COLOURS[number % len(_COLOURS)],
        "marker": _MARKERS[number % len(_MARKERS)],
        "markersize": 4,
        "linestyle": _DASHES[number // len(_COLOURS) % len(_DASHES)],
    }
