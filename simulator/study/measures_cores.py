"""Measures of a core that is used bit by bit and in both directions: energy by part, phases, areas, devices."""

from collections.abc import Callable, Mapping

from simulator.chip.areas import tile_areas
from simulator.chip.reader import load_chip
from simulator.chip.schema import Chip
from simulator.chip.timing import mvm
from simulator.measure.mvm_energy import mvm_costs, mvm_energy
from simulator.study.case import Case

_TWO = "tile.input.phases=2"
_ONE = "tile.input.phases=1"


def operations(chip: Chip) -> int:
    """Operations of a full MVM, two a multiply-accumulate."""
    return 2 * int(chip.tile.crossbar.rows) * int(chip.tile.crossbar.columns)


def part_energy(part: str) -> Callable[[Case], float]:
    """Energy [fJ/op] of a part of the MVM."""

    def measure(case: Case) -> float:
        return 1e3 * float(mvm_costs(case.file.chip)[part].value) / operations(case.file.chip)

    return measure


def _phases(case: Case) -> tuple[Chip, Chip]:
    """The chip with one phase and with two."""
    path = case.chips / case.row.chip
    one, two = (load_chip(path, [*case.row.set, phases]).chip for phases in (_ONE, _TWO))
    return one, two


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)


def two_phases_faster(case: Case) -> int:
    """1 if two phases give more MVMs a second than one, -1 if fewer."""
    one, two = _phases(case)
    return _sign(float(mvm(one).occupancy - mvm(two).occupancy))


def two_phases_costlier(case: Case) -> int:
    """1 if an MVM in two phases takes more energy than in one, -1 if less."""
    one, two = _phases(case)
    return _sign(mvm_energy(two) - mvm_energy(one))


def _share(part: str) -> Callable[[Case], float]:
    """Share [%] of a tile's area."""

    def measure(case: Case) -> float:
        areas = tile_areas(case.file.chip)
        return float(100 * getattr(areas, part) / areas.tile)

    return measure


def _devices_percent(case: Case) -> float:
    """Devices in use over those of the tiles in use."""
    hardware = case.hardware
    cells = len(case.mapping.tiles) * hardware.rows * hardware.columns * hardware.devices
    return 100 * case.mapping.devices / cells


def _chip_devices_percent(case: Case) -> float:
    hardware = case.hardware
    cells = len(hardware.topology.tiles) * hardware.rows * hardware.columns * hardware.devices
    return 100 * case.mapping.devices / cells


CORES: Mapping[str, Callable[[Case], float]] = {
    "word_lines_fj_per_op": part_energy("word_lines"),
    "neurons_fj_per_op": part_energy("adc"),
    "pulses_fj_per_op": part_energy("input"),
    "two_phases_faster": two_phases_faster,
    "two_phases_costlier": two_phases_costlier,
    "tile_mm2": lambda case: float(tile_areas(case.file.chip).tile),
    "converters_area_percent": _share("adc"),
    "drivers_area_percent": _share("input"),
    "array_area_percent": _share("array"),
    "devices": lambda case: case.mapping.devices,
    "segments": lambda case: case.mapping.segments,
    "devices_percent": _devices_percent,
    "chip_devices_percent": _chip_devices_percent,
}
"""Name -> function; units are in the names."""
