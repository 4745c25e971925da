"""A large grid at a glance: one character a tile, rows without anything left out."""

from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.text import Text

from simulator.mapping.plan import Mapping
from simulator.report.grid import COLOURS, SHADES, cells

_MANY = 16
"""Rows or columns from which a grid is large."""
_LEGEND = "A character a tile: how full it is, in its layer's colour."


def is_large(plan: Mapping) -> bool:
    """Whether the grid of one chip, or all of them, has more rows or columns than a detailed picture can show."""
    return max(max(place) for place in plan.hardware.topology.tiles.values()) > _MANY


def overview(plan: Mapping, console: Console) -> RenderableType:
    """The grid, in blocks of columns that fit the console's width."""
    columns = max(column for _, column in plan.hardware.topology.tiles.values())
    at_once = max(10, (console.width - 8) // 10 * 10)
    blocks = [range(first, min(first + at_once, columns + 1)) for first in range(1, columns + 1, at_once)]
    lines = [line for block in blocks for line in _block(plan, block, console)]
    return Group(*lines, Text(_LEGEND, style="dim"))


def _block(plan: Mapping, columns: Sequence[int], console: Console) -> Iterator[Text]:
    yield Text(" " * 6 + "".join(str(c).ljust(10) for c in columns if c % 10 == 1), style="dim")
    empty: list[int] = []
    for row, text in _rows(plan, columns, console):
        if text.plain.strip():
            yield from _skipped(empty)
            empty = []
            yield Text(f"{row:>5} ", style="dim") + text
        else:
            empty.append(row)
    yield from _skipped(empty)


def _skipped(rows: Sequence[int]) -> Iterator[Text]:
    if rows:
        name = f"{rows[0]}..{rows[-1]}" if len(rows) > 1 else f"{rows[0]}"
        yield Text(f"{name:>5} nothing", style="dim")


def _rows(plan: Mapping, columns: Sequence[int], console: Console) -> Iterator[tuple[int, Text]]:
    shades = SHADES["ascii" if console.options.ascii_only else "utf"]
    number = {layer.name: n for n, layer in enumerate(plan.graph.mapped)}
    held = cells(plan)
    names = {place: name for name, place in plan.hardware.topology.tiles.items()}
    for row in range(1, max(row for row, _ in names) + 1):
        text = Text()
        for column in columns:
            found = held.get(names.get((row, column), ""), [])
            used = sum(cell.used or 0 for cell in found)
            shade = shades[min(4, int(used * 4) + 1)] if found else " "
            text.append(shade, COLOURS[number[found[0].layer] % len(COLOURS)] if found else "")
        yield row, text
