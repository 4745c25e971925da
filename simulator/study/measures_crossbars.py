"""Measures of memristor crossbars side by side: what weights take where they stay, and where they are only kept."""

from collections.abc import Callable, Mapping
from fractions import Fraction

import numpy as np

from simulator.chip.areas import die_area, tile_areas
from simulator.chip.baselines import named
from simulator.chip.cells import cells
from simulator.chip.costs import costs
from simulator.chip.resolve import resolve
from simulator.chip.schema import Chip
from simulator.functional.bit_product import BitProduct
from simulator.mapping.segments import column_groups
from simulator.measure.baselines import bounds_of
from simulator.measure.mvm_energy import mvm_costs
from simulator.program.timeline import Recording
from simulator.study.case import Case
from simulator.study.run import Result, simulate
from simulator.trace.pattern import Constant, RequestPattern
from simulator.trace.trace import record_trace
from simulator.workload.graph import Graph
from simulator.workload.reader import load_workload

_MILLIARD = 10**9
_FEATURE = Fraction(14, 10**6)
"""Millimetres; the node at which Wang et al. 2025 compare densities (digest, Sec. 1)."""


def _parameters(case: Case) -> float:
    """Area [mm^2] of the cells of ``size`` milliard parameters of a byte, in cells of the kind ``chip``."""
    return float(cells()[case.row.chip].area(8 * case.row.size * _MILLIARD, _FEATURE))


def _held(chip: Chip) -> int:
    """Weights that fit a chip, a byte each."""
    return chip.tiles * int(chip.tile.crossbar.rows) * int(chip.tile.crossbar.columns)


def _chips(case: Case) -> float:
    return case.row.size * _MILLIARD / _held(case.file.chip)


def _chips_of_megabytes(case: Case) -> float:
    """As published: parameters in 10^6 byte over a chip in 2^20 byte."""
    return case.row.size * 1e3 / (_held(case.file.chip) / 2**20)


def _graph(case: Case) -> Graph:
    return load_workload(case.workloads / case.row.workload).bind()


def stationary_area(case: Case) -> float:
    """Area [mm^2] of as many tiles as hold all weights of the workload, with what a tile has outside."""
    chip, hardware = case.file.chip, case.hardware
    groups = (group for layer in _graph(case).mapped for group in column_groups(layer, hardware))
    tiles = sum(len(group.pieces) for group in groups)
    outside = chip.die.overhead.magnitude if chip.die.overhead else Fraction(0)
    return float(tiles * (tile_areas(chip).tile + outside))


def matrix_energy(case: Case) -> float:
    """Energy [pJ] of all products with weights: MVMs, results, and operands where they are set for each inference."""
    chip, graph = case.file.chip, _graph(case)
    each, mvm, hardware = costs(chip), sum(cost.value for cost in mvm_costs(chip).values()), resolve(chip)
    total = Fraction(0)
    for layer in graph.mapped:
        for group in column_groups(layer, hardware):
            results = sum(piece.width for piece in group.pieces) * each.output.value
            total += layer.positions * (len(group.pieces) * mvm + results)
    set_anew = chip.programming is not None and chip.programming.always and each.programming
    return float(total + (graph.weights * each.programming.value if set_anew and each.programming else 0))


def _area_ratio(case: Case) -> float:
    """Where weights stay over where they take turns."""
    chip = case.beside.file.chip
    return stationary_area(case) / float(die_area(chip, tile_areas(chip).tile))


def _energy_ratio(case: Case) -> float:
    return matrix_energy(case) / matrix_energy(case.beside)


def _run(case: Case) -> Result:
    """One inference, of ``size`` time steps where given."""
    workload = load_workload(case.workloads / case.row.workload)
    pattern = RequestPattern(lengths=Constant(case.row.size)) if case.row.size else RequestPattern()
    return simulate(case.file, record_trace(workload, pattern), case.engine, recording=Recording("off"))


def _area_delay(case: Case) -> float:
    """Die [mm^2] times the latency of an inference alone [s]."""
    chip = case.file.chip
    return float(die_area(chip, tile_areas(chip).tile)) * _run(case)["first_latency_ns"] / 1e9


def _saved(case: Case) -> float:
    """Energy below that of a machine which works at its roofline and takes its TDP [percent]."""
    result, machine = _run(case), named(case.row.beside)[case.row.beside]
    rows = bounds_of(result.trace, {case.row.beside: machine}, 1)
    bound = next(row.first for row in rows if row.precision == case.row.precision)
    joules = bound * float(machine.power.magnitude) / 1e3
    return 100 * (1 - result["energy_per_inference_nj"] / 1e9 / joules)


def _wrong(case: Case) -> float:
    """Results that differ from those of whole numbers: random INT8, ``size`` rows, the arrays of the chip's tiles."""
    crossbar, tile = case.file.chip.tile.crossbar, case.file.chip.tile
    at_once = int(crossbar.rows_per_read or crossbar.height)
    made = BitProduct(int(tile.input.magnitude_bits), crossbar.height, at_once, int(tile.adc.bits))
    drawn = np.random.default_rng(0)
    inputs, weights = (
        drawn.integers(-128, 128, shape) for shape in ((16, case.row.size), (case.row.size, 64))
    )
    return float((made.product(inputs, weights) != inputs @ weights).sum())


CROSSBARS: Mapping[str, Callable[[Case], float]] = {
    "parameters_mm2": _parameters,
    "chips_for_parameters": _chips,
    "chips_for_parameters_mb_over_mib": _chips_of_megabytes,
    "area_of_stationary_over_beside": _area_ratio,
    "matrix_energy_over_beside": _energy_ratio,
    "area_delay_mm2_s": _area_delay,
    "energy_below_roofline_percent": _saved,
    "wrong_results": _wrong,
}
"""Name -> function; units are in the names."""
