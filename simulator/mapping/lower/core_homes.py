"""At which compute core every layer is computed and kept."""

from collections import Counter

from simulator.chip.topology import on_chip, physical
from simulator.mapping.lower.attention.seats import Seat
from simulator.mapping.plan import Mapping
from simulator.workload.graph import Graph, Layer

_HEAVY = 5
"""Operations a value from which a layer is a heavy core's (assumption): softmax, normalisation, GELU."""


def is_heavy(layer: Layer) -> bool:
    """Whether a layer needs a heavy core."""
    return bool(layer.products) or layer.operations >= _HEAVY * layer.positions * layer.width


def core_homes(
    mapping: Mapping, graph: Graph, into: dict[str, str], chips: dict[str, int], seats: dict[str, Seat]
) -> dict[str, str]:
    """Layer -> core; empty for inputs, which are outside.

    What tiles compute is kept by the nearest light core; what a core computes, by the nearest of its kind that has not
    had its share of operations yet; ``seats``: attention stays at its units. ``into``: additions done by another
    layer's tiles; ``chips``: layer -> its chip.
    """
    choice = _Choice(mapping, graph, seats)
    homes: dict[str, str] = {}
    for layer in graph.layers:
        placed = mapping.of(into.get(layer.name, layer.name))
        before = next((homes[s.layer] for s in layer.inputs if homes.get(s.layer)), "")
        if layer.kind == "input":
            homes[layer.name] = ""
            continue
        if layer.name in seats:
            homes[layer.name] = seats[layer.name].unit
            continue
        if placed:
            found = choice.nearest("light", physical(placed[0].tiles[-1]))
        elif before and not layer.operations:
            found = physical(before)
        else:
            found = choice.computing(layer, physical(before))
        homes[layer.name] = on_chip(chips[layer.name], mapping.hardware.dies, found)
    return homes


class _Choice:
    """Cores of one chip with the operations that they have been given."""

    def __init__(self, mapping: Mapping, graph: Graph, seats: dict[str, Seat]):
        cores = mapping.hardware.cores
        assert cores is not None
        self._cores, self._tiles = cores, mapping.hardware.single.tiles
        self._given: Counter[str] = Counter()
        asked: Counter[str] = Counter()
        for layer in graph.layers:
            if not layer.matrices and layer.name not in seats:
                asked[_kind(layer)] += layer.operations
        units = Counter(core.partition("[")[0] for core in cores.places)
        self._share = {kind: -(-asked[kind] // (units[kind] * mapping.hardware.dies)) for kind in units}

    def nearest(self, kind: str, tile: str, *, free: bool = False) -> str:
        """The core of a kind with the shortest way to a tile; ``free``: one with room for more work if there is one."""
        row, column = self._tiles[tile]

        def cost(core: str) -> tuple[bool, int]:
            there = self._tiles[self._cores.places[core]]
            full = free and self._given[core] >= self._share[kind]
            return full, abs(there[0] - row) + abs(there[1] - column)

        return min((core for core in self._cores.places if core.startswith(kind)), key=cost)

    def computing(self, layer: Layer, before: str) -> str:
        """The core that computes a layer, near the one that has its first input."""
        tile = self._cores.places[before] if before else next(iter(self._tiles))
        found = self.nearest(_kind(layer), tile, free=True)
        self._given[found] += layer.operations
        return found


def _kind(layer: Layer) -> str:
    return "heavy" if is_heavy(layer) else "light"
