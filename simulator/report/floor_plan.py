"""The chip's tiles as they stand, coloured by how full and how busy they are."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PolyCollection
from matplotlib.colors import Normalize, to_rgba
from matplotlib.figure import Figure

from simulator.report import tables
from simulator.report.answer import Answer
from simulator.report.boxes import boxes
from simulator.report.grid import cells
from simulator.report.outlined import Outlined
from simulator.report.text import plain

COLOURS = "YlGnBu"
"""Light to dark in even steps of lightness: survives grey print and any colour vision."""
_UNIT_HEIGHT = 0.45
_FITTING = 7.5
"""Letters that fit the width of a tile in the largest size."""
_LABELLED = 16
"""Grids with more columns than this get no names in their tiles."""
_READABLE = 0.3
"""Least height [in] of a tile with a name in it."""

_DRAWN_ONE_BY_ONE = 500
"""More boxes than this are one picture in an SVG file."""

_TICKS = 10
"""Most rows or columns that are numbered."""


@dataclass(frozen=True)
class Shade:
    """What a panel shows: tile or global unit -> value and its text, and the colours of the values.

    ``about``: the end of the title that speaks of the texts.
    """

    title: str
    values: Mapping[str, float]
    texts: Mapping[str, str]
    scale: ScalarMappable
    about: str = ""

    @property
    def short(self) -> str:
        """The title where tiles have no texts."""
        return self.title.removesuffix(self.about)

    def level(self, name: str) -> float:
        """How far up the colours a value is, 0 to 1."""
        return float(np.asarray(self.scale.norm(np.array(self.values[name]))))


def draw(answer: Answer) -> Figure:
    """Two floor plans: share of cells that hold weights; share of time in which the tile's busiest unit works."""
    plan = Plan(answer)
    figure = Figure(figsize=(10.5, plan.inches), layout="constrained")
    left, right = figure.subplots(1, 2)
    panel(left, plan, shares("share of a tile's cells that hold weights", plan.full))
    panel(right, plan, shares("share of time in which its busiest unit works", plan.busy))
    bar = figure.colorbar(_scale(), ax=[left, right], shrink=0.9, aspect=30)
    bar.ax.yaxis.set_major_formatter("{x:.0%}")
    figure.suptitle(plain(f"{answer.chip_file.chip.name}: {answer.mapping.graph.name}"))
    return figure


def shares(title: str, values: Mapping[str, float]) -> Shade:
    """A panel of shares from 0 to 1."""
    return Shade(title, values, {name: f"{value:.0%}" for name, value in values.items()}, _scale())


def _size(answer: Answer) -> tuple[int, int]:
    places = answer.mapping.hardware.topology.tiles.values()
    return max(row for row, _ in places), max(column for _, column in places)


class Plan:
    """Where everything stands and which share it shows. y grows downwards, a tile is 1 x 1."""

    def __init__(self, answer: Answer):
        self.topology = answer.mapping.hardware.topology
        self.cells = cells(answer.mapping)
        self.rows, self.columns = _size(answer)
        self.full = {name: sum(cell.used or 0.0 for cell in held) for name, held in self.cells.items()}
        self.full = {name: share for name, share in self.full.items() if name in self.topology.tiles}
        site, busy = answer.mapping.hardware.site, _busy(answer)
        self.busy = {name: busy[site(name)] for name in self.cells if site(name) in busy}
        fed = self.topology.globals.items()
        self.strips = {name: self.topology.tiles[tile][0] for name, tile in fed}
        self._strip_rows = sorted(set(self.strips.values()))

    def box(self, name: str) -> tuple[float, float, float]:
        """Left, top and height of a tile or of a global unit (below the tile that feeds it)."""
        tile = self.topology.globals.get(name, name)
        row, column = self.topology.tiles[tile]
        top = row - 1 + _UNIT_HEIGHT * bisect_left(self._strip_rows, row)
        return (column - 1, top + 1, _UNIT_HEIGHT) if tile != name else (column - 1, top, 1.0)

    @property
    def height(self) -> float:
        """Of the whole plan."""
        return self.rows + _UNIT_HEIGHT * len(self._strip_rows)

    @property
    def labelled(self) -> bool:
        """Whether tiles are large enough for texts."""
        return self.columns <= _LABELLED and self.inches >= _READABLE * self.height

    @property
    def inches(self) -> float:
        """Height of a figure with two panels side by side."""
        return min(max(0.9 + 4.6 * self.height / self.columns, 2.5), 14.0)


