"""What a published figure is compared with: each measure runs programs on a chip and returns one number."""

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from simulator.engine.contract import Engine, run
from simulator.mapping.lower.micro import one_vector
from simulator.measure.area import areas
from simulator.measure.energy import MVM_PARTS, energy, mvm_energy
from simulator.measure.totals import totals
from simulator.study import circuit_measures, turn_measures
from simulator.study.case import REPEATS, Case
from simulator.study.measures_accuracy import ACCURACY
from simulator.study.measures_arrays import ARRAYS
from simulator.study.measures_attention import ATTENTION
from simulator.study.measures_baselines import BASELINES
from simulator.study.measures_cores import CORES
from simulator.study.measures_crossbars import CROSSBARS
from simulator.study.measures_tiers import TIERS


def _mvm_interval(case: Case) -> float:
    """Distance [ps] of MVMs back to back."""
    start = case.burst[1].start[0]
    return float(np.diff(start).mean())


def _mvm_latency(case: Case) -> float:
    return _mvm_interval(case) / 1e3


def _peak(case: Case) -> float:
    """TOPS of the micro-program: operations over makespan."""
    program, timeline = case.burst
    return 2 * int(totals(program).macs.sum()) / timeline.makespan


def _peak_per_area(area: str) -> Callable[[Case], float]:
    return lambda case: _peak(case) / areas(case.file.chip)[area]


def _layer_peak(case: Case) -> float:
    """TOPS of a layer's tiles at the simulated MVM interval, padding not counted."""
    return 2 * case.alone.graph.weights / _mvm_interval(case)


def _step_latency(case: Case) -> float:
    return case.step[1].makespan / 1e3


def _step_energy(case: Case) -> float:
    program, timeline = case.step
    return sum(e.energy for e in energy(case.file.chip, case.alone, program, timeline.makespan)) / 1e6


def _step_mvm_efficiency(case: Case) -> float:
    """TOPS/W of the layer's MVMs: its operations over the energy of arrays, input modulators and converters."""
    program, timeline = case.step
    entries = energy(case.file.chip, case.alone, program, timeline.makespan)
    mvm = sum(e.energy for e in entries if e.part in MVM_PARTS)
    return 2 * case.alone.graph.weights / mvm


def _mode_difference(case: Case) -> float:
    """Step latency in four-phase less one-phase mode [ns]."""
    slow, fast = (
        _step_latency(Case(case.row.model_copy(update={"set": (f"tile.read_mode={mode}",)}), *_places(case)))
        for mode in ("four_phase", "one_phase")
    )
    return slow - fast


def _places(case: Case) -> tuple[Path, Path, Engine]:
    return case.chips, case.workloads, case.engine


def _chip_mvm_energy(case: Case) -> float:
    """Energy [uJ] of one MVM on every tile."""
    program, _ = case.burst
    operations = int(totals(program).operations.sum()) / REPEATS
    return operations * mvm_energy(case.file.chip) / 1e6


def _peak_efficiency(case: Case) -> float:
    program, _ = case.burst
    operations = int(totals(program).operations.sum())
    return 2 * int(totals(program).macs.sum()) / (operations * mvm_energy(case.file.chip))


def _link_rate(case: Case) -> float:
    """Gbit/s of a link while it sends the row's vector."""
    return case.row.size * 8e3 / _link_time_ps(case)


def _link_time_ps(case: Case) -> int:
    return int(run(case.engine, one_vector(case.hardware, case.row.size)).held[0])


MEASURES: Mapping[str, Callable[[Case], float]] = {
    "mvm_latency_ns": _mvm_latency,
    "peak_tops": _peak,
    "peak_tops_per_mm2_macro": _peak_per_area("macro"),
    "peak_tops_per_mm2_die": _peak_per_area("die"),
    "layer_peak_tops": _layer_peak,
    "layer_utilisation_percent": lambda case: 100 * case.mapping.utilisation(case.row.layer),
    "tiles_used_percent": lambda case: 100 * len(case.mapping.tiles) / len(case.hardware.topology.tiles),
    "tiles": lambda case: len(case.mapping.tiles),
    "weights": lambda case: case.mapping.graph.weights,
    "step_latency_ns": _step_latency,
    "step_energy_uj": _step_energy,
    "step_mvm_tops_per_w": _step_mvm_efficiency,
    "mode_difference_ns": _mode_difference,
    "chip_mvm_energy_uj": _chip_mvm_energy,
    "peak_mvm_tops_per_w": _peak_efficiency,
    "link_rate_gbit_s": _link_rate,
    "link_time_ns": lambda case: _link_time_ps(case) / 1e3,
    **circuit_measures.MEASURES,
    **ARRAYS,
    **ACCURACY,
    **ATTENTION,
    **BASELINES,
    **CORES,
    **CROSSBARS,
    **TIERS,
    **turn_measures.MEASURES,
}
"""Name -> function; units are in the names."""
