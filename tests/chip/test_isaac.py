"""The ISAAC-like chip adds up to what its table says of a tile and of all tiles."""

from fractions import Fraction
from pathlib import Path

import pytest

from simulator.chip.areas import die_area, tile_areas
from simulator.chip.costs import costs
from simulator.chip.reader import load_chip
from simulator.chip.timing import mvm_window

CHIP = Path(__file__).parents[2] / "chip_configs" / "isaac_int8.yaml"


def test_168_tiles_take_62_5_square_millimetres() -> None:
    """Shafiee et al. 2016, Table I: 0.372 mm^2 a tile, without the link between chips."""
    chip = load_chip(CHIP).chip
    assert float(die_area(chip, tile_areas(chip).tile)) == pytest.approx(168 * 0.372, rel=2e-3)


def test_a_tile_takes_330_milliwatts() -> None:
    """Twelve units that work through: energy of an MVM and its 64 results over the window [pJ / ps = W]."""
    chip = load_chip(CHIP).chip
    each = costs(chip)
    unit = (each.mvm + 64 * each.output.value) / mvm_window(chip)
    assert float(12 * unit) == pytest.approx(0.330, rel=5e-3)


def test_a_read_takes_100_nanoseconds() -> None:
    assert mvm_window(load_chip(CHIP).chip) == 8 * Fraction(100_000)
