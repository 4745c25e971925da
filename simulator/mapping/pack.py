"""Puts small pieces of several layers on one tile: in rows and columns of their own, each with its own inputs."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field

from simulator.chip.resolve import Hardware
from simulator.mapping.split import Chain, Piece

Seat = tuple[int, int]
"""Number of a chain, and which of its tiles."""


@dataclass
class _Tile:
    """What is left of a tile that stage ``seat[1]`` of chain ``seat[0]`` brought."""

    seat: Seat
    rows: int
    columns: int
    hardware: Hardware
    layers: set[str] = field(default_factory=set)

    def takes(self, chain: Chain) -> bool:
        """Whether a chain of one piece has room; copies and column groups of a layer keep apart."""
        rows, columns = room(chain.pieces[0], self.hardware)
        return rows <= self.rows and columns <= self.columns and chain.layer not in self.layers

    def add(self, layer: str, piece: Piece) -> None:
        """Take a piece."""
        rows, columns = room(piece, self.hardware)
        self.rows -= rows
        self.columns -= columns
        self.layers.add(layer)


def pack(chains: Sequence[Chain], finished: Set[str], hardware: Hardware) -> list[Seat | None]:
    """Per chain: whose tile it joins, or None for tiles of its own.

    Chains of one piece join others, the largest first, each the first tile with rows and columns to spare (of tiles
    whose rows can be shared: with columns).
    ``finished`` layers end at global units and stay by themselves. Without the host path nobody joins: window
    buffers of linked layers fill the tile's. Where tiles have tiers a piece has one to itself.
    """
    found: list[Seat | None] = [None] * len(chains)
    if hardware.whole or hardware.tiers > 1:
        return found
    small = [n for n, c in enumerate(chains) if len(c.pieces) == 1 and c.layer not in finished]
    tiles = [
        tile for n in sorted(set(range(len(chains))) - set(small)) for tile in _own(n, chains[n], hardware)
    ]
    tiles = [tile for tile in tiles if chains[tile.seat[0]].layer not in finished]
    for n in sorted(small, key=lambda n: -_size(chains[n].pieces[0], hardware)):
        room = next((tile for tile in tiles if tile.takes(chains[n])), None)
        if room is None:
            tiles += _own(n, chains[n], hardware)
            continue
        room.add(chains[n].layer, chains[n].pieces[0])
        found[n] = room.seat
    return found


def _own(number: int, chain: Chain, hardware: Hardware) -> list[_Tile]:
    tiles = [
        _Tile((number, stage), hardware.rows, hardware.columns, hardware)
        for stage in range(len(chain.pieces))
    ]
    for tile, piece in zip(tiles, chain.pieces, strict=True):
        tile.add(chain.layer, piece)
    return tiles


def _size(piece: Piece, hardware: Hardware) -> float:
    """The larger share of rows or columns."""
    return max(piece.height / hardware.rows, piece.width / hardware.columns)


def room(piece: Piece, hardware: Hardware) -> tuple[int, int]:
    """Rows and columns that a piece keeps others from, bias included; none of the rows where those can be shared."""
    rows = 0 if hardware.sharing == "columns" else piece.height + piece.bias_rows
    return rows, piece.width + piece.bias_columns
