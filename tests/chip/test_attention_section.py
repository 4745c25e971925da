"""Costs and areas of attention units, by hand at the point where their figures hold; labels; what is shown."""

from fractions import Fraction
from pathlib import Path

from simulator.chip.areas import attention_area, die_area, tile_areas
from simulator.chip.costs import costs
from simulator.chip.reader import load_chip
from simulator.chip.section import Anchor
from simulator.report.describe import chip_facts

CHIPS = Path(__file__).parents[2] / "chip_configs"
DIGITAL, GAIN_CELL = CHIPS / "ibm14nm_large_digital.yaml", CHIPS / "ibm14nm_large_gain_cell.yaml"


def one(anchor: Anchor) -> Fraction:
    """Nothing is scaled."""
    return Fraction(1)


def test_a_digital_unit_where_its_figures_hold() -> None:
    """12 lanes of 512 multipliers and 4 softmax values a cycle; 2 MiB; 0.15625 pJ a bit at 8 KiB, x sqrt(8) at 64."""
    section = load_chip(DIGITAL).chip.attention
    assert section is not None
    found = {part: float(cost.value) for part, cost in section.costs(one).items()}
    assert found.pop("attention_memory") == 8 * 0.15625 * 8**0.5
    assert found == {"attention_scores": 0.6, "attention_mix": 0.6, "attention_softmax": 10.0}
    lanes, memory = 12 * (2 * 256 * Fraction("0.001257") + 4 * Fraction("0.045")), 2 * 2**20 * 8
    assert section.area(one) == lanes + memory * Fraction("0.75") / 10**6


def test_a_head_of_gain_cells_costs_what_is_published_over_a_full_window() -> None:
    """1120 pJ for 1,024 x 64 products, 700 for as many, 4000 a result, 330 for a key and a value; 144 x 0.5 mm^2."""
    chip = load_chip(GAIN_CELL).chip
    found = {part: cost.value for part, cost in costs(chip).attention.items()}
    products = 1024 * 64
    assert found["attention_scores"] * products == 1120
    assert found["attention_mix"] * products == 700
    assert found["attention_digital"] == 4000
    assert found["attention_memory"] * 2 == 330
    assert {cost.label for cost in costs(chip).attention.values()} == {"source"}
    assert attention_area(chip) == 72


def test_units_are_on_a_die_that_is_derived_and_beside_one_that_is_given() -> None:
    plain, units = load_chip(CHIPS / "ibm14nm_large.yaml").chip, load_chip(GAIN_CELL).chip
    tile = tile_areas(plain).tile
    assert die_area(units, tile) == die_area(plain, tile) + 72
    given = load_chip(GAIN_CELL, ["die.area=6000 mm^2"])
    assert die_area(given.chip, tile) == 6000
    assert (
        chip_facts(given)["attention"] == "gain_cell: 12 units of 12 heads at a time, 72 mm^2 beside the die"
    )
    shown = chip_facts(load_chip(GAIN_CELL))["attention"]
    assert shown == "gain_cell: 12 units of 12 heads at a time, 72 mm^2 on the die"
