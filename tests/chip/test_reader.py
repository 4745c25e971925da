"""Chip files: what is read, what is refused and in which words."""

from fractions import Fraction
from pathlib import Path

import pytest

from simulator.base.errors import InputError
from simulator.base.units import Quantity
from simulator.chip.reader import load_chip
from simulator.chip.resolve import resolve
from simulator.chip.schema import Chip

CHIPS = Path(__file__).parents[2] / "chip_configs"
SHIPPED = sorted(CHIPS.glob("*.yaml"))


def leaves(section: object, path: str = "") -> list[tuple[str, Quantity]]:
    if isinstance(section, Quantity):
        return [(path, section)]
    if isinstance(section, dict):
        items = section.items()
    elif isinstance(section, (list, tuple)):
        items = enumerate(section)
    elif hasattr(section, "__dict__"):
        items = vars(section).items()
    else:
        return []
    return [leaf for name, value in items for leaf in leaves(value, f"{path}.{name}")]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_value_of_a_shipped_chip_says_where_it_comes_from(path: Path) -> None:
    found = leaves(load_chip(path).chip)
    assert len(found) > 30
    assert [name for name, leaf in found if leaf.label == "given" or not leaf.origin] == []


def test_times_are_exact_and_durations_follow_the_read_mode() -> None:
    chip = load_chip(CHIPS / "ibm14nm.yaml").chip
    assert chip.tile.input.slot.magnitude == Fraction(1000)
    assert resolve(chip).mvm.window == 520_000
    one = load_chip(CHIPS / "ibm14nm.yaml", ["tile.read_mode=one_phase"]).chip
    assert resolve(one).mvm.window == 133_000


def test_extends_changes_only_what_it_lists() -> None:
    base, child = (load_chip(CHIPS / f"{name}.yaml").chip for name in ("ibm14nm", "hermes_core"))
    assert child.global_digital is None
    assert child.tile.adc == base.tile.adc
    assert child.tile.energy.output == base.tile.energy.output
    assert child.technology.supply.text == "0.8 V"


BAD = {
    "tile.read_mod=x": "--set:1: tile.read_mod: is not a known key. Did you mean 'read_mode'?",
    "tile.rea.x=1": "--set: tile.rea: no such field. Did you mean 'area'?",
    "tile.read_mode=two": "tile.read_mode: must be one of one_phase, four_phase, got 'two'",
    "tile.integration.fixed=4": "tile.integration.fixed: needs a unit (time), got 4. Write it like '133 ns'",
    "tile.integration.fixed=4 nss": "tile.integration.fixed: unknown unit 'nss'",
    "tile.integration.fixed=4 mm": "tile.integration.fixed: must be a time, got 'mm'",
    "tile.integration.fixed=-4 ns": "tile.integration.fixed: must be between 0 ps and 1e+15 ps, got '-4 ns'",
    "tile.integration.fixed=1e99 s": "tile.integration.fixed: must be between 0 ps and 1e+15 ps",
    "tile.crossbar.rows=12.5": "tile.crossbar.rows: must be a whole number without a unit, got 12.5",
    "tile.crossbar.rows=0": "tile.crossbar.rows: must be between 1 and 1e+06, got 0",
    "tile.adc.per_tile=128": "tile.adc.per_tile: this converter is not multiplexed: one per column, 256",
    "die.area=3 mm^2": "die.area: is smaller than its 64 tiles",
    "tile.input.coding=foo": "tile.input.coding: must be one of pulse_width, got 'foo'",
    "global_digital.row=9": "global_digital.row: the grid has 8 rows, got '9'",
    "tile": "--set: must look like field=value, got 'tile'. tile.read_mode=one_phase",
}


@pytest.mark.parametrize("override", BAD)
def test_a_bad_value_is_refused_with_field_rule_and_remedy(override: str) -> None:
    with pytest.raises(InputError) as caught:
        load_chip(CHIPS / "ibm14nm.yaml", [override])
    assert BAD[override] in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_link_to_a_tile_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputError, match=r"links\.extra\.0: must name tiles .* exist, got 'tile\[9,1\]'"):
        resolve(load_chip(CHIPS / "ibm14nm.yaml", ['links.extra=[["tile[9,1]", "tile[1,1]"]]']).chip)


def test_circular_extends_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: b.yaml\n")
    (tmp_path / "b.yaml").write_text("extends: a.yaml\n")
    with pytest.raises(InputError, match="extend each other in a circle"):
        load_chip(tmp_path / "a.yaml")


def test_extends_may_not_leave_the_folder(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: ../secret.yaml\n")
    with pytest.raises(InputError, match="name of a file in the same folder"):
        load_chip(tmp_path / "a.yaml")


def test_the_json_schema_accepts_the_shipped_files() -> None:
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(Chip.model_json_schema())
    for path in SHIPPED:
        assert list(validator.iter_errors(dict(load_chip(path).data))) == []
    assert list(validator.iter_errors({"format": 1}))
