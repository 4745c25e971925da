"""Which piece sits on which tile."""

from collections import Counter
from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from simulator.base.errors import InputError, did_you_mean
from simulator.chip.resolve import Hardware
from simulator.chip.topology import chip_of, physical, tile_of
from simulator.mapping.checks import check_copies, check_network, check_placed, check_size
from simulator.mapping.placed import PlacedChain
from simulator.mapping.planes import in_planes
from simulator.mapping.seats import Seats
from simulator.mapping.segments import column_groups, tied_groups
from simulator.mapping.split import Chain
from simulator.workload.graph import Graph

Place = Dict[str, Sequence[Sequence[str]]]
"""Layer -> column groups -> tiles from the first to the last of the chain."""


@dataclass(frozen=True)
class Mapping:
    """A network on a chip, or on several equal ones. ``how`` says where the placement comes from."""

    graph: Graph
    hardware: Hardware
    chains: tuple[PlacedChain, ...]
    how: str

    def of(self, layer: str) -> tuple[PlacedChain, ...]:
        """The column groups of a layer, of all its copies."""
        return self._by_layer.get(layer, ())

    @cached_property
    def _by_layer(self) -> dict[str, tuple[PlacedChain, ...]]:
        found: dict[str, list[PlacedChain]] = {}
        for placed in self.chains:
            found.setdefault(placed.chain.layer, []).append(placed)
        return {layer: tuple(chains) for layer, chains in found.items()}

    @property
    def tiles(self) -> tuple[str, ...]:
        """Tiles in use, in the chip's order."""
        used = {tile_of(tile) for tile in self.arrays}
        return tuple(tile for tile in self.hardware.topology.tiles if tile in used)

    @cached_property
    def arrays(self) -> tuple[str, ...]:
        """Arrays that hold pieces, in the order in which they are taken: tiers where tiles have several."""
        return tuple(dict.fromkeys(tile for placed in self.chains for tile in placed.tiles))

    @property
    def places(self) -> tuple[str, ...]:
        """Tiles in use that are there: sets of weights that take turns are on the same."""
        return tuple(dict.fromkeys(map(physical, self.tiles))) if self.hardware.reload else self.tiles

    @cached_property
    def written(self) -> tuple[int, int]:
        """Weights written an inference, and how often the tile that is written most often is."""
        held = Counter(map(physical, self.tiles)) if self.hardware.reload else Counter[str]()
        turns = {tile: count for tile, count in held.items() if count > 1}
        pieces = (
            piece.macs
            for placed in self.chains
            for tile, piece in zip(placed.tiles, placed.chain.pieces, strict=True)
            if physical(tile) in turns
        )
        return sum(pieces), max(turns.values(), default=0)

    @property
    def weights(self) -> int:
        """Cells that hold a weight, copies counted."""
        return sum(piece.macs for placed in self.own for piece in placed.chain.pieces)

    @cached_property
    def own(self) -> tuple[PlacedChain, ...]:
        """Column groups that hold devices of their own."""
        return tuple(placed for placed in self.chains if not placed.chain.tied)

    @property
    def segments(self) -> int:
        """Pieces on tiles, copies counted."""
        return sum(len(placed.chain.pieces) for placed in self.own)

    @property
    def devices(self) -> int:
        """Devices that pieces take, bias rows and columns, zeros and copies counted."""
        cells = sum(piece.cells for placed in self.own for piece in placed.chain.pieces)
        return cells * self.hardware.devices

    @cached_property
    def turned(self) -> frozenset[str]:
        """Tiles that are used in both directions."""
        return frozenset(tile for placed in self.chains if placed.chain.backward for tile in placed.tiles)

    @cached_property
    def shared(self) -> frozenset[str]:
        """Tiles that hold pieces of several layers."""
        held = Counter(tile for placed in self.chains for tile in set(placed.tiles))
        return frozenset(tile for tile, pieces in held.items() if pieces > 1)

    def shares(self, tile: str) -> bool:
        """Whether a tile's converters serve other pieces too."""
        return self.hardware.tiers > 1 or tile in self.shared

    def chip(self, layer: str) -> int:
        """The chip, from 1, that holds a layer's matrices."""
        return chip_of(self.of(layer)[0].tiles[0])

    @property
    def held(self) -> tuple[int, int]:
        """Arrays that hold pieces, of how many that are there."""
        there = self.hardware.arrays * self.hardware.dies
        return len(self.arrays) if self.hardware.tiers > 1 else len(self.places), there

    @cached_property
    def at_once(self) -> Fraction:
        """Weights read at once when all tiles in use work: of a tile's tiers, or sets in turn, one, on average."""
        if self.hardware.tiers == 1 and not self.hardware.reload:
            return Fraction(self.weights)
        weights, pieces = Counter[str](), Counter[str]()
        for placed in self.own:
            for tile, piece in zip(map(self.hardware.site, placed.tiles), placed.chain.pieces, strict=True):
                weights[tile] += piece.macs
                pieces[tile] += 1
        return sum((Fraction(count, pieces[tile]) for tile, count in weights.items()), Fraction(0))

    def zeros(self, layer: str | None = None) -> int:
        """Cells that block-diagonal pieces leave at zero, of one layer or of all."""
        chosen = self.own if layer is None else self.of(layer)
        return sum(piece.zeros for placed in chosen for piece in placed.chain.pieces)

    def utilisation(self, layer: str | None = None) -> float:
        """Weights over cells of the tiles used (1 = full), of one layer or of all.

        In planes a weight has so much fewer devices, and takes that part of a cell.
        """
        chosen = self.own if layer is None else self.of(layer)
        cells = self.hardware.rows * self.hardware.columns
        taken = sum(piece.macs / placed.chain.planes for placed in chosen for piece in placed.chain.pieces)
        return taken / (cells * len({tile for placed in chosen for tile in placed.tiles}))


