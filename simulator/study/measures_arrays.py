"""Measures of arrays that multiply matrices: steps, levels, energy of one multiplication, ratios to processors."""

from collections.abc import Callable, Mapping

from simulator.chip.tile import ConductanceWindow
from simulator.chip.timing import mvm
from simulator.mapping.lower.lower import lower
from simulator.measure.energy import mvm_energy
from simulator.measure.mvm_energy import mvm_costs
from simulator.measure.totals import totals
from simulator.program.form import Inference
from simulator.study.case import Case

HASWELL, K80 = 1.3 / 145, 2.8 / 150
"""Peak TOPS (floating point) over thermal design power [W] of a die: Jouppi et al., ISCA 2017, Table 2."""


def steps(case: Case) -> int:
    """MVMs of one inference of the row's workload."""
    program = lower(case.mapping, [case.mapping.graph], [Inference()])
    spent = totals(program).operations
    return sum(int(spent[n]) for n, stream in enumerate(program.streams) if stream.part == "crossbar")


def multiplications(case: Case) -> int:
    """Multiply-accumulates that those MVMs do."""
    return int(totals(lower(case.mapping, [case.mapping.graph], [Inference()])).macs.sum())


def _window(case: Case) -> ConductanceWindow:
    window = case.file.chip.tile.crossbar.conductance
    assert window is not None
    return window


def array_power(case: Case) -> float:
    """Power [W] of the devices of a tile while they are driven."""
    return float(mvm_costs(case.file.chip)["crossbar"].value) / float(mvm(case.file.chip).active)


def efficiency(case: Case) -> float:
    """TOPS/W of a full MVM."""
    return 2 * case.hardware.rows * case.hardware.columns / mvm_energy(case.file.chip)


ARRAYS: Mapping[str, Callable[[Case], float]] = {
    "steps": steps,
    "multiplications": multiplications,
    "levels": lambda case: int(_window(case).levels),
    "level_spacing_nanosiemens": lambda case: float(_window(case).part().spacing) * 1e3,
    "sweep_asymmetry_percent": lambda case: float(_window(case).part().asymmetry) * 100,
    "mvm_energy_nj": lambda case: mvm_energy(case.file.chip) / 1e3,
    "times_haswell": lambda case: efficiency(case) / HASWELL,
    "times_k80": lambda case: efficiency(case) / K80,
    "array_power_w": array_power,
}
"""Name -> function; units are in the names."""
