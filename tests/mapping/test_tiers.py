"""Arrays on top of each other: a piece has a tier to itself, tiers of a tile take turns, conflicts are counted."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from simulator.base.errors import InputError
from simulator.chip.reader import load_chip
from simulator.chip.resolve import Hardware, resolve
from simulator.chip.topology import chip_of, physical, tier_of, tile_of
from simulator.engine.contract import run
from simulator.engine.fast_engine import FastEngine
from simulator.engine.simpy_engine import SimpyEngine
from simulator.functional.ages import ages
from simulator.mapping.lower.lower import lower
from simulator.mapping.placement import read_placement
from simulator.mapping.plan import Mapping, map_workload
from simulator.measure.tiers import Conflicts, conflicts
from simulator.program.form import Inference
from simulator.program.history import history
from simulator.report.resolved import placement_yaml
from simulator.report.summary import summary
from simulator.study.run import Result, plan, simulate
from simulator.trace.trace import Trace, record_trace
from simulator.trace.written import Written, pattern
from simulator.workload.graph import Graph, Layer, Matrix, Source
from simulator.workload.reader import load_workload

ROOT = Path(__file__).parents[2]


def hardware(*overrides: str, chips: int = 1) -> Hardware:
    return resolve(load_chip(ROOT / "chip_configs" / "tiers3d.yaml", overrides).chip, chips)


def branches(count: int, rows: int = 4, columns: int = 4) -> Graph:
    """So many layers that read the same vector."""
    names = [f"l{n}" for n in range(count)]
    layers = [Layer("x", "input", (), (1,), rows)]
    layers += [
        Layer(name, "linear", (Source("x"),), (1,), columns, (Matrix("weights", rows, columns),))
        for name in names
    ]
    return Graph("branches", tuple(layers), tuple(names))


def held(mapping: Mapping) -> list[str]:
    return [tile for placed in mapping.chains for tile in placed.tiles]


def recorded(network: str, prompt: str = "5", output: str = "3", count: int = 2) -> Trace:
    workload = load_workload(ROOT / "workloads" / f"{network}.yaml")
    return record_trace(
        workload, pattern(Written(count=count, prompt_length=prompt, output_length=output), 3)
    )


def ran(network: str = "moe_512", *overrides: str) -> Result:
    chip = load_chip(ROOT / "chip_configs" / "tiers3d.yaml", overrides)
    return simulate(chip, recorded(network), FastEngine())


def test_tiers_of_a_tile_take_turns() -> None:
    """All ask at once; MVMs take 100 ns each, and a unit of 64 lanes, one cycle deep, needs 1 ns for four outputs."""
    graph, chip = branches(3), hardware("grid.rows=1", "grid.columns=1")
    program = lower(map_workload(graph, chip), [graph], [Inference()], ["host"])
    timeline = run(SimpyEngine(), program)
    begin = {
        (row.layer, row.kind): start.tolist()
        for row, start in zip(program.streams, timeline.start, strict=True)
    }
    assert [begin[f"l{n}", "mvm"] for n in range(3)] == [[0], [100_000], [200_000]]
    assert [begin[f"l{n}", "local"] for n in range(3)] == [[100_000], [200_000], [300_000]]
    assert timeline.makespan == 301_000
    assert conflicts(program, history(program, timeline)) == Conflicts(3, 2, 300_000, "tile[1,1]", 2)


def test_pieces_go_over_all_tiles_before_the_next_tier() -> None:
    graph, chip = branches(5, 600), hardware("grid.rows=2", "grid.columns=2")
    mapping = map_workload(graph, chip)
    snake = ["tile[1,1]", "tile[1,2]", "tile[2,2]", "tile[2,1]"]
    assert held(mapping) == [f"t{1 + n // 4}/{snake[n % 4]}" for n in range(10)]
    assert mapping.tiles == ("tile[1,1]", "tile[1,2]", "tile[2,1]", "tile[2,2]")
    assert mapping.held == (10, 4096)
    assert mapping.at_once == sum((300 * 4,) * 4)  # every tier that is used holds as much


@pytest.mark.parametrize(("network", "square", "tiers"), [("moe_512", 1, 209), ("moe_768", 4, 634)])
def test_a_square_layer_takes_four_tiers_once_it_is_wider_than_a_tier(
    network: str, square: int, tiers: int
) -> None:
    """Closed form: blocks of four projections, a router, eight experts of two layers; then the words."""
    graph = load_workload(ROOT / "workloads" / f"{network}.yaml").bind(1)
    mapping = map_workload(graph, hardware())
    counted = Counter(placed.chain.layer for placed in mapping.chains)
    assert counted["layer1.attention.query"] == square
    assert len(mapping.chains) == tiers
    width = graph["words"].width
    rows, wide = -(-width // 512), -(-4 * width // 512)
    assert tiers == 3 * (4 * rows**2 + rows + 8 * 2 * rows * wide) + rows * 2


def test_engines_agree_and_only_chosen_experts_work() -> None:
    one = ran()
    other = run(SimpyEngine(), one.program)
    assert all(map(np.array_equal, one.timeline.start, other.start))
    chosen = Counter(group for tokens in one.trace.routing for token in tokens for group in token)
    rows = one.program.streams
    mvms = Counter[str]()
    for row, count in zip(rows, one.timeline.count, strict=True):
        mvms[row.layer] += int(count) if row.kind == "mvm" else 0
    blocks = [(b, e) for b in (0, 1) for e in range(1, 9)]  # of the last block prompts are not computed
    assert [mvms[f"layer{b}.expert{e}.up"] for b, e in blocks] == [4 * chosen[8 * b + e] for b, e in blocks]


def test_conflicts_rise_as_tiles_become_fewer() -> None:
    """The same tokens on more tiers of fewer tiles; none where each piece has a tile."""
    found = []
    for size in (15, 4, 1):
        result = ran("moe_512", f"grid.rows={size}", f"grid.columns={size}")
        found.append(conflicts(result.program, result.past))
    assert found[0].count == 0
    assert found[0].mvms == found[-1].mvms
    assert [a.waited < b.waited for a, b in pairwise(found)] == [True] * 2
    assert summary(result)["tier_conflicts"]["waited"] == found[-1].count


def test_a_placement_is_read_back(tmp_path: Path) -> None:
    chip, trace = load_chip(ROOT / "chip_configs" / "tiers3d.yaml"), recorded("moe_512")
    mapping, file = plan(chip, trace), tmp_path / "placement.yaml"
    found: dict[str, list[list[str]]] = {}
    for placed in mapping.own:
        found.setdefault(placed.chain.layer, []).append(list(placed.tiles))
    file.write_text(placement_yaml("moe_512", found))
    assert read_placement(file)[1] == found
    assert held(plan(chip, trace, file)) == held(mapping)
    for wrong in ("t1025/1,1", "1,1"):
        file.write_text(placement_yaml("moe_512", found).replace("t1/1,1\n", f"{wrong}\n", 1))
        with pytest.raises(InputError, match="no such tile"):
            plan(chip, trace, file)


def test_several_chips_have_tiers_of_their_own() -> None:
    graph = branches(6)
    mapping = map_workload(graph, hardware("grid.rows=1", "grid.columns=2", chips=2))
    assert held(mapping) == [
        *("c1/t1/tile[1,1]", "c1/t1/tile[1,2]", "c1/t2/tile[1,1]"),
        *("c2/t1/tile[1,1]", "c2/t1/tile[1,2]", "c2/t2/tile[1,1]"),
    ]
    name = "c2/t7/tile[3,4]"
    assert (chip_of(name), tier_of(name), tile_of(name), physical(name)) == (
        2,
        7,
        "c2/tile[3,4]",
        "tile[3,4]",
    )
    assert (chip_of("t7/tile[3,4]"), tile_of("t7/tile[3,4]"), tile_of("tile[3,4]")) == (1, *["tile[3,4]"] * 2)
    program = lower(mapping, [graph], [Inference()])
    assert np.array_equal(run(SimpyEngine(), program).ended, run(FastEngine(), program).ended)


def test_tiers_are_written_one_after_the_other() -> None:
    """Three of five at a time, 512 rows of 1 us each: the first three are 512 us older."""
    writing = 'programming={"row_time": "1 us", "tiles": 3, "energy": "1 nJ", "endurance": 1000}'
    chip = load_chip(ROOT / "chip_configs" / "tiers3d.yaml", [writing, "grid.rows=1", "grid.columns=2"]).chip
    mapping = map_workload(branches(5), resolve(chip))
    age = ages(mapping, chip, 1.0)
    assert [age(tile) - 1.0 for tile in held(mapping)] == pytest.approx([512e-6] * 3 + [0.0] * 2, rel=1e-6)


def test_what_tiers_do_not_do() -> None:
    graph = branches(5)
    with pytest.raises(InputError, match=r"needs 5 tiers of 512 x 512; 3-D tiers has 4"):
        map_workload(graph, hardware("grid.rows=1", "grid.columns=2", "tile.crossbar.tiers=2"))
    with pytest.raises(
        InputError, match="tiers: needs partial_sums=host: a piece on a tier stands for itself"
    ):
        hardware("partial_sums=links")
    with pytest.raises(
        InputError, match="--reload: is for tiles of one array; those of 3-D tiers have tiers"
    ):
        resolve(load_chip(ROOT / "chip_configs" / "tiers3d.yaml", []).chip, 2, reload=True)
    chip = load_chip(ROOT / "chip_configs" / "tiers3d.yaml", [])
    with pytest.raises(InputError, match="copies would wait for the converters that the tiers of a tile"):
        plan(chip, recorded("moe_512"), "balanced")
