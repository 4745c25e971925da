"""Published beside simulated: the page for a sceptical reader, and the plot. Rows are those of ``validate --json``."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.report.palette import BLUE, GREEN, GREY, ORANGE, PINK, RED, SKY, YELLOW, tidy
from simulator.report.text import plain

Row = Mapping[str, Any]

KINDS = {
    "calibrated": ("s", "fitted: the figure set a parameter, so that it agrees says nothing"),
    "test": ("o", "predicted: the figure came out, and must stay within its tolerance"),
    "known_gap": ("X", "known gap: out of tolerance for the reason given, and fails once it no longer is"),
    "assumption": ("^", "rests on a guess where the sources are silent; shown, not enforced"),
    "prediction": ("", "nothing published at hand; shown for whoever has it"),
    "not_testable": ("", "nothing is simulated, for the reason given"),
}
"""Kind of a row -> mark in the plot, what it means."""
_RATIOS = (0.1, 0.2, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2, 5, 10)
_COLOURS = (BLUE, ORANGE, GREEN, RED, SKY, PINK, GREY, YELLOW)


def scatter(rows: Sequence[Row]) -> Figure:
    """Simulated against published, log-log, and below what one is over the other; colour a paper, mark a kind."""
    shown = [row for row in rows if _comparable(row)]
    figure = Figure(figsize=(7.5, 8.5), layout="constrained")
    upper, lower = figure.subplots(2, 1, height_ratios=[2, 1], sharex=True)
    colours = dict(zip(dict.fromkeys(map(_group, shown)), _COLOURS * len(shown), strict=False))
    for (group, kind), found in _grouped(shown).items():
        look = {"color": colours[group], "marker": KINDS[kind][0], "linestyle": "", "markersize": 5}
        look |= {"markerfacecolor": "none"} if kind == "calibrated" else {"markeredgewidth": 0}
        look |= {"alpha": 0.75}
        published = [row["published"] for row in found]
        upper.plot(published, [row["simulated"] for row in found], **look, label=f"{group}: {kind}")
        lower.plot(published, [row["simulated"] / row["published"] for row in found], **look)
    _axes(upper, lower, [row["published"] for row in shown])
    figure.suptitle("Published figures, simulated", fontsize=11)
    if shown:
        figure.legend(loc="outside lower center", ncols=3, fontsize=7, frameon=False)
    return figure


def _comparable(row: Row) -> bool:
    """Whether both figures are there, above zero, and meant to be equal: a bound is none."""
    return (row["published"] or 0) > 0 and (row["simulated"] or 0) > 0 and not row["bound"]


def _axes(upper: Axes, lower: Axes, published: Sequence[float]) -> None:
    if published:
        upper.plot([min(published), max(published)], [min(published), max(published)], color="0.6", lw=0.8)
    upper.set(xscale="log", yscale="log", ylabel="simulated, in the row's unit")
    lower.axhline(1, color="0.6", lw=0.8)
    lower.set(yscale="log", ylabel="simulated / published", xlabel="published, in the row's unit")
    low, high = lower.get_ylim()
    lower.set_ylim(min(low, 0.8), max(high, 1.25))
    marks = [mark for mark in _RATIOS if lower.get_ylim()[0] <= mark <= lower.get_ylim()[1]]
    lower.set_yticks(marks, [f"{mark:g}" for mark in marks])
    lower.minorticks_off()
    for axes in (upper, lower):
        tidy(axes)
        axes.grid(alpha=0.25, lw=0.5)


def _group(row: Row) -> str:
    return str(row["row"]).partition(".")[0]


def _grouped(rows: Sequence[Row]) -> dict[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((_group(row), row["kind"]), []).append(row)
    return found


def page(rows: Sequence[Row], picture: str = "validation.svg") -> str:
    """The whole page as Markdown; every number on it comes from ``rows``."""
    return "\n".join(_lines(rows, picture)) + "\n"


def _lines(rows: Sequence[Row], picture: str) -> Iterator[str]:
    yield "# What is published, and what the simulator says\n"
    yield "Written by `python scripts/validation_page.py` from the data of `simulator validate --json`; do not edit."
    yield "Each row of `chip_configs/published/` names its source and what is simulated for it; values are those of"
    yield "programs that ran when the page was written. What the kinds mean:\n"
    count = Counter(row["kind"] for row in rows)
    yield "| kind | rows | meaning |\n|---|--:|---|"
    yield from (f"| {_word(kind)} | {count[kind]} | {meaning} |" for kind, (_, meaning) in KINDS.items())
    yield f"\n![simulated against published]({picture})\n"
    yield "| what is compared | " + " | ".join(map(_word, KINDS)) + " |\n|---" * 1 + "|--:" * len(KINDS) + "|"
    for title, found in groupby(rows, lambda row: str(row["title"])):
        kinds = Counter(row["kind"] for row in found)
        yield f"| {_cell(title)} | " + " | ".join(str(kinds[kind] or "") for kind in KINDS) + " |"
    for title, found in groupby(rows, lambda row: str(row["title"])):
        yield f"\n## {plain(title)}\n"
        yield "| row | what | published | simulated | unit | off by | allowed | kind | outcome | source |"
        yield "|---|---|--:|--:|---|--:|---|---|---|---|"
        held = list(found)
        yield from map(_line, held)
        yield from _reasons(held)


def _line(row: Row) -> str:
    what = ", ".join(filter(None, (row["what"], row["case"])))
    numbers = (_number(row["published"]), _number(row["simulated"]))
    cells = (row["row"], what, *numbers, row["unit"], _off(row), _allowed(row), _word(row["kind"]))
    return "| " + " | ".join(map(_cell, (*cells, row["status"], row["source"]))) + " |"


def _reasons(rows: Sequence[Row]) -> Iterator[str]:
    """Each reason once, with the rows that it is for."""
    told: dict[str, list[str]] = {}
    for row in rows:
        if row["reason"]:
            name = f"{row['row']} ({row['case']})" if row["case"] else str(row["row"])
            told.setdefault(str(row["reason"]), []).append(name)
    if told:
        yield ""
    yield from (f"* {_cell(', '.join(names))}: {_cell(reason)}" for reason, names in told.items())


def _off(row: Row) -> str:
    if row["deviation"] is None:
        return ""
    if row["published"]:
        return f"{100 * row['deviation'] / abs(row['published']):+.2g} %"
    return f"{row['deviation']:+.3g}"


def _allowed(row: Row) -> str:
    if row["kind"] in ("not_testable", "prediction", "assumption"):
        return ""
    return f"{row['tolerance']}{', ' + row['bound'].replace('_', ' ') if row['bound'] else ''}"


def _number(value: float | None) -> str:
    """Four digits, so that a page does not depend on the last bit of a machine."""
    return "" if value is None else f"{value:.4g}"


def _word(kind: str) -> str:
    return kind.replace("_", " ")


def _cell(value: object) -> str:
    return plain(str(value)).replace("|", "\\|")
