"""The tile grid as a picture for the terminal: which piece sits where, and how full its tile is."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from simulator.chip.topology import tile_of
from simulator.mapping.placed import PlacedChain
from simulator.mapping.plan import Mapping as Plan
from simulator.report.text import plain

_NARROW, _WIDE = 8, 12
COLOURS = ("cyan", "yellow", "green", "magenta", "blue", "red")
SHADES = {"utf": " ░▒▓█", "ascii": " .:+#"}
LEGEND = (
    "Cell: layer; copy cN and column group gN if there are several, place in the chain of partial sums; "
    "share of the tile's cells that hold weights."
)


@dataclass(frozen=True)
class Cell:
    """What a tile or global unit shows: layer, where in it, share of cells used (None: not an array)."""

    layer: str
    part: str
    used: float | None = None


def picture(plan: Plan, console: Console) -> RenderableType:
    """The grid, in blocks of columns that fit the console's width."""
    columns = max(column for _, column in plan.hardware.topology.tiles.values())
    space = console.width - _label_width(plan) - 2
    width = min(_WIDE, max(_NARROW, space // columns - 1))
    at_once = max(1, min(columns, space // (width + 1)))
    blocks = [range(first, min(first + at_once, columns + 1)) for first in range(1, columns + 1, at_once)]
    drawing = _Drawing(plan, width, SHADES["ascii" if console.options.ascii_only else "utf"])
    return Group(*(drawing.block(block) for block in blocks), Text(LEGEND, style="dim"))


def cells(plan: Plan) -> dict[str, list[Cell]]:
    """Tile or global unit -> what sits on it."""
    size = plan.hardware.rows * plan.hardware.columns * plan.hardware.tiers
    found: dict[str, list[Cell]] = defaultdict(list)
    groups = {item.chain.layer: item.chain.group + 1 for item in plan.chains}
    for item in plan.chains:
        for stage, (tile, piece) in enumerate(zip(item.tiles, item.chain.pieces, strict=True)):
            part = _part(item, stage, groups[item.chain.layer])
            found[tile_of(tile)].append(
                Cell(item.chain.layer, part, 0.0 if item.chain.tied else piece.macs / size)
            )
        if item.unit is not None:
            found[item.unit].append(Cell(item.chain.layer, f"g{item.chain.group + 1}"))
    return dict(found)


def _part(item: PlacedChain, stage: int, groups: int) -> str:
    copy = f"c{item.chain.copy + 1} " if item.chain.copies > 1 else ""
    group = f"g{item.chain.group + 1} " if groups > 1 else ""
    return f"{copy}{group}{stage + 1}/{len(item.tiles)}"


def _label_width(plan: Plan) -> int:
    return max(2, len(str(max(row for row, _ in plan.hardware.topology.tiles.values()))))


class _Drawing:
    """One way to draw a plan."""

    def __init__(self, plan: Plan, width: int, shades: str):
        self._cells = cells(plan)
        self._topology, self._width, self._shades = plan.hardware.topology, width, shades
        self._rows = max(row for row, _ in self._topology.tiles.values())
        self._tile = {place: name for name, place in self._topology.tiles.items()}
        names = [layer.name for layer in plan.graph.mapped]
        self._colour = {name: COLOURS[n % len(COLOURS)] for n, name in enumerate(names)}

    def block(self, columns: Sequence[int]) -> Table:
        """Some columns of the grid, all rows."""
        table = Table(box=box.SQUARE, show_lines=True, padding=0, show_edge=True, header_style="")
        table.add_column("")
        for column in columns:
            table.add_column(Text(str(column)), width=self._width, justify="left", no_wrap=True)
        for row in range(1, self._rows + 1):
            names = [self._tile.get((row, column), "") for column in columns]
            table.add_row(str(row), *(self._cell(name) for name in names))
            for units in self._units_below(names):
                table.add_row("G", *(self._cell(unit, empty="global") for unit in units))
        return table

    def _units_below(self, tiles: Sequence[str]) -> Iterator[list[str]]:
        """The global units fed by these tiles, as a row of their own."""
        units = [self._topology.fed.get(tile, "") for tile in tiles]
        if any(units):
            yield units

    def _cell(self, name: str, empty: str = "") -> Text:
        held = self._cells.get(name, [])
        if not held:
            return Text(empty if name else "", style="dim")
        lines = [self._cut(" ".join(dict.fromkeys(cell.layer for cell in held)))]
        lines.append(self._cut(" ".join(cell.part for cell in held)))
        used = [cell.used for cell in held if cell.used is not None]
        if used:
            lines.append(self._gauge(sum(used)))
        text = Text("\n".join(lines))
        text.stylize(self._colour[held[0].layer])
        return text

    def _cut(self, text: str) -> str:
        """The end of a name tells more than its beginning."""
        safe = plain(text)
        return safe if len(safe) <= self._width else f"~{safe[1 - self._width :]}"

    def _gauge(self, used: float) -> str:
        number = f"{used:.0%}".rjust(4)
        shade = self._shades[min(4, int(used * 4) + 1)]
        return shade * (self._width - 5) + " " + number
