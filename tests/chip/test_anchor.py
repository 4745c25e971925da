"""At the published point every law gives the published figure, exactly."""

from fractions import Fraction
from pathlib import Path

import pytest

from simulator.chip.areas import die_area, tile_areas, units_area
from simulator.chip.costs import Cost, costs
from simulator.chip.reader import load_chip
from simulator.chip.timing import mvm

CHIPS = Path(__file__).parents[2] / "chip_configs"
MODES = {"one_phase": 133_000, "four_phase": 520_000}


@pytest.mark.parametrize("mode", MODES)
def test_an_mvm_of_the_64_core_chip(mode: str) -> None:
    """101.034 mW for 133 or 520 ns, split 17.5, 17.5 and 65 %."""
    chip = load_chip(CHIPS / "ibm14nm.yaml", [f"tile.read_mode={mode}"]).chip
    window = MODES[mode]
    assert mvm(chip).occupancy == mvm(chip).latency == mvm(chip).active == window
    whole = Fraction("101.034") * window / 1000
    made = costs(chip)
    assert made.mvm == whole
    assert made.input == Cost(whole * Fraction("0.175"), "assumption")
    assert made.crossbar == Cost(whole * Fraction("0.175"), "assumption")
    assert made.adc == Cost(whole * Fraction("0.65"), "assumption")


def test_the_rest_of_the_64_core_chip() -> None:
    chip = load_chip(CHIPS / "ibm14nm.yaml").chip
    made = costs(chip)
    assert made.clock.value + made.leakage.value == Fraction("73.3")
    assert made.output.value == Fraction("110.5648")
    assert made.buffer.value == Fraction("28.672")
    assert made.wire.value == Fraction("1.0368")
    assert made.gates == Cost(Fraction("111.6"), "assumption")
    assert made.host is None


def test_splitting_wires_and_buffers_off_leaves_the_calibration_as_it_was() -> None:
    """hermes.12: 8 tiles send 224 values over 7 links; without the split a value cost 111.6 pJ."""
    made = costs(load_chip(CHIPS / "ibm14nm.yaml").chip)
    split = 8 * (224 * made.output.value + made.buffer.value) + 7 * 224 * made.wire.value
    assert split == 8 * 224 * Fraction("111.6")


def test_areas_of_the_64_core_chip() -> None:
    chip = load_chip(CHIPS / "ibm14nm.yaml").chip
    areas = tile_areas(chip)
    assert (areas.macro, areas.tile) == (Fraction("0.635"), Fraction("1.392"))
    assert units_area(chip, areas.tile) == 64 * Fraction("1.392") + 8 * Fraction("0.281")
    assert die_area(chip, areas.tile) == 144
    assert chip.die.area != "derived"
    derived = load_chip(CHIPS / "ibm14nm.yaml", ["die.area=derived"]).chip
    assert die_area(derived, areas.tile) == 144


def test_the_single_core_chip() -> None:
    chip = load_chip(CHIPS / "hermes_core.yaml").chip
    assert mvm(chip).occupancy == 130_000
    assert costs(chip).mvm == Fraction("96.02") * 130
    assert tile_areas(chip).macro == Fraction("0.634")
