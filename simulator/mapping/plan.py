"""Which piece sits on which tile."""

from collections.abc import Mapping as Dict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from simulator.base.errors import InputError, did_you_mean
from simulator.chip.resolve import Hardware
from simulator.mapping.place import place
from simulator.mapping.split import Chain, split
from simulator.workload.graph import Graph, Layer

Place = Dict[str, Sequence[Sequence[str]]]
"""Layer -> column groups -> tiles from the first to the last of the chain."""


@dataclass(frozen=True)
class PlacedChain:
    """A chain with its tiles, first to last, and the global unit that finishes it, if any."""

    chain: Chain
    tiles: tuple[str, ...]
    unit: str | None


@dataclass(frozen=True)
class Mapping:
    """A network on a chip. ``how`` says where the placement comes from."""

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
        used = {tile for placed in self.chains for tile in placed.tiles}
        return tuple(tile for tile in self.hardware.topology.tiles if tile in used)

    @property
    def weights(self) -> int:
        """Cells that hold a weight, copies counted."""
        return sum(piece.macs for placed in self.chains for piece in placed.chain.pieces)

    def zeros(self, layer: str | None = None) -> int:
        """Cells that block-diagonal pieces leave at zero, of one layer or of all."""
        chosen = self.chains if layer is None else self.of(layer)
        return sum(piece.zeros for placed in chosen for piece in placed.chain.pieces)

    def utilisation(self, layer: str | None = None) -> float:
        """Weights over cells of the tiles used (1 = full), of one layer or of all."""
        chosen = self.chains if layer is None else self.of(layer)
        cells = self.hardware.rows * self.hardware.columns
        weights = sum(piece.macs for placed in chosen for piece in placed.chain.pieces)
        return weights / (cells * len({tile for placed in chosen for tile in placed.tiles}))


def map_workload(
    graph: Graph,
    hardware: Hardware,
    given: Place | None = None,
    origin: str = "",
    *,
    copies: Dict[str, int] | None = None,
) -> Mapping:
    """Split every layer and place every piece.

    With ``given`` the tiles are taken from it and checked; otherwise they are found. ``copies``: layer -> how
    often it is on the chip (1 unless said; ``given`` tells by the number of its column groups). InputError where
    the network does not fit.
    """
    single = {layer.name: split(layer, hardware.rows, hardware.columns) for layer in graph.mapped}
    if not single:
        raise InputError("has no layer with weights to map", place=graph.name, field="layers")
    _multiplies(graph, hardware)
    for layer in graph.mapped:
        _fits_unit(layer, single[layer.name][0], hardware)
    counts = _counts(given, single) if given else copies or {}
    chains = [
        replace(chain, copy=copy, copies=counts.get(name, 1))
        for name, groups in single.items()
        for copy in range(counts.get(name, 1))
        for chain in groups
    ]
    _duplicable(chains, graph, hardware)
    _fits_chip(chains, graph, hardware)
    finished = {layer.name for layer in graph.mapped if layer.kind == "lstm"}
    tiles = _given(given, chains, origin) if given else place(chains, finished, hardware.topology)
    placed = []
    for chain, where in zip(chains, tiles, strict=True):
        unit = hardware.topology.fed.get(where[-1]) if chain.layer in finished else None
        placed.append(PlacedChain(chain, tuple(where), unit))
    _check(placed, finished, hardware, origin)
    return Mapping(graph, hardware, tuple(placed), origin or "automatic")


def _multiplies(graph: Graph, hardware: Hardware) -> None:
    """InputError if activations are multiplied with each other and nobody can."""
    asked = [layer for layer in graph.layers if layer.products]
    if asked and hardware.host.compute is None:
        macs = sum(layer.products for layer in asked)
        more = f" and {len(asked) - 1} more" if len(asked) > 1 else ""
        raise InputError(
            f"multiplies activations with each other ({macs:,} MACs an inference), which tiles cannot; "
            f"{hardware.name} does not say how fast its host computes",
            place=graph.name,
            field=asked[0].name + more,
            remedy="Add host.compute to the chip file, like --set host.compute='2 Top/s'",
        )


def _counts(given: Place, single: Dict[str, Sequence[Chain]]) -> dict[str, int]:
    """Copies in a given placement: whole multiples of a layer's column groups."""
    return {
        name: max(len(groups) // len(single[name]), 1) for name, groups in given.items() if name in single
    }


def _duplicable(chains: Sequence[Chain], graph: Graph, hardware: Hardware) -> None:
    """Copies share the positions of a layer, which a recurrence or the link path cannot do."""
    for chain in chains:
        if chain.copies == 1:
            continue
        if chain.copies > graph[chain.layer].positions:
            rule = f"has {graph[chain.layer].positions} positions, too few for {chain.copies} copies"
            raise InputError(rule, place=graph.name, field=chain.layer)
        if any(piece.reads < 0 for piece in chain.pieces):
            raise InputError(
                "is recurrent: copies would wait for each other", place=graph.name, field=chain.layer
            )
        if hardware.transport == "links":
            raise InputError(
                "copies need the host path: packets of several copies are not put in order on the links",
                place=graph.name,
                field=chain.layer,
                remedy="Set transport=host or map without copies",
            )


def _fits_unit(layer: Layer, chain: Chain, hardware: Hardware) -> None:
    """InputError if an LSTM finds no global unit to finish it."""
    if layer.kind != "lstm":
        return
    unit = hardware.unit
    if unit is None:
        raise InputError(
            f"{hardware.name} has no global digital unit, which an LSTM needs for its gates",
            field=layer.name,
            remedy="Add global_digital to the chip file",
        )
    if chain.width // unit.inputs_per_output > unit.outputs:
        raise InputError(
            f"a global unit holds {unit.outputs} cell states, a column group has {chain.width // 4}",
            field=layer.name,
            remedy="Use tiles with fewer columns or enlarge global_digital.outputs",
        )


def _fits_chip(chains: Sequence[Chain], graph: Graph, hardware: Hardware) -> None:
    needed, there = sum(len(chain.pieces) for chain in chains), len(hardware.topology.tiles)
    if needed > there:
        raise InputError(
            f"needs {needed} tiles of {hardware.rows} x {hardware.columns}; {hardware.name} has {there}",
            place=graph.name,
            field="mapping",
            remedy="Try a chip with more tiles (--set grid.rows=..., with die.area to match), larger crossbars, "
            "or a smaller network",
        )


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


def _check(placed: Sequence[PlacedChain], finished: set[str], hardware: Hardware, origin: str) -> None:
    """Every tile exists and holds one piece; neighbours in a chain are linked; LSTMs end at a unit of their own."""
    owner: dict[str, str] = {}
    for item in placed:
        field = f"place.{item.chain.layer}"
        for tile in (*item.tiles, *((item.unit,) if item.unit else ())):
            if tile not in hardware.topology.tiles and tile not in hardware.topology.globals:
                raise InputError("no such tile", place=origin, field=field, value=tile)
            if tile in owner:
                raise InputError(f"already holds {owner[tile]}", place=origin, field=field, value=tile)
            owner[tile] = item.chain.layer
        for source, target in zip(item.tiles, item.tiles[1:], strict=False):
            if target not in hardware.topology.after.get(source, ()):
                raise InputError(f"no link from {source} to {target}", place=origin, field=field)
        if item.chain.layer in finished and item.unit is None:
            raise InputError(
                f"an LSTM column group must end at a tile that feeds a global unit, not at {item.tiles[-1]}",
                place=origin,
                field=field,
                remedy=f"Those are {', '.join(list(hardware.topology.fed)[:3])} ...",
            )
