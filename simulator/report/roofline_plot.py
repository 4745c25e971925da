"""The roofline of the chip: how fast it could compute for each byte that is moved, and how fast the run did."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogFormatter, NullLocator

from simulator.measure.totals import totals
from simulator.report.answer import Answer
from simulator.report.palette import BLUE, RED, tidy
from simulator.report.text import plain, scaled
from simulator.report.view import View
from simulator.workload.experts import active_macs

COLUMNS = {
    "what": "a roof of the chip, a bound of this mapping, or what the run reached",
    "kind": "roof (GOPS), bandwidth (GB/s: GOPS for an operation per byte), bound (GOPS), point (GOPS)",
    "mover": "what moves the bytes: host port (the busier direction), or links (every hop counts)",
    "operations_per_byte": "of an inference, 1 MAC = 2 operations",
    "value": "GOPS or GB/s",
}
"""Column -> definition."""
_DECADES = 1000
"""From the least to the largest value of an axis; beyond, only powers of ten are marked."""
_COLOURS = {"host port": BLUE, "links": RED}
_MARKERS = {"host port": "o", "links": "D"}
SUSTAINED = "sustained"


@dataclass(frozen=True)
class Roof:
    """``value`` GOPS, whatever is moved; with a ``mover`` GB/s."""

    what: str
    value: float
    mover: str = ""


@dataclass(frozen=True)
class Point:
    """What the run reached [GOPS], with the operations per byte that ``mover`` moves."""

    what: str
    mover: str
    intensity: float
    value: float


def table(view: View) -> pd.DataFrame:
    """Roofs, bounds and points."""
    answer = view.answer
    rows: list[tuple[object, ...]] = []
    for roof in roofs(answer):
        rows.append((roof.what, "bandwidth" if roof.mover else "roof", roof.mover, None, roof.value))
    rows += [(bound.what, "bound", "", None, bound.value) for bound in bounds(answer)]
    rows += [(p.what, "point", p.mover, p.intensity, p.value) for p in points(answer)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def roofs(answer: Answer) -> list[Roof]:
    """What the chip could do if everything else were free."""
    hardware = answer.mapping.hardware
    tiles = len(hardware.topology.tiles)
    full = 2e3 * hardware.rows * hardware.columns * tiles
    found = [
        Roof(f"peak, every cell of {tiles} tiles", full / hardware.mvm.window),
        Roof(f"local digital units of {tiles} tiles", full / hardware.local.occupancy(hardware.columns)),
    ]
    moved = bytes_moved(answer)
    if "host port" in moved:
        found.append(Roof("host port, each way", float(hardware.host.rate) / 8e9, "host port"))
    if "links" in moved:
        used = sum(row.part == "link" for row in answer.program.resources)
        found.append(Roof(f"{used} links in use", used * 1e3 / hardware.link.occupancy(1), "links"))
    return found


def bounds(answer: Answer) -> list[Roof]:
    """What the busiest unit of each part allows this mapping, lowest first; ``what`` is the unit."""
    work = operations(answer)
    return [Roof(bound.resource, work * 1e3 / bound.interval) for bound in answer.bounds]


def points(answer: Answer) -> list[Point]:
    """Sustained throughput and that of an inference alone, for each mover."""
    work, own = operations(answer), answer.times[0]
    alone = active_macs(answer.trace.graphs[answer.program.schedule[0].segment])
    rates = {
        SUSTAINED: work * 1e3 / own.steady.interval,
        "one inference alone": 2e3 * alone / own.first,
    }
    return [
        Point(what, mover, work / size, rate)
        for mover, size in bytes_moved(answer).items()
        for what, rate in rates.items()
    ]


def operations(answer: Answer) -> float:
    """Operations of an inference, mean over the run."""
    return 2 * int(totals(answer.program).macs.sum()) / len(answer.program.schedule)


def bytes_moved(answer: Answer) -> dict[str, float]:
    """Mover -> bytes of an inference; without those that move none."""
    spent, streams = totals(answer.program).bytes, answer.program.streams
    ways: dict[str, int] = {}
    for stream, size in zip(streams, spent.tolist(), strict=True):
        if stream.part in ("host", "link") and stream.resources:
            key = stream.unit if stream.part == "host" else "links"
            ways[key] = ways.get(key, 0) + size
    host = max((size for key, size in ways.items() if key != "links"), default=0)
    moved = {"host port": host, "links": ways.get("links", 0)}
    return {name: size / len(answer.program.schedule) for name, size in moved.items() if size}


def draw(view: View) -> Figure:
    """Roofs as lines, the run as points; both axes logarithmic."""
    answer = view.answer
    marks, lines = points(answer), roofs(answer)
    figure = Figure(figsize=(7.6, 5.6), layout="constrained")
    axes = figure.subplots()
    axes.set_xscale("log")
    axes.set_yscale("log")
    x, y = _limits(lines, marks)
    axes.set_xlim(*x)
    axes.set_ylim(*y)
    for axis, (low, high) in ((axes.xaxis, x), (axes.yaxis, y)):
        # As plain text: setting powers of ten takes longer than all the rest.
        axis.set_major_formatter("{x:,.10g}")
        axis.set_minor_formatter(LogFormatter())
        if high > _DECADES * low:
            axis.set_minor_locator(NullLocator())
    _roofs(axes, lines, bounds(answer)[:1])
    _points(axes, marks)
    axes.set_xlabel("operations per byte moved")
    axes.set_ylabel("throughput [GOPS]")
    axes.set_title(view.title("Roofline of the chip and what the run reached"), fontsize=10)
    axes.grid(which="major", color="0.92", linewidth=0.6)
    axes.set_axisbelow(True)
    tidy(axes)
    figure.legend(loc="outside lower center", fontsize=8, frameon=False, ncols=2)
    return figure


def _limits(lines: Sequence[Roof], marks: Sequence[Point]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Some room around all points and the corners of all roofs."""
    flat = [roof.value for roof in lines if not roof.mover]
    corners = [value / roof.value for roof in lines if roof.mover for value in flat]
    across = [*(point.intensity for point in marks), *corners] or [1.0]
    up = [*(point.value for point in marks), *flat]
    return (min(across) / 8, max(across) * 4), (min(up) / 6, max(up) * 2)