def _busy(answer: Answer) -> dict[str, float]:
    """Tile or global unit -> utilisation of its busiest resource."""
    units = tables.units(answer)
    most: dict[str, float] = defaultdict(float)
    for unit, use in zip(units["unit"], units["utilisation"], strict=True):
        owner = unit.partition(".")[0]
        if "->" not in unit:
            most[owner] = max(most[owner], use)
    return most


def _scale() -> ScalarMappable:
    return ScalarMappable(Normalize(0, 1, clip=True), COLOURS)


def panel(axes: Axes, plan: Plan, shade: Shade) -> None:
    """Every tile and global unit where it stands."""
    for places in (plan.topology.tiles, plan.topology.globals):
        texts = {name: _text(plan, name, shade) for name in places} if plan.labelled else {}
        longest = max((len(line) for text in texts.values() for line in text.split("\n")), default=1)
        size = 7 * min(1, 8 / plan.columns, _FITTING / max(longest, 1))
        _boxes(axes, plan, places, shade)
        for name in places:
            if texts.get(name):
                left, top, height = plan.box(name)
                ink = "white" if name in shade.values and shade.level(name) > 0.55 else "black"
                axes.add_artist(Outlined(left + 0.5, top + height / 2, texts[name], size, ink))
    axes.set_xlim(-0.05, plan.columns + 0.05)
    axes.set_ylim(plan.height + 0.05, -0.05)
    axes.set_aspect("equal")
    axes.set_title(shade.title if plan.labelled else shade.short, fontsize=10)
    step = -(-max(plan.columns, plan.rows) // _TICKS)
    columns = range(0, plan.columns, step)
    axes.set_xticks([c + 0.5 for c in columns], [str(c + 1) for c in columns])
    middles, labels = _row_labels(plan)
    axes.set_yticks(middles[::step], labels[::step])
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)


def _row_labels(plan: Plan) -> tuple[list[float], list[str]]:
    """Middle and name of each row of tiles and of global units, from above."""
    rows = {str(row): name for name, (row, _) in plan.topology.tiles.items()}
    units = {f"global, {row}": name for name, row in plan.strips.items()}
    boxes = {label: plan.box(name) for label, name in (rows | units).items()}
    placed = sorted((top + height / 2, label.split(",")[0]) for label, (_, top, height) in boxes.items())
    return [middle for middle, _ in placed], [label for _, label in placed]


def _boxes(axes: Axes, plan: Plan, names: Iterable[str], shade: Shade) -> None:
    """Tiles or global units in the colours of their values; white where nothing has one, grey where nothing sits."""
    held = list(names)
    if not held:
        return
    left, top, height = np.array([plan.box(name) for name in held]).T
    corners = boxes(left + 0.04, left + 0.96, top + 0.04, top + height - 0.04)
    colours = shade.scale.to_rgba(np.array([shade.values.get(name, 0.0) for name in held]))
    for number, name in enumerate(held):
        if name not in shade.values:
            colours[number] = to_rgba("0.94" if name not in plan.cells else "white")
    drawn = PolyCollection(
        corners, facecolors=colours, edgecolors="0.6", linewidths=min(0.6, 6 / plan.columns)
    )
    drawn.set_rasterized(len(held) > _DRAWN_ONE_BY_ONE)
    axes.add_collection(drawn)


def _text(plan: Plan, name: str, shade: Shade) -> str:
    """Layer and text, below each other on a tile; a global unit has room for one line."""
    held = dict.fromkeys(cell.layer for cell in plan.cells.get(name, ()))
    lines = [_short(" ".join(held))] if held else []
    lines += shade.texts[name].split("\n") if name in shade.texts else []
    return "\n".join(lines) if name in plan.topology.tiles else " ".join(lines[:2])


def _short(name: str) -> str:
    safe = plain(name)
    return safe if len(safe) <= 8 else f"~{safe[-7:]}"
