"""What ``map`` tells of networks that are large, copied, block-diagonal, recurrent or share tiles."""

import io
from pathlib import Path

import pytest
from convnets import resnet
from rich.console import Console

from simulator.chip.reader import load_chip
from simulator.chip.resolve import resolve
from simulator.mapping.balance import balance
from simulator.mapping.plan import Mapping, map_workload
from simulator.measure.bounds import bounds
from simulator.report.mapped import as_data, show_mapping
from simulator.report.mapped_layers import MappedLayers
from simulator.workload.graph import Graph, Layer, Matrix, Source, Window

CHIPS = Path(__file__).parents[2] / "chip_configs"
LARGE = resolve(load_chip(CHIPS / "ibm14nm_large.yaml").chip)
SMALL = resolve(load_chip(CHIPS / "ibm14nm.yaml", ["tile.read_mode=one_phase"]).chip)


def told(plan: Mapping, width: int = 80) -> list[str]:
    file = io.StringIO()
    show_mapping(plan, Console(file=file, width=width, highlight=False, markup=False, emoji=False))
    return file.getvalue().splitlines()


def blocks(positions: tuple[int, int] = (4, 4)) -> Graph:
    window = Window((3, 3), (1, 1), (1, 1), (1, 1))
    depthwise = Matrix("weights", 96 * 9, 96, blocks=96)
    point = Matrix("weights", 96, 20)
    layers = (
        Layer("x", "input", (), positions, 96),
        Layer("dw", "conv2d", (Source("x"),), positions, 96, (depthwise,), window),
        Layer(
            "pw", "conv2d", (Source("dw"),), positions, 20, (point,), Window((1, 1), (1, 1), (0, 0), (1, 1))
        ),
    )
    return Graph("blocks", layers, ("pw",))


@pytest.mark.parametrize("width", [80, 120])
def test_a_large_network_has_a_line_a_layer(width: int) -> None:
    graph = resnet(50, 32)
    plan = map_workload(graph, LARGE, copies=balance(graph, LARGE, 600).copies)
    lines = told(plan, width)
    assert max(map(len, lines)) <= width
    table = [
        line.split()
        for line in lines
        if line.split()[:1] and line.split()[0] in {x.name for x in graph.mapped}
    ]
    assert [row[0] for row in table] == [layer.name for layer in graph.mapped]
    copies = str(max(item.chain.copies for item in plan.chains))
    assert copies in table[0]
    assert any(line.endswith("..48 nothing") for line in lines)
    assert len(lines) < 54 + 40


def test_every_tile_of_a_large_chip_is_one_character() -> None:
    graph = resnet(50, 32)
    plan = map_workload(graph, LARGE)
    rows = [line for line in told(plan) if line[:5].strip().isdigit() and line[5:6] == " "]
    drawn = sum(character in "░▒▓█" for line in rows for character in line)
    assert drawn == len(plan.tiles) == 422


def test_rows_say_rounds_shares_waste_and_why() -> None:
    rows = {row.layer.name: row for row in MappedLayers(map_workload(blocks(), SMALL, copies={"pw": 3})).rows}
    dw, pw = rows["dw"], rows["pw"]
    assert (dw.tiles, dw.copies, dw.rounds, dw.cut) == (4, 1, 16, "1 x 4")
    assert (dw.full, dw.zeros) == (96 * 9 / (4 * 65_536), 4 * 216 * 23 / (4 * 65_536))
    assert dw.time == 16 * 133_000  # 24 values of 2.5 ns each are out before the next result is in
    assert (pw.tiles, pw.copies, pw.rounds, pw.time) == (3, 3, 6, 6 * 133_000)
    assert (dw.why, pw.why) == (("slowest", "blocks"), ("copied",))
    text = " ".join(" ".join(told(map_workload(blocks(), SMALL))).split())
    assert "7.6% are the zeros beside the blocks of block-diagonal matrices" not in text
    assert "6.1% are the zeros beside the blocks of block-diagonal matrices" in text


def test_shared_and_recurrent_layers_say_so() -> None:
    one, two = (Layer(n, "linear", (Source("x"),), (3,), 4, (Matrix("weights", 4, 4),)) for n in "ab")
    pair = Graph("pair", (Layer("x", "input", (), (3,), 4), one, two), ("a", "b"))
    rows = MappedLayers(map_workload(pair, SMALL, share=True)).rows
    assert [row.why for row in rows] == [("slowest", "joint"), ("slowest", "joint")]
    gates = (Matrix("input_gate", 4, 16), Matrix("hidden_gate", 4, 16, -1))
    layers = (Layer("x", "input", (), (3,), 4), Layer("lstm", "lstm", (Source("x"),), (3,), 4, gates))
    (row,) = MappedLayers(map_workload(Graph("g", layers, ("lstm",)), SMALL)).rows
    assert row.why == ("slowest", "recurrent")


def test_data_names_what_limits_and_what_each_layer_takes() -> None:
    plan = map_workload(blocks(), SMALL)
    data = as_data(plan)
    layer = next(row for row in data["layers"] if row["layer"] == "dw")
    first = data["interval_bounds"][0]
    assert layer["share"] == pytest.approx(layer["least_ns"] / first["ns"])
    assert (data["chips"], data["zeros"], layer["chip"]) == (1, 4 * 216 * 23, 1)
    from simulator.mapping.lower.lower import lower
    from simulator.program.form import Inference

    bound = bounds(lower(plan, [plan.graph], [Inference()]))[0]
    assert (first["part"], first["resource"], first["ns"]) == (
        bound.part,
        bound.resource,
        bound.interval / 1e3,
    )


def test_free_tiles_are_worth_a_hint_where_tiles_limit() -> None:
    quick = resolve(load_chip(CHIPS / "ibm14nm.yaml", ["host.bandwidth=1 Tbit/s"]).chip)
    hint = "60 tiles are free: --mapping balanced copies slow layers to them."
    layers = blocks().layers[:2]
    graph = Graph("one", layers, ("dw",))
    assert any(hint in line for line in told(map_workload(graph, quick)))
    slow = resolve(load_chip(CHIPS / "ibm14nm.yaml", ["host.bandwidth=1 Gbit/s"]).chip)
    assert not any("are free" in line for line in told(map_workload(graph, slow)))
