"""Measures of networks that stay on a chip whole, and of the same written in turn on a smaller one beside it."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from simulator.chip.areas import tile_areas
from simulator.engine.contract import run
from simulator.mapping.lower.lower import lower
from simulator.mapping.plan import Mapping as Plan
from simulator.measure.area import areas
from simulator.measure.energy import energy
from simulator.measure.steady import steady
from simulator.program.form import Inference
from simulator.study.case import Case
from simulator.study.reloaded import reloaded

_BATCH = 8


def _interval(case: Case, plan: Plan) -> float:
    return steady(lower(plan, [plan.graph], [Inference()]), case.engine).interval


def _makespan(case: Case, plan: Plan, count: int) -> int:
    return run(case.engine, lower(plan, [plan.graph], [Inference()] * count)).makespan


def _energy(case: Case, plan: Plan, count: int = 1) -> float:
    """Energy [pJ] of an inference of ``count``."""
    program = lower(plan, [plan.graph], [Inference()] * count)
    makespan = run(case.engine, program).makespan
    return sum(entry.energy for entry in energy(case.file.chip, plan, program, makespan)) / count


@lru_cache(maxsize=4)
def _turns(case: Case) -> tuple[Case, Plan]:
    """The chip beside, and the network on it in turn."""
    other = case.beside
    return other, reloaded(other.file.chip, case.mapping.graph, None, None)


def turns_throughput(case: Case) -> float:
    """Steady interval in turn over that of the whole."""
    other, plan = _turns(case)
    return _interval(other, plan) / _interval(case, case.mapping)


def turns_latency(case: Case) -> float:
    """A batch of eight in turn over one sequence through the whole."""
    other, plan = _turns(case)
    return _makespan(other, plan, _BATCH) / _makespan(case, case.mapping, 1)


def turns_energy(case: Case) -> float:
    """Energy an inference in turn over that of the whole."""
    other, plan = _turns(case)
    return _energy(other, plan) / _energy(case, case.mapping)


def turns_area(case: Case) -> float:
    """Tiles and cores of the whole over those of the chip beside."""
    return areas(case.file.chip)["tiles"] / areas(case.beside.file.chip)["tiles"]


def tiles_of_layers(case: Case) -> float:
    """Tiles of all layers whose name begins with the row's ``layer``."""
    chosen = (placed for placed in case.mapping.chains if placed.chain.layer.startswith(case.row.layer))
    return len({tile for placed in chosen for tile in placed.tiles})


MEASURES: Mapping[str, Callable[[Case], float]] = {
    "turns_throughput": turns_throughput,
    "turns_latency": turns_latency,
    "turns_energy": turns_energy,
    "turns_area": turns_area,
    "tiles_of_layers": tiles_of_layers,
    "tile_area_mm2": lambda case: float(tile_areas(case.file.chip).tile),
    "latency_us": lambda case: _makespan(case, case.mapping, 1) / 1e6,
    "energy_uj": lambda case: _energy(case, case.mapping) / 1e6,
}
"""Name -> function; units are in the names."""
