"""First latency, steady interval and latency under load, with what each kind of contention costs."""

from collections.abc import Sequence
from typing import Any

from rich.console import Console

from simulator.measure.times import Times
from simulator.report.layout import heading, sentence, show, table
from simulator.report.text import column, percent

DEFINITIONS = {
    "alone": "latency of one inference with nothing before or behind it",
    "interval": "distance of completions when requests follow back to back",
    "p50, p95, p99, mean": "arrival to last result when requests arrive at random at a share of the highest rate",
}
"""Column -> definition."""


def show_times(rows: Sequence[Times], console: Console) -> None:
    """The rows beside each other, if there is more to tell than the run's own two times."""
    if len(rows) > 1:
        _contrasts(rows, console)
    if rows[0].loaded:
        _loads(rows, console)


def _contrasts(rows: Sequence[Times], console: Console) -> None:
    heading("What contention costs", console)
    first, alone = column([row.first / 1e3 for row in rows], "ns")
    steady, intervals = column([row.steady.interval / 1e3 for row in rows], "ns")
    numbers = (f"alone, {first}", "change", f"interval, {steady}", "change ")
    made = table("ideal", *numbers, right=numbers)
    for row, latency, interval in zip(rows, alone, intervals, strict=True):
        changes = (row.first / rows[0].first - 1, row.steady.interval / rows[0].steady.interval - 1)
        made.add_row(name(row), latency, _change(changes[0]), interval, _change(changes[1]))
    show(made, console)
    _define(("alone", "interval"), console)


def _loads(rows: Sequence[Times], console: Console) -> None:
    heading("Latency under load", console)
    cells = [(row, loaded) for row in rows for loaded in row.loaded]
    values = [value for _, item in cells for value in (item.p50, item.p95, item.p99, item.mean)]
    unit, texts = column([value / 1e3 for value in values], "ns")
    numbers = tuple(f"{quantile}, {unit}" for quantile in ("p50", "p95", "p99", "mean"))
    made = table("ideal", "load", *numbers, right=("load", *numbers))
    for position, (row, loaded) in enumerate(cells):
        made.add_row(name(row), f"{loaded.load:.0%}", *texts[4 * position : 4 * position + 4])
    show(made, console)
    sentence(f"{cells[0][1].requests:,} seeded Poisson arrivals a row.", console, "dim")
    _define(("p50, p95, p99, mean",), console)


def _define(names: Sequence[str], console: Console) -> None:
    text = "; ".join(f"{name}: {DEFINITIONS[name]}" for name in names)
    sentence(f"{text[:1].upper()}{text[1:]}.", console, "dim")


def _change(share: float) -> str:
    return "" if not share else f"{'+' if share > 0 else ''}{percent(share)}"


def name(row: Times) -> str:
    """What is ideal in a row."""
    return ", ".join(row.ideal) or "nothing"


def times_data(rows: Sequence[Times]) -> list[dict[str, Any]]:
    """The rows as plain data, times in ns."""
    return [
        {
            "ideal": list(row.ideal),
            "alone_ns": row.first / 1e3,
            "steady_interval_ns": row.steady.interval / 1e3,
            "periodic": row.steady.periodic,
            "inferences_simulated": row.steady.inferences,
            "loaded": [
                {
                    "load": item.load,
                    "requests": item.requests,
                    **{f"{q}_ns": getattr(item, q) / 1e3 for q in ("p50", "p95", "p99", "mean")},
                }
                for item in row.loaded
            ],
        }
        for row in rows
    ]
