"""``simulator compare``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.options import AsJson

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

    from simulator.study.compare import Comparison

First = Annotated[Path, typer.Argument(metavar="A", help="A results folder.", show_default=False)]
Second = Annotated[Path, typer.Argument(metavar="B", help="Another one.", show_default=False)]

_ROWS = 12


def compare_command(first: First, second: Second, as_json: AsJson = False) -> None:
    """Say what differs between two results: settings, figures, and where the time went instead."""
    from simulator.report.layout import console
    from simulator.study.compare import compare

    found = compare(first, second)
    if as_json:
        from simulator.report.summary import as_json as text

        tables = ("settings", "metrics", "parts", "layers")
        print(text({name: _records(getattr(found, name)) for name in tables}), end="")
        return
    _tell(found, console())


def _records(table: "pd.DataFrame") -> list[dict[str, object]]:
    """Rows of a table, absent values as None."""
    rows = table.astype(object).where(table.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]


def _tell(found: "Comparison", console: "Console") -> None:
    from simulator.report.layout import heading, sentence, show, table
    from simulator.report.text import figure, plain
    from simulator.study.compare import sentences

    heading("Settings that differ", console)
    made = table("field", "a", "b")
    for field, a, b in found.settings[["field", "a", "b"]].to_numpy().tolist():
        made.add_row(*(plain("-" if cell is None else str(cell)) for cell in (field, a, b)))
    show(made, console) if len(found.settings) else sentence("None.", console)
    heading("Figures", console)
    made = table("figure", "a", "b", "unit", "change", right=("a", "b", "change"))
    for row in _records(found.metrics):
        numbers = ("-" if row[key] is None else figure(float(str(row[key]))) for key in ("a", "b"))
        change = "" if row["change"] is None else f"{float(str(row['change'])):+.1%}"
        made.add_row(plain(str(row["metric"])), *numbers, plain(str(row["unit"])), change)
    show(made, console)
    heading("Where the time went instead", console)
    for text in sentences(found, _ROWS) or ["Where it went before."]:
        sentence(text, console)
