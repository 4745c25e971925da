"""Verdicts of ``simulator validate`` for people and for scripts."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from simulator.report.layout import heading, sentence, show, table
from simulator.report.text import figure, plain
from simulator.study.validate import Verdict

_STYLES = {"pass": "green", "FAIL": "bold red", "GAP CLOSED": "bold red", "gap": "yellow"}


def tell(verdicts: Sequence[Verdict], console: Console) -> None:
    """One line a row, reasons of gaps below, a count at the end."""
    heading("Published and simulated", console)
    numbers = ("published", "simulated", "deviation")
    made = table("row", "case", *numbers, "within", "kind", "verdict", right=numbers)
    for verdict in verdicts:
        made.add_row(*_cells(verdict), Text(verdict.status, style=_STYLES.get(verdict.status, "")))
    show(made, console)
    _reasons(verdicts, console)
    count = Counter(verdict.status for verdict in verdicts)
    sentence(", ".join(f"{number} {status}" for status, number in count.items()) + ".", console)


def _cells(verdict: Verdict) -> list[Text]:
    row = verdict.row
    numbers = [_number(value) for value in (row.published, verdict.simulated, verdict.deviation)]
    cells = [row.row, row.case, f"{numbers[0]} {row.unit}" if numbers[0] else "", *numbers[1:]]
    within = row.tolerance if verdict.deviation is not None else ""
    return [Text(plain(cell)) for cell in (*cells, within, row.kind.replace("_", " "))]


def _number(value: float | None) -> str:
    return "" if value is None else figure(value)


def _reasons(verdicts: Sequence[Verdict], console: Console) -> None:
    told = [verdict.row for verdict in verdicts if verdict.row.reason]
    if told:
        heading("Reasons", console)
    for row in told:
        case = f" ({row.case})" if row.case else ""
        sentence(f"{row.row}{case}, {row.what}: {row.reason}", console)


def data(verdicts: Sequence[Verdict]) -> dict[str, Any]:
    """All rows as plain data."""
    rows = [
        {
            **verdict.row.model_dump(mode="json"),
            "simulated": verdict.simulated,
            "deviation": verdict.deviation,
            "allowed": verdict.row.allowed(),
            "status": verdict.status,
            "good": verdict.good,
        }
        for verdict in verdicts
    ]
    return {"rows": rows, "good": all(verdict.good for verdict in verdicts)}
