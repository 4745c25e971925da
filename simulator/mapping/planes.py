"""Which layers share the devices of their tiles between weight planes, and where tiles stand that durations reach."""

from collections.abc import Sequence
from dataclasses import replace

from simulator.chip.resolve import Hardware
from simulator.chip.topology import Topology
from simulator.mapping.chip_loads import filled, least_fullest
from simulator.mapping.place import snake_of
from simulator.mapping.split import Chain


def in_planes(chains: Sequence[Chain], hardware: Hardware) -> list[Chain]:
    """The column groups, those of some layers in planes.

    Rule: layers stay whole and in order, each weight with all its devices; where a chip is too full, its largest layer
    is put in planes, until every chip holds its layers.
    """
    chosen: set[str] = set()
    while True:
        made = [replace(c, planes=hardware.planes) if c.layer in chosen else c for c in chains]
        loads = tile_loads(made)
        rest = [layer for layer in _overfull(loads, hardware) if layer not in chosen]
        if not rest or hardware.planes == 1:
            return made
        chosen.add(max(rest, key=lambda layer: loads[layer]))


def tile_loads(chains: Sequence[Chain]) -> dict[str, int]:
    """Layer -> its tiles."""
    loads: dict[str, int] = {}
    for chain in chains:
        loads[chain.layer] = loads.get(chain.layer, 0) + chain.tiles
    return loads


def _overfull(loads: dict[str, int], hardware: Hardware) -> list[str]:
    """Layers of the first chip that has too few tiles for them."""
    there, chips = len(hardware.single.tiles), min(hardware.chips, len(loads))
    sizes = list(loads.values())
    homes = filled(sizes, least_fullest(sizes, chips), chips)
    for chip in range(chips):
        held = [layer for layer, home in zip(loads, homes, strict=True) if home == chip]
        if sum(loads[layer] for layer in held) > there:
            return held
    return []


def by_rows(chains: Sequence[Chain], topology: Topology) -> list[list[str]]:
    """Tiles of one chip: those with the same rows of a layer side by side, since one circuit feeds them all.

    The caller knows that the chip has enough of them.
    """
    free = iter(snake_of(topology))
    found: list[list[str]] = [[] for _ in chains]
    for layer in dict.fromkeys(chain.layer for chain in chains):
        mine = [number for number, chain in enumerate(chains) if chain.layer == layer]
        for turn in range(max(chains[number].tiles for number in mine)):
            for number in (number for number in mine if turn < chains[number].tiles):
                chain = chains[number]
                held = len(chain.pieces[turn * chain.planes : (turn + 1) * chain.planes])
                found[number] += [next(free)] * held
    return found
