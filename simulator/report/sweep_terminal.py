"""A sweep on the terminal."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from simulator.measure.accuracy import CLIPPED
from simulator.report.layout import facts, heading, sentence, show, table
from simulator.report.text import plain, scaled

if TYPE_CHECKING:
    import pandas as pd

_FIRST = 10
"""Rows of a list; the files hold them all."""
_WORDS = {
    "ok": "with figures",
    "unmet": "miss a constraint",
    "excluded": "excluded by area, not simulated",
    "failed": "failed",
    "time limit": "beyond the time limit",
    "broken": "broken",
}


def show_sweep(name: str, frame: "pd.DataFrame", axes: Sequence[str], console: Console) -> None:
    """How many points ended how, and what went wrong; ``frame``: the tidy table, ``axes``: what tells points apart."""
    heading(f"{name}: {len(frame):,} points", console)
    counts = frame["status"].value_counts()
    facts({_WORDS[status]: f"{counts[status]:,}" for status in _WORDS if status in counts}, console)
    _errors(frame, axes, console)


def show_best(
    frame: "pd.DataFrame", figures: Mapping[str, tuple[str, int]], axes: Sequence[str], console: Console
) -> None:
    """The best point for each figure; ``figures``: name -> unit and 1 if more is better, -1 if less is."""
    good = frame[frame["status"] == "ok"]
    if good.empty or not figures:
        return
    heading("Best points", console)
    made = table("figure", "best", "point", "where", right=("best", "point"))
    for name, (unit, sign) in figures.items():
        row = good.iloc[int((good[name] * sign).to_numpy(float).argmax())]
        made.add_row(
            Text(plain(name)),
            scaled(float(row[name]), unit),
            str(row["point"]),
            Text(plain(_where(row, axes))),
        )
    show(made, console)


def show_saturated(shares: Sequence[float], console: Console) -> None:
    """A loud word where converters' full scales are too small."""
    count = sum(share > CLIPPED for share in shares)
    if count:
        text = f"! {count} of {len(shares)} points: more than {CLIPPED:.0%} of conversions saturate"
        sentence(text, console, style="bold yellow")


def show_written(paths: Sequence[Path], console: Console) -> None:
    """Where the files are."""
    if paths:
        names = ", ".join(path.name for path in paths if path.suffix != ".svg")
        sentence(f"{paths[0].parent}: {names}", console, "dim")


def _errors(frame: "pd.DataFrame", axes: Sequence[str], console: Console) -> None:
    wrong = frame[frame["status"].isin(["failed", "time limit", "broken"])]
    if wrong.empty:
        return
    heading("Points without figures", console)
    made = table("points", "first", "error", right=("points",))
    for number, (error, part) in enumerate(wrong.groupby("error", sort=False)):
        if number == _FIRST:
            made.add_row("", Text("..."), Text("more in sweep.csv"))
            break
        first = part.iloc[0]
        made.add_row(
            str(len(part)), Text(plain(f"{first['point']}: {_where(first, axes)}")), Text(plain(error))
        )
    show(made, console)


def show_points(
    rows: Sequence[Mapping[str, Any]], axes: Sequence[str], summary: Mapping[str, str], console: Console
) -> None:
    """A dry run: the first points, and how many there are of which kind."""
    made = table("point", *axes, right=("point",))
    for row in rows[:_FIRST]:
        made.add_row(str(row["point"]), *(Text(plain(row.get(axis, ""))) for axis in axes))
    if len(rows) > _FIRST:
        made.add_row("...", *("" for _ in axes))
        made.add_row(str(rows[-1]["point"]), *(Text(plain(rows[-1].get(axis, ""))) for axis in axes))
    heading("Points", console)
    show(made, console)
    heading("Dry run", console)
    facts(summary, console)


def duration(seconds: float) -> str:
    """Seconds as people say them."""
    if seconds < 120:
        return f"{seconds:.3g} s"
    minutes, hours = seconds / 60, seconds / 3600
    return f"{minutes:.3g} min" if minutes < 120 else f"{hours:.3g} h"


def _where(row: "pd.Series[Any]", axes: Sequence[str]) -> str:
    """What a point has on the axes; not what its step leaves as it is in the file."""
    return ", ".join(f"{axis} {value}" for axis, value in row[list(axes)].dropna().items())
