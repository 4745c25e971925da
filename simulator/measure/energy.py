"""Energy is counted, not simulated: work times its cost, plus power over time for what is switched on."""

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass

from simulator.chip.cost import Cost
from simulator.chip.costs import Costs, costs
from simulator.chip.schema import Chip
from simulator.chip.topology import Topology
from simulator.mapping.plan import Mapping
from simulator.measure.mvm_energy import MVM_PARTS, mvm_energy, mvms
from simulator.measure.totals import Totals, totals
from simulator.program.form import Program, Stream


@dataclass(frozen=True)
class Entry:
    """Energy [pJ] of one part for one layer over the whole run; ``label`` is the provenance of its constant.

    ``unit``: the resource, or for static energy the tile, that spends it.
    """

    layer: str
    part: str
    kind: str
    energy: float
    label: str
    unit: str = ""


__all__ = ["MVM_PARTS", "Entry", "distance", "energy", "mvm_energy", "not_modelled", "powered"]


def energy(chip: Chip, mapping: Mapping, program: Program, makespan: int) -> list[Entry]:
    """Entries of a run that lasted ``makespan`` [ps]."""
    spent, each, topology = totals(program), costs(chip), mapping.hardware.topology
    arrays = mvms(chip, program)
    entries = [
        Entry(stream.layer, part, "dynamic", float(amount * cost.value), cost.label, stream.unit)
        for number, stream in enumerate(program.streams)
        for part, amount, cost in (
            *((part, 1, cost) for part, cost in arrays.get(number, {}).items()),
            *_dynamic(each, topology, stream, spent, number),
        )
        if amount
    ]
    return entries + _static(each, chip, mapping, makespan)


def not_modelled(chip: Chip) -> tuple[str, ...]:
    """What no document gives an energy for; it is in no total, and the report says so."""
    host = () if chip.host.memory or chip.host.energy else ("host",)
    compute = ("host compute",) if chip.host.compute and not chip.host.compute_energy else ()
    cache = ("kv cache",) if chip.host.kv_cache and not chip.host.kv_cache.energy else ()
    between = ("chip-to-chip link",) if chip.chip_link and not chip.chip_link.energy else ()
    return (
        *host,
        *compute,
        *cache,
        *between,
        *_free(chip),
        *(("global unit at rest",) if chip.global_digital else ()),
        *(("attention units at rest",) if chip.attention else ()),
    )


def _free(chip: Chip) -> tuple[str, ...]:
    """Parts whose figure is zero because nobody gives one."""
    tile = chip.tile
    figures = {
        "input modulators": tile.input.figure,
        "converters": tile.adc.figure,
        "input buffers": tile.input_buffer.anchor.energy,
        "local digital units": tile.local_digital.anchor.energy,
    }
    return tuple(
        f"{name} (no figure of their own)" for name, figure in figures.items() if not figure.magnitude
    )


def _dynamic(
    each: Costs, topology: Topology, stream: Stream, spent: Totals, number: int
) -> Iterator[tuple[str, int, Cost]]:
    """Part, how often, cost."""
    operations, values, size = (int(row[number]) for row in (spent.operations, spent.values, spent.bytes))
    if stream.part == "crossbar":
        yield "input_buffer", operations, each.buffer
    elif stream.part == "link":
        yield "link", size * distance(topology, stream.unit), each.wire
    elif stream.part == "circuit" and each.scratchpad is not None:
        yield (
            "link",
            size * (len(stream.resources) - 1),
            each.wire,
        )  # beside the links stands the scratchpad's port
        yield "scratchpad", size, each.scratchpad
    else:
        amount = size if stream.part in ("host", "chip_link") else values
        cost = each.by_part.get(stream.part)
        if cost is not None:
            yield stream.part, amount, cost


def distance(topology: Topology, link: str) -> int:
    """Tile pitches between the ends of a link ``source->target``; a global unit stands beside its tile."""
    ends = [topology.tiles.get(node) for node in link.split("->")]
    if None in ends:
        return 1
    (row, column), (other_row, other_column) = (end for end in ends if end is not None)
    return abs(row - other_row) + abs(column - other_column)


def _static(each: Costs, chip: Chip, mapping: Mapping, makespan: int) -> list[Entry]:
    """Clock and leakage of every tile whose domain is on, for the whole run."""
    site, stacked = mapping.hardware.site, mapping.hardware.tiers > 1
    owner = {
        site(tile): "(tiers of several layers)" if stacked else placed.chain.layer
        for placed in mapping.own
        for tile in placed.tiles
    }
    powers = {"tile_clock": each.clock, "tile_leakage": each.leakage}
    return [
        Entry(
            owner.get(tile, "(idle, domain on)"),
            part,
            "static",
            float(power.value * makespan / 1000),
            power.label,
            tile,
        )
        for tile in powered(chip, mapping)
        for part, power in powers.items()
    ]


def powered(chip: Chip, mapping: Mapping) -> list[str]:
    """Tiles that are on: all of every power domain in which a tile is used."""
    hardware = mapping.hardware
    tiles: Dict[str, tuple[int, int]] = (hardware.single if hardware.reload else hardware.topology).tiles
    used = set(mapping.places)
    if chip.grid.power_domain == "tile":
        return [tile for tile in tiles if tile in used]
    if chip.grid.power_domain == "chip":
        return list(tiles)
    rows = {tiles[tile][0] for tile in used}
    return [tile for tile, (row, _) in tiles.items() if row in rows]
