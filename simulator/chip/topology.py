"""Who stands where and who is linked to whom."""

import re
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from simulator.base.errors import InputError
from simulator.chip.schema import Chip

Coordinate = tuple[int, int]
_SET = re.compile(r"^w\d+/")
_TIER = re.compile(r"(^|/)t(\d+)/")


def tile_name(row: int, column: int) -> str:
    """Name of a tile; rows and columns count from 1."""
    return f"tile[{row},{column}]"


def global_name(column: int) -> str:
    """Name of the global digital unit of a column, from 1."""
    return f"global[{column}]"


def on_chip(chip: int, chips: int, name: str, *, sets: bool = False) -> str:
    """Name of a tile, unit or port of a chip, from 1, among so many: ``c2/tile[1,1]``; one alone has no number.

    ``sets``: not chips but sets of weights that take turns on one: ``w2/tile[1,1]``.
    """
    return f"{'w' if sets else 'c'}{chip}/{name}" if chips > 1 else name


def physical(name: str) -> str:
    """The name on its own chip: ``tile[1,1]`` of ``w2/tile[1,1]``, also at both ends of a link."""
    return "->".join(end.rpartition("/")[2] for end in name.split("->"))


def chip_of(name: str) -> int:
    """The chip of a name that ``on_chip`` made, from 1."""
    return int(name[1 : name.index("/")]) if "/" in name and name[0] in "cw" else 1


def of_sets(name: str) -> str:
    """The tile on which sets of weights take turns: ``tile[1,1]`` of ``w2/tile[1,1]``; other names as they are."""
    return _SET.sub("", name)


def on_tier(tier: int, tile: str) -> str:
    """Name of a tier of a tile, from 1: ``t7/tile[1,1]``, on one of several chips ``c2/t7/tile[1,1]``."""
    return f"t{tier}/{tile}"


def tile_of(name: str) -> str:
    """The tile of a tier: ``c2/tile[1,1]`` of ``c2/t7/tile[1,1]``."""
    return _TIER.sub(r"\1", name)


def tier_of(name: str) -> int:
    """The tier of a name, 0 if it has none."""
    found = _TIER.search(name)
    return int(found[2]) if found else 0


@dataclass(frozen=True)
class Topology:
    """Tiles with their coordinates, global units with the tile that feeds each, directed links."""

    tiles: Mapping[str, Coordinate]
    globals: Mapping[str, str]
    links: tuple[tuple[str, str], ...]

    @cached_property
    def after(self) -> dict[str, tuple[str, ...]]:
        """Node -> nodes that it has a link to, in the order of ``links``."""
        reached: dict[str, list[str]] = {}
        for source, target in self.links:
            reached.setdefault(source, []).append(target)
        return {node: tuple(targets) for node, targets in reached.items()}

    @cached_property
    def fed(self) -> dict[str, str]:
        """Tile -> the global unit that it feeds."""
        return {tile: unit for unit, tile in self.globals.items()}

    def routes(self, source: str) -> dict[str, str]:
        """Shortest-path tree from a node: node -> its predecessor; ties go to the link listed first."""
        before: dict[str, str] = {}
        queue = deque([source])
        while queue:
            node = queue.popleft()
            for target in self.after.get(node, ()):
                if target != source and target not in before:
                    before[target] = node
                    queue.append(target)
        return before


def repeated(one: Topology, chips: int, *, sets: bool = False) -> Topology:
    """So many equal chips without links between them, their rows numbered on from chip to chip.

    ``sets``: see ``on_chip``.
    """
    rows = max(row for row, _ in one.tiles.values())

    def name(chip: int, node: str) -> str:
        return on_chip(chip, chips, node, sets=sets)

    each = range(1, chips + 1)
    return Topology(
        {
            name(c, tile): (row + (c - 1) * rows, column)
            for c in each
            for tile, (row, column) in one.tiles.items()
        },
        {name(c, unit): name(c, tile) for c in each for unit, tile in one.globals.items()},
        tuple((name(c, source), name(c, target)) for c in each for source, target in one.links),
    )


def build(chip: Chip) -> Topology:
    """Topology of a chip; refuses links to what does not exist."""
    rows, columns = int(chip.grid.rows), int(chip.grid.columns)
    sites = {tile_name(r, c): (r, c) for r in range(1, rows + 1) for c in range(1, columns + 1)}
    tiles = {name: site for name, site in sites.items() if name not in set(chip.grid.absent)}
    feeds = _globals(chip)
    links = [*_neighbours(chip, tiles), *((tile, unit) for unit, tile in feeds.items())]
    for position, (source, target) in enumerate(chip.links.extra):
        for node in (source, target):
            if node not in tiles and node not in feeds:
                raise InputError(
                    "must name tiles or global units that exist",
                    field=f"links.extra.{position}",
                    value=node,
                    remedy=f"The grid has {rows} rows and {columns} columns, numbered from 1",
                )
        if source == target or (source, target) in links:
            raise InputError(
                "must add a link between two nodes that have none",
                field=f"links.extra.{position}",
                value=f"{source} -> {target}",
            )
        links.append((source, target))
    return Topology(tiles, feeds, tuple(links))


def edge(chip: Chip) -> list[str]:
    """Tiles in the first or last row or column, clockwise from the first one."""
    rows, columns = int(chip.grid.rows), int(chip.grid.columns)
    ring = [
        *((1, c) for c in range(1, columns + 1)),
        *((r, columns) for r in range(2, rows + 1)),
        *((rows, c) for c in range(columns - 1, 0, -1)),
        *((r, 1) for r in range(rows - 1, 1, -1)),
    ]
    names = dict.fromkeys(tile_name(*site) for site in ring)
    return [name for name in names if name not in set(chip.grid.absent)]


def spread(places: Sequence[str], count: int) -> tuple[str, ...]:
    """``count`` of these places, as far apart as can be."""
    return tuple(places[number * len(places) // count] for number in range(count))


def _globals(chip: Chip) -> dict[str, str]:
    unit = chip.global_digital
    if unit is None:
        return {}
    return {global_name(c): tile_name(int(unit.row), c) for c in range(1, int(unit.units) + 1)}


def _neighbours(chip: Chip, tiles: Mapping[str, Coordinate]) -> list[tuple[str, str]]:
    """Links by the reach rule: nearest first, along the row before along the column."""
    steps = [(0, sign * distance) for distance in sorted(chip.links.reach.row) for sign in (1, -1)]
    steps += [(sign * distance, 0) for distance in sorted(chip.links.reach.column) for sign in (1, -1)]
    found = []
    for name, (row, column) in tiles.items():
        near = (tile_name(row + down, column + right) for down, right in steps)
        found += [(name, other) for other in near if other in tiles]
    return found
