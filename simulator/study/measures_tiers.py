"""Measures of 3-D chips: weights of experts and what fetching them costs a GPU, tier conflicts."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import pairwise

from simulator.chip.areas import tile_areas
from simulator.chip.baselines import named
from simulator.measure.tiers import Conflicts, conflicts
from simulator.study.case import Case
from simulator.study.run import Result, simulate
from simulator.trace.trace import record_trace
from simulator.trace.written import Written, pattern
from simulator.workload.experts import experts
from simulator.workload.reader import load_workload

_BYTES = Fraction(5, 8)
"""A weight in a GPU's memory [byte]: Buchel et al. 2025, second hand."""
_TIMES = 8
"""How often all weights are fetched (iterations), from the same."""
_SIDES = (15, 10, 5, 3, 2)
"""Tiles along a side of chips on which conflicts are compared, from one with few."""
_PROMPT = 12
"""Tokens of the README's example."""


def expert_weights(case: Case) -> float:
    """Weights of the experts of ``size`` layers like the row's workload."""
    graph = load_workload(case.workloads / case.row.workload).bind(1)
    belongs = experts(graph)
    return case.row.size * sum(layer.weights for layer in graph.mapped if layer.name in belongs)


def fetched_bytes(case: Case) -> float:
    """Bytes of weights that a digital machine fetches."""
    return float(expert_weights(case) * _BYTES * _TIMES)


def fetch_seconds(case: Case) -> float:
    """The same over the bandwidth of the row's machine: a bound."""
    return fetched_bytes(case) / (float(named(case.row.chip)[case.row.chip].bandwidth.magnitude) / 8)


def _conflicts(case: Case, workload: str) -> Conflicts:
    """Of a prompt and as many tokens generated."""
    lengths = Written(prompt_length=str(_PROMPT), output_length=str(_PROMPT))
    trace = record_trace(load_workload(case.workloads / workload), pattern(lengths, 1))
    found = simulate(case.file, trace, case.engine)
    return conflicts(found.program, found.past)


def rise_with_tiers(case: Case) -> int:
    """1 if time lost to conflicts rises with every step to fewer tiles, and so more tiers on each."""
    sides = [case.with_settings(f"grid.rows={side}", f"grid.columns={side}") for side in _SIDES]
    waited = [_conflicts(each, case.row.workload).waited for each in sides]
    return int(all(a < b for a, b in pairwise(waited)))


def rise_with_width(case: Case) -> int:
    """1 if a larger share of the MVMs meets a conflict in the row's workload than in the narrower ``layer``."""
    narrow, wide = (_conflicts(case, name) for name in (case.row.layer, case.row.workload))
    return int(narrow.count * wide.mvms < wide.count * narrow.mvms)


def _conflict_percent(case: Case) -> float:
    found = _conflicts(case, case.row.workload)
    return 100 * found.count / found.mvms


def _decoded(case: Case) -> Result:
    """A token read and ``size`` generated."""
    lengths = Written(prompt_length="1", output_length=str(case.row.size))
    trace = record_trace(load_workload(case.workloads / case.row.workload), pattern(lengths, 1))
    return simulate(case.file, trace, case.engine)


def tile_density(case: Case) -> float:
    """Peak of a tile over its area [TOPS/mm^2]."""
    operations = 2 * case.hardware.rows * case.hardware.columns
    return operations / case.hardware.mvm.window / float(tile_areas(case.file.chip).tile)


TIERS: Mapping[str, Callable[[Case], float]] = {
    "expert_gweights": lambda case: expert_weights(case) / 1e9,
    "fetched_gigabytes": lambda case: fetched_bytes(case) / 1e9,
    "fetch_seconds": fetch_seconds,
    "tier_conflict_percent": _conflict_percent,
    "conflicts_rise_with_tiers": rise_with_tiers,
    "conflicts_rise_with_width": rise_with_width,
    "decoded_us": lambda case: _decoded(case).timeline.makespan / 1e6,
    "decoded_uj": lambda case: sum(entry.energy for entry in _decoded(case).energy) / 1e6,
    "tile_tops": lambda case: 2 * case.hardware.rows * case.hardware.columns / case.hardware.mvm.window,
    "tile_tops_per_mm2": tile_density,
}
"""Name -> function; units are in the names."""
