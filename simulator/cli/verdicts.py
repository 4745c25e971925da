"""Verdicts of ``simulator validate`` for people and for scripts."""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.report.layout import heading, sentence, show
from simulator.report.text import plain, significant
from simulator.study.validate import Verdict

_STYLES = {"pass": "green", "FAIL": "bold red", "GAP CLOSED": "bold red", "gap": "yellow"}
_WIDTHS = {"published": 9, "simulated": 9, "unit": 9, "off by": 15, "verdict": 16}


def tell(verdicts: Sequence[Verdict], console: Console) -> None:
    """Rows grouped by what they are about, reasons of gaps below, a count at the end."""
    heading("Published and simulated", console)
    show(_lines([], console, header=True), console)
    for (row, what), group in groupby(verdicts, lambda verdict: (verdict.row.row, verdict.row.what)):
        console.print(Text(f"{row}  {plain(what)}", style="bold"))
        show(_lines(list(group), console), console)
    _reasons(verdicts, console)
    count = Counter(verdict.status for verdict in verdicts)
    heading(", ".join(f"{number} {status}" for status, number in count.items()), console)


def _lines(verdicts: Sequence[Verdict], console: Console, *, header: bool = False) -> Table:
    made = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, show_header=header, header_style="dim")
    rest = sum(_WIDTHS.values()) + len(_WIDTHS) + 3
    made.add_column("case", width=max(14, min(40, console.width - rest)), overflow="fold")
    for name, width in _WIDTHS.items():
        numeric = name in ("published", "simulated", "off by")
        made.add_column(name, width=width, justify="right" if numeric else "left", overflow="fold")
    for verdict in verdicts:
        made.add_row(*_cells(verdict))
    return made


def _cells(verdict: Verdict) -> list[Text]:
    row = verdict.row
    numbers = ["" if value is None else significant(value) for value in (row.published, verdict.simulated)]
    texts = [row.case, *numbers, row.unit, _deviation(verdict)]
    own = row.kind in ("calibrated", "test")
    said = f"{row.kind}: {verdict.status}" if own else verdict.status
    return [*(Text(plain(text)) for text in texts), Text(said, style=_STYLES.get(verdict.status, ""))]


def _deviation(verdict: Verdict) -> str:
    """Deviation and what is allowed, both as the tolerance is written."""
    off, row = verdict.deviation, verdict.row
    if off is None or row.published is None:
        return ""
    if row.factor and verdict.simulated:
        return f"x {significant(verdict.simulated / row.published)}, {row.tolerance}"
    if row.tolerance.endswith("%"):
        return f"{100 * off / row.published if row.published else off:+.2f} of {row.tolerance}"
    return f"{off:+.3g}, {row.tolerance}" if row.tolerance == "exact" else f"{off:+.3g} of {row.tolerance}"


def _reasons(verdicts: Sequence[Verdict], console: Console) -> None:
    told = [verdict.row for verdict in verdicts if verdict.row.reason]
    if told:
        heading("Reasons", console)
    for row in told:
        case = f" ({row.case})" if row.case else ""
        sentence(f"{row.row}{case}: {row.reason}", console)


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