def map_workload(
    graph: Graph,
    hardware: Hardware,
    given: Place | None = None,
    origin: str = "",
    *,
    copies: Dict[str, int] | None = None,
    share: bool | None = None,
) -> Mapping:
    """Split every layer and place every piece.

    With ``given`` the tiles are taken from it and checked; otherwise they are found. ``copies``: layer -> how
    often it is on the chip (1 unless said; ``given`` tells by the number of its column groups). ``share``: small
    pieces of several layers share tiles (None: where the network does not fit otherwise). InputError where it does
    not fit.
    """
    check_size(graph, hardware)
    single = {layer.name: column_groups(layer, hardware) for layer in graph.mapped if not layer.tied}
    check_network(graph, hardware, single)
    counts = _counts(given, single) if given else copies or {}
    chains = [
        replace(chain, copy=copy, copies=counts.get(name, 1))
        for name, groups in single.items()
        for copy in range(counts.get(name, 1))
        for chain in groups
    ]
    check_copies(chains, graph, hardware)
    if hardware.transport == "circuits":
        chains = _as_given(given, chains) if given else in_planes(chains, hardware)
    finished = {layer.name for layer in graph.mapped if layer.kind == "lstm" and hardware.unit}
    seats = Seats(chains, finished, hardware)
    tiles = _given(given, chains, origin) if given else seats.find(graph.name, share)
    placed = []
    for chain, where in zip(chains, tiles, strict=True):
        unit = hardware.topology.fed.get(where[-1]) if chain.layer in finished else None
        placed.append(PlacedChain(chain, tuple(where), unit))
    placed += _tied(graph, placed, hardware)
    check_placed(placed, finished, hardware, origin)
    found = Mapping(graph, hardware, tuple(placed), origin or "automatic")
    return found if origin or not found.shared else replace(found, how="automatic, small pieces share tiles")


def _tied(graph: Graph, placed: Sequence[PlacedChain], hardware: Hardware) -> list[PlacedChain]:
    """Column groups of layers that use the matrices of others."""
    found = []
    for layer in graph.mapped:
        if layer.tied:
            owners = [item for item in placed if item.chain.layer == layer.owner]
            found += tied_groups(layer, owners, hardware)
    check_copies([item.chain for item in found], graph, hardware)
    return found


def _counts(given: Place, single: Dict[str, Sequence[Chain]]) -> dict[str, int]:
    """Copies in a given placement: whole multiples of a layer's column groups."""
    return {
        name: max(len(groups) // len(single[name]), 1) for name, groups in given.items() if name in single
    }


def _as_given(given: Place, chains: Sequence[Chain]) -> list[Chain]:
    """A tile that a column group names several times holds as many planes."""
    named = ((chain, given.get(chain.layer, ())) for chain in chains)
    most = [max((list(g).count(t) for g in groups for t in g), default=1) for _, groups in named]
    return [replace(chain, planes=planes) for chain, planes in zip(chains, most, strict=True)]


def _given(given: Place, chains: Sequence[Chain], origin: str) -> list[list[str]]:
    layers = {chain.layer for chain in chains}
    for name in given:
        if name not in layers:
            raise InputError(
                "is not a layer with weights", place=origin, field=name, remedy=did_you_mean(name, layers)
            )
    found = []
    for chain in chains:
        groups = given.get(chain.layer, ())
        count = sum(other.layer == chain.layer for other in chains)
        number = chain.copy * (count // chain.copies) + chain.group
        if len(groups) != count or len(groups[number]) != len(chain.pieces):
            raise InputError(
                f"needs {count} column groups of {len(chain.pieces)} tiles each",
                place=origin,
                field=f"place.{chain.layer}",
                value=[len(group) for group in groups],
            )
        found.append(list(groups[number]))
    return found