def _roofs(axes: Axes, lines: Sequence[Roof], limit: Sequence[Roof]) -> None:
    """Roofs of the chip and, dashed, what its busiest unit allows the mapping; bandwidths up to the lowest roof."""
    flat = [roof for roof in lines if not roof.mover]
    for roof, style in zip(flat, ("-", "-."), strict=True):
        label = f"{roof.what}: {scaled(roof.value, 'GOPS')}"
        axes.axhline(roof.value, color="black", linestyle=style, linewidth=1.2, label=label)
    for roof in limit:
        label = f"bound of this mapping: {scaled(roof.value, 'GOPS')} ({plain(roof.what)})"
        axes.axhline(roof.value, color="0.35", linestyle="--", linewidth=1.2, label=label)
    low, top = axes.get_ylim()[0], min(roof.value for roof in flat)
    for roof in lines:
        if roof.mover:
            ends, colour = [low / roof.value, top / roof.value], _COLOURS[roof.mover]
            label = f"{roof.what}: {roof.value:,.4g} GB/s; points per byte over it"
            axes.plot(ends, [low, top], color=colour, linewidth=1.4)
            axes.plot([], [], color=colour, marker=_MARKERS[roof.mover], markersize=5, label=label)


def _points(axes: Axes, marks: Sequence[Point]) -> None:
    """Filled: sustained; hollow, a ring around it where both are alike: alone."""
    for point in marks:
        axes.plot(
            point.intensity,
            point.value,
            color=_COLOURS[point.mover],
            **_look(point.what, _MARKERS[point.mover]),
        )
    for what, value in {point.what: point.value for point in marks}.items():
        label = f"{what}: {scaled(value, 'GOPS')}"
        axes.plot([], [], color="black", label=label, **_look(what, "o"))


def _look(what: str, marker: str) -> dict[str, Any]:
    sustained = what == SUSTAINED
    fill = {} if sustained else {"markerfacecolor": "none"}
    return {"marker": marker, "markersize": 5 if sustained else 9, "linestyle": "none", "zorder": 3, **fill}
