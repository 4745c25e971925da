"""Finds tiles for chains: neighbours must be linked, LSTM chains end where a global unit is fed."""

from collections.abc import Iterator, Sequence, Set

from simulator.base.errors import InputError
from simulator.chip.topology import Topology
from simulator.mapping.split import Chain

_TRIES = 20_000
"""Steps of the path search before a chain is given up; a snake through a free grid needs one a tile."""


def place(chains: Sequence[Chain], finished: Set[str], topology: Topology) -> list[list[str]]:
    """Tiles for each chain, first to last.

    Chains of ``finished`` layers come first, backwards from the tiles that feed global units; the others
    follow a snake through the grid. Deterministic.
    """
    search = _Search(topology)
    order = sorted(range(len(chains)), key=lambda number: chains[number].layer not in finished)
    found = {number: search.path(chains[number], chains[number].layer in finished) for number in order}
    return [found[number] for number in range(len(chains))]


class _Search:
    """Free tiles and depth-first paths over them."""

    def __init__(self, topology: Topology):
        self._topology = topology
        snake = snake_of(topology)
        self._rank = {tile: rank for rank, tile in enumerate(snake)}
        self._free = dict.fromkeys(snake)
        before: dict[str, list[str]] = {}
        for source, target in topology.links:
            before.setdefault(target, []).append(source)
        self._before = before

    def path(self, chain: Chain, to_unit: bool) -> list[str]:
        """Take a path of free tiles for a chain."""
        length = len(chain.pieces)
        starts = [tile for tile in self._topology.fed if tile in self._free] if to_unit else list(self._free)
        for start in starts:
            tiles = self._from(start, length, backwards=to_unit)
            if tiles:
                for tile in tiles:
                    del self._free[tile]
                return tiles[::-1] if to_unit else tiles
        raise InputError(
            f"found no path of {length} linked free tiles"
            + (" that ends at a tile feeding a free global unit" if to_unit else ""),
            field=f"{chain.layer} (column group {chain.group})",
            remedy="Give a placement (--mapping FILE) or use a larger grid",
        )

    def _from(self, start: str, length: int, backwards: bool) -> list[str]:
        """Depth-first search; empty if there is no path within the tries."""
        path, tries = [start], 0
        choices = [self._next(start, backwards)]
        while path and len(path) < length and tries < _TRIES:
            tries += 1
            tile = next((t for t in choices[-1] if t in self._free and t not in path), None)
            if tile is None:
                path.pop()
                choices.pop()
            else:
                path.append(tile)
                choices.append(self._next(tile, backwards))
        return path if len(path) == length else []

    def _next(self, tile: str, backwards: bool) -> Iterator[str]:
        """Linked tiles: backwards up the column first, forwards along the snake first."""
        if backwards:
            column = self._topology.tiles[tile][1]
            near = [t for t in self._before.get(tile, ()) if t in self._rank]
            return iter(sorted(near, key=lambda t: (self._topology.tiles[t][1] != column, self._rank[t])))
        near = [t for t in self._topology.after.get(tile, ()) if t in self._rank]
        return iter(
            sorted(
                near, key=lambda t: (self._rank[t] < self._rank[tile], abs(self._rank[t] - self._rank[tile]))
            )
        )


def snake_of(topology: Topology) -> list[str]:
    """Tiles, odd rows left to right, even rows right to left."""

    def at(tile: str) -> tuple[int, int]:
        row, column = topology.tiles[tile]
        return row, column if row % 2 else -column

    return sorted(topology.tiles, key=at)
