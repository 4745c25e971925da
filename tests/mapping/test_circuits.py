"""Durations on circuits: what steps hold, by hand; engines agree; circuits of a step share nothing."""

from pathlib import Path

import numpy as np
import pytest

from simulator.base.errors import InputError
from simulator.chip.reader import load_chip
from simulator.chip.resolve import Hardware, resolve
from simulator.chip.topology import Topology
from simulator.engine.contract import run
from simulator.engine.simpy_engine import SimpyEngine
from simulator.mapping.lower.circuits import Circuits
from simulator.mapping.lower.lower import lower
from simulator.mapping.lower.mesh_routes import tree
from simulator.mapping.plan import Mapping, map_workload
from simulator.measure.energy import energy
from simulator.program.form import Inference, Program
from simulator.program.timeline import Timeline
from simulator.study.engines import engine
from simulator.workload.reader import load_workload

ROOT = Path(__file__).parents[2]
STEP = 300_000


def hardware(chips: int = 1, *overrides: str) -> Hardware:
    return resolve(load_chip(ROOT / "chip_configs" / "ibm34tile.yaml", overrides).chip, chips)


def mapped(name: str, chips: int = 1, *overrides: str) -> Mapping:
    graph = load_workload(ROOT / "workloads" / f"{name}.yaml").bind()
    return map_workload(graph, hardware(chips, *overrides))


def executed(plan: Mapping, count: int = 1, ideal: tuple[str, ...] = ()) -> tuple[Program, Timeline]:
    """Run in both engines, which agree on every operation."""
    program = lower(plan, [plan.graph], [Inference()] * count, ideal)
    slow, fast = run(SimpyEngine(), program), run(engine("fast"), program)
    for ours, theirs in zip(slow.start, fast.start, strict=True):
        assert np.array_equal(ours, theirs)
    return program, slow


def starts(program: Program, timeline: Timeline, kind: str) -> dict[str, list[int]]:
    return {
        stream.name: (timeline.start[number]).tolist()
        for number, stream in enumerate(program.streams)
        if stream.kind == kind
    }


def test_keyword_spotting_by_hand() -> None:
    """1,024 words come in within 213.3 ns, so the first read begins with the second step; then two reads a layer."""
    program, timeline = executed(mapped("kws_fc"))
    assert starts(program, timeline, "read") == {
        "dense1 read 1": [STEP],
        "dense2 read 1": [3 * STEP],
        "words read 1": [5 * STEP],
    }
    assert starts(program, timeline, "output") == {"words output 1": [7 * STEP]}
    assert timeline.makespan == 8 * STEP + 2_500  # 12 bytes at 38.4 Gbit/s


def test_columns_are_free_for_the_next_inference_when_they_have_been_read_out() -> None:
    """A layer integrates for two steps and is read out for two: inferences follow each other by four."""
    program, timeline = executed(mapped("kws_fc"), count=4)
    assert starts(program, timeline, "read")["dense1 read 1"] == [STEP, 5 * STEP, 9 * STEP, 13 * STEP]


def test_one_read_without_asymmetry_balance() -> None:
    _, timeline = executed(mapped("kws_fc", 1, "tile.read_mode=single"), ideal=("host",))
    assert timeline.makespan == 4 * STEP


def test_few_output_pads_take_more_steps() -> None:
    """1,280 gates in three column groups: one step on three pads, three steps on one."""
    for pads, steps in ((6, 1), (2, 2), (1, 3)):
        program, timeline = executed(mapped("rnn_t_decoder", 1, f"landing_pads.outputs={pads}"))
        made = [name for name in starts(program, timeline, "output") if name.startswith("prediction1")]
        assert len(made) == steps


def test_few_input_pads_take_more_reads() -> None:
    program, timeline = executed(mapped("kws_fc", 1, "landing_pads.inputs=1"))
    reads = starts(program, timeline, "read")
    assert reads["dense1 read 2"] == [reads["dense1 read 1"][0] + 2 * STEP]


@pytest.mark.parametrize("name", ["rnn_t_folded"])
def test_five_chips_hold_rnn_t(name: str) -> None:
    plan = mapped(name, 5)
    homes = [plan.chip(layer.name) for layer in plan.graph.mapped]
    planes = [plan.of(layer.name)[0].chain.planes for layer in plan.graph.mapped]
    assert homes == [1, 2, 3, 4, 5, 5, 5]
    assert planes == [1, 1, 2, 1, 2, 1, 1]
    assert len(plan.tiles) == 140
    program, timeline = executed(plan)
    reads = starts(program, timeline, "read")
    assert set(np.diff(reads["encoder1 read 1"])) == {7 * STEP}
    second = np.array(reads["encoder3 read 2"]) - np.array(reads["encoder3 read 1"])
    assert set(second) == {2 * STEP}  # the second plane after the first, two reads each


def test_a_tile_with_two_planes_costs_an_mvm_each() -> None:
    """And as much as two tiles would: the same reads, one after the other."""
    chip = load_chip(ROOT / "chip_configs" / "ibm34tile.yaml").chip
    spent = []
    for chips in (5, 6):
        plan = mapped("rnn_t_folded", chips)
        program = lower(plan, [plan.graph], [Inference()])
        entries = energy(chip, plan, program, 0)
        spent.append(sum(e.energy for e in entries if e.layer == "encoder5" and e.part == "crossbar"))
        assert plan.of("encoder5")[0].chain.planes == (2 if chips == 5 else 1)
    assert spent[0] == pytest.approx(spent[1])


def test_circuits_of_a_step_share_no_link_pad_or_tile() -> None:
    plan = mapped("rnn_t_folded", 5)
    assert plan.hardware.pads is not None
    circuits = Circuits(plan.hardware.topology, plan.hardware.pads, 5)
    for layer in plan.graph.mapped:
        placed = plan.of(layer.name)
        for turn in (*circuits.turns(placed, ()), *circuits.outputs(placed)):
            tiles = [tile for part in turn.slices for tile in part.tiles]
            for used in (turn.links, turn.pads, tiles):
                assert len(set(used)) == len(used)


def test_a_multicast_tree_reaches_all_and_avoids_what_is_taken() -> None:
    square = Topology(
        {"a": (1, 1), "b": (1, 2), "c": (2, 1), "d": (2, 2)}, {},
        (("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")),
    )  # fmt: skip
    assert tree(square, "a", ["d"], set(), set()) == [("a", "b"), ("b", "d")]
    assert tree(square, "a", ["d"], {("a", "b")}, set()) == [("a", "c"), ("c", "d")]
    assert tree(square, "a", ["d"], set(), {("b", "d")}) == [("a", "c"), ("c", "d")]
    assert tree(square, "a", ["b", "c", "d"], set(), set()) == [("a", "b"), ("a", "c"), ("b", "d")]
    assert tree(square, "a", ["d"], {("b", "d"), ("c", "d")}, set()) is None
    assert tree(square, "a", ["a"], set(), set()) == []


def test_a_network_that_does_not_fit_is_told_how_many_chips_would_do() -> None:
    with pytest.raises(InputError, match=r"needs 56 tiles of 512 x 512 on one of 3 chips.*Try --chips 5"):
        mapped("rnn_t_folded", 3)
