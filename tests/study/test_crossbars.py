"""Crossbars side by side, by closed forms; and a check of exactness that can fail."""

from pathlib import Path

import pytest

from simulator.chip.areas import tile_areas
from simulator.chip.costs import costs
from simulator.chip.reader import load_chip
from simulator.study.case import Case
from simulator.study.engines import engine
from simulator.study.measures import MEASURES
from simulator.study.measures_crossbars import matrix_energy, stationary_area
from simulator.study.published import Row

CHIPS = Path(__file__).parents[2] / "chip_configs"


def case(chip: str, measure: str = "m", **more: object) -> Case:
    facts = {"row": "x.1", "what": "w", "published": 1.0, "unit": "x", "kind": "test", "source": "s"}
    row = Row.model_validate({**facts, "measure": measure, "chip": chip, **more})
    return Case(row, CHIPS, CHIPS.parent / "workloads", engine("fast"))


def measured(measure: str, chip: str, **more: object) -> float:
    return MEASURES[measure](case(chip, measure, **more))


def tiles(wide: int) -> int:
    """Of 512 x ``wide`` weights, in a layer of BERT-Large: 4 matrices of 1024 x 1024, two of 1024 x 4096."""
    return 4 * 2 * (1024 // wide) + 2 * 2 * (4096 // wide)


@pytest.mark.parametrize(("name", "wide"), [("isaac_int8", 64), ("isaac_int8_single_bit", 32)])
def test_weights_that_stay(name: str, wide: int) -> None:
    """24 layers and the pooler; every tile once for each of 128 tokens, the pooler's once."""
    chip = load_chip(CHIPS / f"{name}.yaml").chip
    each, outside, pooler = costs(chip), chip.die.overhead, 2 * 1024 // wide
    assert outside is not None
    area = (24 * tiles(wide) + pooler) * (tile_areas(chip).tile + outside.magnitude)
    mvms = 128 * 24 * tiles(wide) + pooler
    found = case(f"{name}.yaml", workload="bert_large.yaml")
    assert stationary_area(found) == pytest.approx(float(area))
    assert matrix_energy(found) == pytest.approx(float(mvms * (each.mvm + wide * each.output.value)))


def test_weights_that_take_turns_are_set_once_an_inference() -> None:
    """289 tiles of 1024 x 1024: MVMs, results, and 303 million weights set."""
    each = costs(load_chip(CHIPS / "wang2025.yaml").chip)
    assert each.programming is not None
    mvms, weights = 128 * 24 * 12 + 1, 24 * 12 * 2**20 + 2**20
    joules = mvms * (each.mvm + 1024 * each.output.value)
    found = matrix_energy(case("wang2025.yaml", workload="bert_large.yaml"))
    assert found == pytest.approx(float(joules + weights * each.programming.value))


def test_parameters_in_cells() -> None:
    """A milliard bytes: two cells of 4 bits and 4 squares of 14 nm; eight of one bit and 100 squares."""
    assert measured("parameters_mm2", "rram", size=1) == pytest.approx(2 * 4 * 14e-6**2 * 1e9)
    assert measured("parameters_mm2", "sram", size=1) == pytest.approx(8 * 100 * 14e-6**2 * 1e9)


def test_a_read_of_four_rows_is_not_exact() -> None:
    assert measured("wrong_results", "wang2025.yaml", size=30) == 0
    assert (
        measured("wrong_results", "wang2025.yaml", size=30, set=("tile.crossbar.rows_per_read=4",)) > 16 * 32
    )


def test_dearer_converters_save_less() -> None:
    usage = {"workload": "bert_base.yaml", "beside": "a100", "precision": "fp16", "size": 8}
    usual = measured("energy_below_roofline_percent", "wang2025.yaml", **usage)
    twice = measured("energy_below_roofline_percent", "wang2025.yaml", **usage, set=("tile.adc.bits=3",))
    assert twice < usual < 100
