"""The few shapes that text for the terminal takes. Everything printed is plain text, never markup."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from simulator.report.text import plain

INDENT = (0, 0, 0, 2)


def console() -> Console:
    """A console on stdout that takes names literally; without colours where nobody sees them."""
    return Console(file=sys.stdout, highlight=False, markup=False, emoji=False)


def heading(text: str, console: Console) -> None:
    """A section's title after an empty line."""
    console.print()
    console.print(Text(plain(text), style="bold"))


def table(*columns: str, right: Sequence[str] = ()) -> Table:
    """A borderless table; columns in ``right`` hold numbers, which are never cut."""
    made = Table(
        box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim"
    )
    for name in columns:
        numeric = name in right
        made.add_column(name, justify="right" if numeric else "left", no_wrap=numeric, overflow="fold")
    return made


def facts(rows: Mapping[str, str], console: Console) -> None:
    """Words beside their texts."""
    made = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    made.add_column(no_wrap=True, style="dim")
    made.add_column(overflow="fold")
    for name, text in rows.items():
        made.add_row(Text(plain(name)), Text(plain(text)))
    show(made, console)


def show(made: Table, console: Console) -> None:
    """Print a table, indented."""
    console.print(Padding(made, INDENT, expand=False))


def sentence(text: str, console: Console, style: str = "") -> None:
    """Print text, indented and wrapped."""
    console.print(Padding(Text(plain(text), style=style), INDENT, expand=False))


@contextmanager
def waiting(what: str) -> Iterator[Callable[[str], None]]:
    """Says on stderr what takes time, and its steps as they are told; silent where stderr is no terminal."""
    screen = Console(stderr=True, highlight=False, markup=False)
    if not screen.is_terminal:
        yield lambda step: None
        return
    with screen.status(Text(f"{what} ...")) as status:
        yield lambda step: status.update(Text(f"{what}: {plain(step)} ..."))
