"""Resolved files, schemas, and the table of sources."""

import io
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from simulator.base.yaml_file import load, parse
from simulator.chip.reader import load_chip
from simulator.report import describe
from simulator.report.resolved import chip_yaml, placement_yaml
from simulator.report.schemas import schema
from simulator.report.sources import LABELS, constants
from simulator.study.run import Result

ROOT = Path(__file__).parents[2]
CHIPS = sorted((ROOT / "chip_configs").glob("*.yaml"))
WORKLOADS = sorted((ROOT / "workloads").glob("*.yaml"))

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20),
    st.sampled_from(
        ["1e9", "0x10", "1.5", "yes", "null", "~", "0:30", "2023-01-01", "-", "1_000", ".5", "+1", "0o7"]
    ),
)
DATA = st.dictionaries(
    st.from_regex(r"[a-z][a-z0-9_.]{0,10}", fullmatch=True),
    st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3), max_leaves=6),
    max_size=5,
)


@given(DATA)
def test_what_is_written_is_read_again(data: dict[str, Any]) -> None:
    data.pop("placements", None)
    read = parse(chip_yaml(data), "chip.yaml").data
    assert read.pop("placements") == ["placement.yaml"]
    assert read == data


@pytest.mark.parametrize("path", CHIPS, ids=lambda path: path.stem)
def test_a_resolved_chip_stands_alone_and_is_the_same(path: Path, tmp_path: Path) -> None:
    chip = load_chip(path, ["host.latency=2 us", "host.bandwidth=12.8 Gbit/s"])
    (tmp_path / "chip.yaml").write_text(chip_yaml(chip.data))
    again = load_chip(tmp_path / "chip.yaml").chip
    assert again.model_copy(update={"placements": chip.chip.placements}) == chip.chip
    assert "extends" not in chip_yaml(chip.data)


def test_a_placement_is_written_as_it_is_read() -> None:
    text = placement_yaml("net", {"a": [["tile[1,1]", "tile[1,2]"], ["tile[10,3]"]]})
    assert parse(text, "p").data == {"workload": "net", "place": {"a": ["1,1 1,2", "10,3"]}}


@pytest.mark.parametrize("kind", ["chip", "workload"])
def test_schemas_are_valid(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(kind))


@pytest.mark.parametrize("path", [*CHIPS, *WORKLOADS], ids=lambda path: path.stem)
def test_shipped_files_pass_their_schema(path: Path) -> None:
    kind = "chip" if path in CHIPS else "workload"
    jsonschema.Draft202012Validator(schema(kind)).validate(load(path).data)


@pytest.mark.parametrize(
    ("kind", "file", "break_it"),
    [
        ("chip", "chip_configs/ibm14nm.yaml", lambda data: data.update(tiel=1)),
        ("chip", "chip_configs/ibm14nm.yaml", lambda data: data.pop("tile")),
        ("chip", "chip_configs/ibm14nm.yaml", lambda data: data["tile"]["crossbar"].update(rows=-1)),
        ("chip", "chip_configs/ibm14nm.yaml", lambda data: data["tile"]["input"].update(slot=1)),
        ("chip", "chip_configs/hermes_core.yaml", lambda data: data["grid"].update(cols=1)),
        (
            "workload",
            "workloads/resnet9_cifar10.yaml",
            lambda data: data["layers"]["conv0"].update(kernell=3),
        ),
        ("workload", "workloads/resnet9_cifar10.yaml", lambda data: data["layers"]["conv0"].pop("input")),
    ],
)
def test_schemas_refuse_what_is_wrong(kind: str, file: str, break_it: Any) -> None:
    data = load(ROOT / file).data
    break_it(data)
    assert not jsonschema.Draft202012Validator(schema(kind)).is_valid(data)


def rows(path: Path, *settings: str) -> dict[str, Any]:
    return {row.field: row for row in constants(load_chip(path, settings).chip)}


@pytest.mark.parametrize("path", CHIPS, ids=lambda path: path.stem)
def test_every_leaf_of_the_file_is_among_the_constants(path: Path) -> None:
    found = rows(path)
    assert set(_leaves(load_chip(path).data)) <= set(found)
    assert {row.label for row in found.values()} <= set(LABELS)


def _leaves(data: Any, field: str = "") -> list[str]:
    if isinstance(data, dict) and data and "value" not in data:
        return [
            leaf for key, item in data.items() for leaf in _leaves(item, f"{field}.{key}" if field else key)
        ]
    return [field]


def test_constants_have_value_unit_label_and_source() -> None:
    node = rows(ROOT / "chip_configs/ibm14nm.yaml")["technology.node"]
    assert (node.value, node.unit, node.label, node.source) == ("14", "nm", "source", "P ED Table I")


def test_what_the_file_does_not_say_is_marked_default() -> None:
    assert rows(ROOT / "chip_configs/ibm14nm.yaml")["links.extra"].label == "default"


def test_an_override_loses_the_source_of_what_it_replaces() -> None:
    slot = rows(ROOT / "chip_configs/ibm14nm.yaml", "tile.input.slot=2 ns")["tile.input.slot"]
    assert (slot.value, slot.unit, slot.label, slot.source) == ("2", "ns", "given", "")


def shown(show: Any, subject: Any, width: int = 80) -> str:
    screen = Console(file=io.StringIO(), width=width, highlight=False, markup=False, emoji=False)
    show(subject, screen)
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def test_sources_are_shown_in_full_at_eighty_columns() -> None:
    chip = load_chip(ROOT / "chip_configs/ibm14nm.yaml")
    text = shown(describe.show_sources, chip)
    assert max(map(len, text.splitlines())) <= 80
    words = {word for row in constants(chip.chip) for word in row.source.split() if len(word) <= 20}
    assert words - set(text.split()) == set()
    wide = " ".join(shown(describe.show_sources, chip, 900).split())
    for row in constants(chip.chip):
        if row.source:
            name = row.field.rpartition(".")[2]
            assert f"{name} {row.value} {row.unit}".strip() in wide
            assert " ".join(row.source.split()) in wide


def test_a_chip_in_a_few_lines() -> None:
    text = " ".join(shown(describe.show_chip, load_chip(ROOT / "chip_configs/ibm14nm.yaml"), 200).split())
    assert "520 ns (4 phases)" in text
    assert "peak 16.132 TOPS" in text
    assert "2.5000 ns an output, 640 ns for all columns of a tile" in text
    assert "320 between tiles, 8 to global units" in text


def test_a_network_in_a_table(answer: Result) -> None:
    text = shown(describe.show_graph, answer.mapping.graph)
    line = next(line for line in text.splitlines() if " conv1 " in line)
    assert line.split() == ["conv1", "conv2d", "conv0", "360x40", "6x6x40", "518,400"]
    assert "19,080 weights; 560,880 MACs an inference." in text


def test_everything_shown_is_also_data(answer: Result) -> None:
    data = describe.graph_data(answer.mapping.graph)
    assert (data["weights"], data["macs"], len(data["layers"])) == (19_080, 560_880, 7)
    chip = describe.chip_data(load_chip(ROOT / "chip_configs/ibm14nm.yaml"))
    assert len(chip["constants"]) > 50
    assert yaml.safe_load(yaml.safe_dump(chip)) == chip
    trace = describe.trace_data(answer.trace)
    assert [row["arrival"] for row in trace["requests"]] == [0, 0]
