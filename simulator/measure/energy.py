"""Energy is counted, not simulated: work times its cost, plus power over time for what is switched on."""

from collections.abc import Mapping as Dict
from dataclasses import dataclass

from simulator.base.units import Quantity
from simulator.chip.resolve import mvm_window
from simulator.chip.schema import Chip
from simulator.mapping.plan import Mapping
from simulator.measure.totals import totals
from simulator.program.form import Program


@dataclass(frozen=True)
class Entry:
    """Energy [pJ] of one part for one layer over the whole run; ``label`` is the provenance of its constant."""

    layer: str
    part: str
    kind: str
    energy: float
    label: str


NOT_MODELLED = ("host", "links apart from local units", "global unit at rest")
"""What no document gives an energy for; it is in no total, and the report says so."""


def energy(chip: Chip, mapping: Mapping, program: Program, makespan: int) -> list[Entry]:
    """Entries of a run that lasted ``makespan`` [ps]. A link's energy is part of the value that is sent on."""
    total = totals(program)
    entries = []
    for number, stream in enumerate(program.streams):
        for part, joules, constant in _dynamic(chip, stream.part, total, number):
            if joules:
                entries.append(Entry(stream.layer, part, "dynamic", joules, constant.label))
    return entries + _static(chip, mapping, makespan)


def mvm_energy(chip: Chip) -> float:
    """Energy of one MVM of a tile [pJ]: power while it integrates times the window (mW x ps = fJ)."""
    return float(chip.tile.energy.mvm_power.magnitude * mvm_window(chip) / 1000)


def _dynamic(chip: Chip, part: str, total: object, number: int) -> list[tuple[str, float, Quantity]]:
    costs = chip.tile.energy
    operations, values = total.operations[number], total.values[number]  # type: ignore[attr-defined]
    if part == "crossbar":
        whole, share = float(operations) * mvm_energy(chip), costs.mvm_share
        split = {"input": share.input, "crossbar": share.crossbar, "adc": share.adc}
        return [(name, whole * float(ratio), costs.mvm_power) for name, ratio in split.items()]
    if part == "local_digital":
        return [(part, float(values) * float(costs.output), costs.output)]
    if part == "global_digital" and chip.global_digital is not None:
        return [(part, float(values) * float(chip.global_digital.energy), chip.global_digital.energy)]
    return []


def _static(chip: Chip, mapping: Mapping, makespan: int) -> list[Entry]:
    """Digital power of every tile whose domain is on, for the whole run."""
    power = chip.tile.energy.static
    each = float(power) * makespan / 1000
    owner = {tile: placed.chain.layer for placed in mapping.chains for tile in placed.tiles}
    return [
        Entry(owner.get(tile, "(idle, domain on)"), "tile_static", "static", each, power.label)
        for tile in powered(chip, mapping)
    ]


def powered(chip: Chip, mapping: Mapping) -> list[str]:
    """Tiles that are on: all of every power domain in which a tile is used."""
    tiles: Dict[str, tuple[int, int]] = mapping.hardware.topology.tiles
    used = set(mapping.tiles)
    if chip.grid.power_domain == "tile":
        return [tile for tile in tiles if tile in used]
    if chip.grid.power_domain == "chip":
        return list(tiles)
    rows = {tiles[tile][0] for tile in used}
    return [tile for tile, (row, _) in tiles.items() if row in rows]
