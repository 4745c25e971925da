"""The picture of the tile grid."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from simulator.chip.reader import load_chip
from simulator.chip.resolve import resolve
from simulator.mapping.plan import Mapping, map_workload
from simulator.report.grid import cells, picture
from simulator.report.mapped import as_data, macs_mapped, show_mapping
from simulator.study.run import Result
from simulator.workload.reader import load_workload

CHIPS = Path(__file__).parents[2] / "chip_configs"
TINY = (
    "grid.rows=2",
    "grid.columns=2",
    "global_digital.units=1",
    "global_digital.row=1",
)
NETWORK = """
name: tiny
layers:
  x: {kind: input, shape: [512]}
  head: {kind: linear, input: x, width: 192}
  a_layer_with_a_long_name: {kind: linear, input: head, width: 12}
"""


def mapped(folder: Path, text: str = NETWORK, settings: tuple[str, ...] = TINY, **options: object) -> Mapping:
    path = folder / "network.yaml"
    path.write_text(text)
    hardware = resolve(load_chip(CHIPS / "ibm14nm.yaml", settings).chip)
    return map_workload(load_workload(path).bind(), hardware, **options)  # type: ignore[arg-type]


def drawn(plan: Mapping, width: int = 80, encoding: str = "utf-8") -> str:
    file = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    screen = Console(file=file, width=width, highlight=False, markup=False, emoji=False)
    screen.print(picture(plan, screen))
    file.flush()
    assert isinstance(file.buffer, io.BytesIO)
    return file.buffer.getvalue().decode(encoding)


def test_the_picture_of_a_small_chip(tmp_path: Path) -> None:
    assert drawn(mapped(tmp_path)).splitlines()[:12] == [
        "┌─┬────────────┬────────────┐",
        "│ │1           │2           │",
        "├─┼────────────┼────────────┤",
        "│1│head        │head        │",
        "│ │1/2         │2/2         │",
        "│ │███████  75%│███████  75%│",
        "├─┼────────────┼────────────┤",
        "│G│global      │            │",
        "├─┼────────────┼────────────┤",
        "│2│            │~a_long_name│",
        "│ │            │1/1         │",
        "│ │            │░░░░░░░   4%│",
    ]


def test_where_only_ascii_can_be_shown_shades_are_ascii(tmp_path: Path) -> None:
    text = drawn(mapped(tmp_path), encoding="ascii")
    assert "#######  75%" in text
    assert ".......   4%" in text


def test_a_narrow_terminal_gets_blocks_of_columns(tmp_path: Path) -> None:
    lines = drawn(mapped(tmp_path), width=16).splitlines()
    assert max(map(len, lines)) <= 16
    assert [line for line in lines if line.startswith("│ │1 ") or line.startswith("│ │2 ")] == [
        "│ │1       │",
        "│ │2       │",
    ]


def test_a_recurrent_layer_ends_in_its_global_unit(recurrent: Result) -> None:
    held = cells(recurrent.mapping)
    unit = recurrent.mapping.chains[0].unit
    assert unit is not None
    assert [cell.layer for cell in held[unit]] == ["cell"]
    assert held[unit][0].used is None
    assert sum(len(held[tile]) for tile in recurrent.mapping.tiles) == 2


def test_shares_are_weights_over_cells(tmp_path: Path) -> None:
    held = cells(mapped(tmp_path))
    assert {tile: cell.used for tile, (cell,) in held.items()} == {
        "tile[1,1]": 0.75,
        "tile[1,2]": 0.75,
        "tile[2,2]": 192 * 12 / 65536,
    }


def test_copies_are_numbered(tmp_path: Path) -> None:
    text = NETWORK.replace("shape: [512]", "shape: [512], sequence: true").replace(
        "name: tiny", "name: tiny\nsequence: {length: 4}"
    )
    plan = mapped(tmp_path, text, (), copies={"head": 2})
    assert {cell.part for held in cells(plan).values() for cell in held} == {
        "c1 1/2",
        "c1 2/2",
        "c2 1/2",
        "c2 2/2",
        "1/1",
    }
    assert macs_mapped(plan) == plan.graph.macs


@pytest.mark.parametrize("name", ["[red]", "[/]", ":smiley:"])
def test_names_of_layers_are_taken_literally(tmp_path: Path, name: str) -> None:
    plan = mapped(tmp_path)
    chains = [replace(item, chain=replace(item.chain, layer=name)) for item in plan.of("head")]
    layers = [replace(layer, name=name) if layer.name == "head" else layer for layer in plan.graph.layers]
    graph = replace(plan.graph, layers=tuple(layers[:2]))
    text = drawn(replace(plan, graph=graph, chains=tuple(chains)))
    assert f"│{name.ljust(12)}│{name.ljust(12)}│" in text


def test_a_mapping_is_told_with_its_coverage(answer: Result) -> None:
    screen = Console(file=io.StringIO(), width=80, highlight=False, markup=False, emoji=False)
    show_mapping(answer.mapping, screen)
    assert isinstance(screen.file, io.StringIO)
    text = " ".join(screen.file.getvalue().split())
    assert "MACs mapped: 560,880 of 560,880 of an inference (100.0%)." in text
    assert "5 of 64 tiles hold the 19,080 weights; their cells are 5.8% full (0.5% of the chip)." in text
    assert "Elsewhere: image host, sum in conv1, pool host, flat host." in text


def test_a_mapping_as_data_names_every_piece(answer: Result) -> None:
    data = as_data(answer.mapping)
    pieces = [
        piece for layer in data["layers"] for group in layer["column_groups"] for piece in group["pieces"]
    ]
    sizes = sum((p["rows"][1] - p["rows"][0]) * (p["columns"][1] - p["columns"][0]) for p in pieces)
    assert sizes == answer.mapping.graph.weights
    assert len({piece["tile"] for piece in pieces}) == data["tiles_used"] == 5
