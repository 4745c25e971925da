"""How many copies of each layer make the slowest layer fastest, for a budget of tiles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from simulator.base.errors import InputError
from simulator.chip.resolve import Hardware
from simulator.mapping.chip_loads import filled
from simulator.mapping.segments import column_groups
from simulator.mapping.split import Chain
from simulator.workload.graph import Graph, Layer


@dataclass(frozen=True)
class Balance:
    """``copies`` per layer; ``interval`` [ps]: what the slowest layer then needs for an inference."""

    copies: Mapping[str, int]
    interval: int


@dataclass(frozen=True)
class _Demand:
    """A layer: tiles of one copy, positions, time [ps] of a position, and how many copies it may have."""

    name: str
    tiles: int
    positions: int
    each: int
    most: int

    def copies(self, interval: int) -> int | None:
        """The fewest copies that finish within the interval; None if no number does."""
        rounds = interval // self.each
        needed = -(-self.positions // rounds) if rounds else self.most + 1
        return needed if needed <= self.most else None

    def interval(self, copies: int) -> int:
        """Time of an inference with so many copies."""
        return -(-self.positions // copies) * self.each


def balance(graph: Graph, hardware: Hardware, tiles: int) -> Balance:
    """The smallest interval that ``tiles`` tiles allow, and the fewest copies that reach it.

    The model: a copy takes every copies-th position of its layer, a position takes as long as the slower of MVM and
    local unit, layers work side by side, the network is ideal, a layer stays on one chip. Within it the result is
    minimal: the interval must be one of the values that some layer can have, and the search halves their sorted list.
    """
    if hardware.tiers > 1:
        rule = f"copies would wait for the converters that the tiers of a tile of {hardware.name} share"
        raise InputError(rule, field="--mapping", value="balanced", remedy="Map without copies")
    there = len(hardware.topology.tiles)
    if not 0 < tiles <= there:
        rule, remedy = f"must be 1..{there}, the tiles of {hardware.name}", "Leave it out to spend all"
        raise InputError(rule, field="--tiles", value=tiles, remedy=remedy)
    tied = next((layer for layer in graph.mapped if layer.tied), None)
    if tied is not None:
        rule = f"takes turns on the devices of {tied.owner}, which the balance does not weigh"
        raise InputError(
            rule, place=graph.name, field=tied.name, remedy="Use --mapping packed or a placement file"
        )
    demands = [_demand(layer, hardware) for layer in graph.mapped]
    needed = sum(demand.tiles for demand in demands)
    if tiles < needed <= there:
        rule = f"must be at least {needed}: one copy of each layer needs so many tiles"
        remedy = "Spend more, or say --mapping packed: small pieces share tiles"
        raise InputError(rule, field="--tiles", value=tiles, remedy=remedy)
    most = [max(min(demand.most, tiles // demand.tiles), 1) for demand in demands]
    candidates = sorted(
        {d.interval(c) for d, top in zip(demands, most, strict=True) for c in range(1, top + 1)}
    )
    low, high = 0, len(candidates) - 1
    while low < high:
        middle = (low + high) // 2
        if _possible(demands, candidates[middle], tiles, hardware):
            high = middle
        else:
            low = middle + 1
    chosen = {demand.name: demand.copies(candidates[low]) or 1 for demand in demands}
    return Balance(chosen, max(demand.interval(chosen[demand.name]) for demand in demands))


def position_time(chains: Sequence[Chain], hardware: Hardware, layer: Layer) -> int:
    """What a copy of a layer with these column groups takes for a position at least [ps]: MVM or local unit."""
    if hardware.transport == "circuits":  # planes of a tile are read one after the other, and no unit follows
        return hardware.mvm_of(layer).window * max(chain.planes for chain in chains)
    return max(hardware.mvm_of(layer).window, hardware.local.occupancy(max(chain.width for chain in chains)))


def _possible(demands: Sequence[_Demand], interval: int, budget: int, hardware: Hardware) -> bool:
    """Whether an interval can be had within the budget, layers put on the chips in order."""
    loads = []
    for demand in demands:
        copies = demand.copies(interval)
        if copies is None:
            return False
        loads.append(copies * demand.tiles)
    there = len(hardware.single.tiles)
    return sum(loads) <= budget and max(loads) <= there and filled(loads, there)[-1] < hardware.chips


def _demand(layer: Layer, hardware: Hardware) -> _Demand:
    chains = column_groups(layer, hardware)
    each = position_time(chains, hardware, layer)
    recurrent = any(matrix.reads < 0 for matrix in layer.matrices)
    most = 1 if recurrent or hardware.whole else layer.positions
    return _Demand(layer.name, sum(len(chain.pieces) for chain in chains), layer.positions, each, most)
