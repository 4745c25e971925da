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
    assert child.tile.adc.bits == base.tile.adc.bits
    assert child.tile.adc.anchor.power != base.tile.adc.anchor.power
    assert child.tile.adc.anchor.area == base.tile.adc.anchor.area
    assert child.tile.local_digital == base.tile.local_digital
    assert child.technology.supply.text == "0.8 V"


BAD = {
    "tile.read_mod=x": "--set:1: tile.read_mod: is not a known key. Did you mean 'read_mode'?",
    "tile.adcc.kind=sar": "--set:1: tile.adcc: is not a known key. Did you mean 'adc'?",
    "tile.crossbar.rows.x=1": "--set:1: tile.crossbar.rows: must be a value, or a mapping of value and one of source",
    "tile.read_mode=two": "tile.read_mode: must be one of one_phase, four_phase, got 'two'",
    "tile.integration.fixed=4": "tile.integration.fixed: needs a unit (time), got 4. Write it like '133 ns'",
    "tile.integration.fixed=4 nss": "tile.integration.fixed: unknown unit 'nss'",
    "tile.integration.fixed=4 mm": "tile.integration.fixed: must be a time, got 'mm'",
    "tile.integration.fixed=-4 ns": "tile.integration.fixed: must be between 0 ps and 1e+15 ps, got '-4 ns'",
    "tile.integration.fixed=1e99 s": "tile.integration.fixed: must be between 0 ps and 1e+15 ps",
    "tile.input_buffer.size=1 bit": "tile.input_buffer.size: must be whole bytes, got '1 bit'. Take 1 byte",
    "tile.input_buffer.residual=1.5 byte": "tile.input_buffer.residual: must be whole bytes, got '1.5 byte'. Take 2",
    "tile.input_buffer.anchor.size=0 byte": "tile.input_buffer.anchor.size: must be between 1 byte and",
    "tile.crossbar.rows=12.5": "tile.crossbar.rows: must be a whole number without a unit, got 12.5",
    "tile.crossbar.rows=0": "tile.crossbar.rows: must be between 1 and 1e+06, got 0",
    "die.area=3 mm^2": "die.area: is smaller than its 64 tiles of 1.392 mm^2 and global units (91.34 mm^2), "
    "got '3 mm^2'. Enlarge it, use fewer tiles, or let it follow: die.area=derived",
    "die.area=no": "die.area: must be a number with a unit of area or one of derived, got 'no'",
    "tile.input.coding=foo": "tile.input.coding: must be one of pulse_width, bit_serial, amplitude, got 'foo'",
    "global_digital.row=9": "global_digital.row: the grid has 8 rows, got '9'",
    "tile": "--set: must look like field=value, got 'tile'. Write it like tile.read_mode=one_phase",
}


@pytest.mark.parametrize("override", BAD)
def test_a_bad_value_is_refused_with_field_rule_and_remedy(override: str) -> None:
    with pytest.raises(InputError) as caught:
        load_chip(CHIPS / "ibm14nm.yaml", [override])
    assert BAD[override] in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("file", "field"),
    [
        ("ibm14nm_large", "host.kv_cache.size"),
        ("ibm14nm_large_digital", "attention.kv.size"),
        ("wang2025", "attention.memory.size"),
    ],
)
def test_a_memory_holds_whole_bytes(file: str, field: str) -> None:
    with pytest.raises(InputError) as caught:
        load_chip(CHIPS / f"{file}.yaml", [f"{field}=0.3 GiB"])
    assert str(caught.value) == (f"--set:1: {field}: must be whole bytes, got '0.3 GiB'. Take 322122548 byte")


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


def test_another_kind_of_part_replaces_the_section_whatever_the_order_of_overrides() -> None:
    kind, bits = "tile.adc.kind=sar", "tile.adc.bits=6"
    for sets in ([kind, bits], [bits, kind]):
        adc = load_chip(CHIPS / "ibm14nm.yaml", [*sets, "tile.adc.sample_hold=true"]).chip.tile.adc
        assert adc.kind == "sar"
        assert int(adc.bits) == 6
        assert "Kull" in adc.anchor.energy.origin
    with pytest.raises(InputError, match=r"ibm14nm.yaml:\d+: tile\.adc\.bits: must be given"):
        load_chip(CHIPS / "ibm14nm.yaml", [kind])


def test_a_file_that_extends_replaces_the_section_of_another_kind(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text((CHIPS / "ibm14nm.yaml").read_text())
    (tmp_path / "child.yaml").write_text(
        "extends: base.yaml\nplacements: []\ntile:\n  adc:\n    kind: ramp\n    bits: 6\n    sample_hold: true\n"
    )
    adc = load_chip(tmp_path / "child.yaml").chip.tile.adc
    assert adc.kind == "ramp"
    assert adc.lsb_time.label == "assumption"
    with pytest.raises(InputError, match=r"child.yaml:3: tile\.adc\.bits: must be given"):
        (tmp_path / "child.yaml").write_text("extends: base.yaml\ntile:\n  adc:\n    kind: ramp\n")
        load_chip(tmp_path / "child.yaml")


def test_sections_that_a_file_leaves_out_can_be_overridden() -> None:
    chip = load_chip(CHIPS / "ibm14nm.yaml", ["tile.local_digital.anchor.shares.registers=0.45"]).chip
    assert chip.tile.local_digital.anchor.shares.registers.label == "given"
