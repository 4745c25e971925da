"""How full the buffers were over time, layer by layer."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.program.form import Int
from simulator.report.buffers import Buffer, mean_level
from simulator.report.text import fitting, plain
from simulator.report.view import View

COLUMNS = {
    "layer": "name in the workload",
    "role": "input (what an array waits with), receive (partial sums and residuals), transmit (results on their way)",
    "buffers": "how many units of the layer have one",
    "capacity": "entries (vectors or packets) in all of them",
    "begin_ns": "beginning of a stretch of time",
    "end_ns": "its end",
    "mean_entries": "entries taken, mean over the stretch",
    "fill": "mean_entries / capacity",
}
"""Column -> definition."""
_BINS = 400
_ROLES = ("input", "receive", "transmit")
_COLOURS = "YlGnBu"
_MOST_LABELS = 40


def table(view: View) -> pd.DataFrame:
    """One row per layer, role and stretch of time, over the part of the run that is drawn."""
    edges, groups = _edges(view), _groups(view)
    if not groups:
        return pd.DataFrame(columns=list(COLUMNS))
    sizes = [(layer, role, len(group), _capacity(group)) for (layer, role), group in groups.items()]
    rows = pd.DataFrame(sizes, columns=list(COLUMNS)[:4])
    table = rows.loc[rows.index.repeat(len(edges) - 1)].reset_index(drop=True)
    table["begin_ns"], table["end_ns"] = (np.tile(end / 1e3, len(groups)) for end in (edges[:-1], edges[1:]))
    table["mean_entries"] = np.concatenate([mean_level(group, edges) for group in groups.values()])
    table["fill"] = table["mean_entries"] / table["capacity"]
    return table


def draw(view: View) -> Figure:
    """A row per layer and role, coloured by how full its buffers are together."""
    groups, edges = _groups(view), _edges(view)
    figure = Figure(figsize=(10.5, min(max(1.9 + 0.24 * len(groups), 2.6), 10.0)), layout="constrained")
    axes = figure.subplots()
    fill = [mean_level(group, edges) / _capacity(group) for group in groups.values()]
    unit, size = fitting(view.end / 1e3, "ns")
    end = view.end / 1e3 / size
    shown = np.array(fill) if fill else np.zeros((1, len(edges) - 1))
    image = axes.imshow(
        shown,
        aspect="auto",
        interpolation="nearest",
        cmap=_COLOURS,
        vmin=0,
        vmax=1,
        extent=(0, end, len(shown) - 0.5, -0.5),
    )
    _rows(axes, list(groups), [_size(group) for group in groups.values()])
    bar = figure.colorbar(image, ax=axes, aspect=30, pad=0.01)
    bar.ax.yaxis.set_major_formatter("{x:.0%}")
    bar.set_label("share of entries taken")
    axes.set_xlabel(f"time [{unit}]")
    axes.set_ylabel("layer, kind of buffer (buffers x entries)")
    axes.set_title(view.title(f"Buffer occupancy over time, {view.which}"), fontsize=10)
    return figure


def _edges(view: View) -> Int:
    return np.unique(np.linspace(0, view.end, _BINS + 1).astype(np.int64))


def _groups(view: View) -> dict[tuple[str, str], list[Buffer]]:
    """Buffers by layer, in the order of the network, and role."""
    found: dict[tuple[str, str], list[Buffer]] = {}
    for buffer in view.buffers:
        found.setdefault((buffer.layer, buffer.role), []).append(buffer)
    order = {layer.name: number for number, layer in enumerate(view.answer.mapping.graph.layers)}
    keys = sorted(found, key=lambda key: (order.get(key[0], len(order)), key[0], _ROLES.index(key[1])))
    return {key: found[key] for key in keys}


def _capacity(group: Sequence[Buffer]) -> int:
    return sum(buffer.capacity for buffer in group)


def _size(group: Sequence[Buffer]) -> str:
    """``3 x 2``: buffers times entries, where they are alike."""
    sizes = {buffer.capacity for buffer in group}
    return f"{len(group)} x {sizes.pop()}" if len(sizes) == 1 else f"{len(group)}, {_capacity(group)} in all"


def _rows(axes: Axes, keys: list[tuple[str, str]], sizes: list[str]) -> None:
    step = -(-max(len(keys), 1) // _MOST_LABELS)
    labels = [f"{plain(layer)} {role} ({size})" for (layer, role), size in zip(keys, sizes, strict=True)]
    axes.set_yticks(range(0, len(keys), step), labels[::step], fontsize=8)
    between = [row + 0.5 for row, (above, below) in enumerate(pairwise(keys)) if above[0] != below[0]]
    axes.hlines(between, *axes.get_xlim(), color="white", linewidth=1.5)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(axis="y", length=0)
