"""A network that is larger than its chip, its weights written in turn."""

from dataclasses import replace
from pathlib import Path

from simulator.base.errors import InputError
from simulator.chip.resolve import MOST_CHIPS, resolve
from simulator.chip.schema import Chip
from simulator.mapping.plan import Mapping, map_workload
from simulator.mapping.segments import column_groups
from simulator.workload.graph import Graph


def reloaded(chip: Chip, graph: Graph, placement: Path | str | None, chips: int | None) -> Mapping:
    """The mapping with the fewest sets of weights that fit; InputError where not even a column group a set does."""
    if placement or chips not in (None, 1):
        raise InputError(
            "cannot be combined with --mapping or --chips",
            field="--reload",
            remedy="Sets of weights are found by themselves",
        )
    if chip.programming is None:
        raise InputError(
            f"{chip.name} does not say what writing weights takes",
            field="--reload",
            remedy="Add programming (row_time, tiles, energy, endurance) to the chip file",
        )
    _held(chip, graph)
    hardware = resolve(chip)
    groups = sum(len(column_groups(layer, hardware)) for layer in graph.mapped if not layer.tied)
    for sets in range(1, min(groups, MOST_CHIPS) + 1):
        try:
            found = map_workload(graph, resolve(chip, sets, reload=sets > 1), share=False)
        except InputError as error:
            last = error
        else:
            return replace(found, how=f"automatic; {sets} sets of weights in turn" if sets > 1 else found.how)
    raise last


def _held(chip: Chip, graph: Graph) -> None:
    """InputError where weights outgrow the memory in which they wait."""
    memory = chip.programming.memory if chip.programming else None
    if memory and graph.weights > memory.size.magnitude:
        raise InputError(
            f"holds {int(memory.size.magnitude):,} bytes; the network has {graph.weights:,} weights",
            place=chip.name,
            field="programming.memory.size",
            value=memory.size.text,
            remedy="Enlarge it, with its area",
        )
