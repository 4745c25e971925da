"""Compute cores on a mesh: a timeline by hand, multicast, who keeps what, engines agree."""

from pathlib import Path

import numpy as np
import pytest

from simulator.base.errors import InputError
from simulator.chip.reader import ChipFile, load_chip
from simulator.chip.resolve import resolve
from simulator.engine.contract import run
from simulator.engine.simpy_engine import SimpyEngine
from simulator.mapping.lower.builder import Builder
from simulator.mapping.lower.context import Context
from simulator.mapping.lower.lower import lower
from simulator.mapping.plan import Mapping, map_workload
from simulator.measure.energy import energy
from simulator.program.form import Inference, Program
from simulator.program.timeline import Timeline
from simulator.study.engines import engine
from simulator.study.reloaded import reloaded
from simulator.workload.reader import load_workload

ROOT = Path(__file__).parents[2]
ONE = ("grid.rows=1", "grid.columns=1", "compute_cores.light.units=1", "compute_cores.heavy.units=1")
HEAD = "name: n\nlayers:\n  x: {kind: input, shape: [512]}\n"


def chip(*overrides: str) -> ChipFile:
    return load_chip(ROOT / "chip_configs" / "ibm_mesh.yaml", overrides)


def mapped(tmp_path: Path, text: str, file: ChipFile) -> Mapping:
    path = tmp_path / "n.yaml"
    path.write_text(HEAD + text)
    return map_workload(load_workload(path).bind(), resolve(file.chip))


def executed(plan: Mapping, count: int = 1, ideal: tuple[str, ...] = ()) -> tuple[Program, Timeline]:
    program = lower(plan, [plan.graph], [Inference()] * count, ideal)
    slow, fast = run(SimpyEngine(), program), run(engine("fast"), program)
    for ours, theirs in zip(slow.start, fast.start, strict=True):
        assert np.array_equal(ours, theirs)
    return program, slow


def test_one_layer_by_hand(tmp_path: Path) -> None:
    """512 bytes: 8 ns from the host and, over no link at all, 32 ns at 16 byte a cycle to the tile; an MVM of 40 ns;
    1 ns to the unit; 32 cycles of 16 values, the last 4 cycles deep; 32 ns to the scratchpad, 8 ns out."""
    plan = mapped(tmp_path, "  y: {kind: linear, input: x, width: 512}\n", chip(*ONE))
    _, timeline = executed(plan)
    assert timeline.makespan == 1000 * (8 + 32 + 40 + 1 + (31 + 4) + 32 + 8)


def test_a_circuit_is_held_for_the_delay_of_its_wires(tmp_path: Path) -> None:
    """Two column groups: the second tile is one pitch (1.0966 mm, 109.66 ps) away from the cores at the first."""
    two = ("grid.rows=1", "grid.columns=2", *ONE[2:])
    plan = mapped(tmp_path, "  y: {kind: linear, input: x, width: 1024}\n", chip(*two))
    program, _ = executed(plan)
    hop = 110  # rounded up once
    feeds = [n for n, stream in enumerate(program.streams) if stream.kind.startswith("to tile")]
    assert len(feeds) == 1  # one multicast for both
    assert program.segments[0].work[feeds[0]].latency.base == 32_000 + hop
    assert [program.resources[r].name for r in program.streams[feeds[0]].resources] == [
        "light[1].scratchpad.out",
        "tile[1,1]->tile[1,2]",
    ]


def test_softmax_is_a_heavy_cores_and_a_sum_a_light_ones(tmp_path: Path) -> None:
    layers = (
        "  a: {kind: linear, input: x, width: 512}\n"
        "  s: {kind: normalise, inputs: [a], function: softmax, operations: 5}\n"
        "  t: {kind: elementwise, inputs: [s], function: relu, operations: 1}\n"
    )
    plan = mapped(tmp_path, layers, chip(*ONE))
    context = Context(plan, plan.graph, Builder())
    assert context.cores == {"x": "", "a": "light[1]", "s": "heavy[1]", "t": "light[1]"}
    program, timeline = executed(plan)
    parts = {stream.layer: stream.part for stream in program.streams if stream.kind == "computed"}
    assert parts == {"s": "heavy_core", "t": "light_core"}
    entries = energy(chip(*ONE).chip, plan, program, timeline.makespan)
    assert sum(e.energy for e in entries if e.part == "heavy_core") > 0


def test_an_ideal_network_carries_in_no_time(tmp_path: Path) -> None:
    plan = mapped(tmp_path, "  y: {kind: linear, input: x, width: 512}\n", chip(*ONE))
    _, timeline = executed(plan, ideal=("network",))
    assert timeline.makespan == 1000 * (40 + 1 + 31 + 4)


def test_engines_agree_on_resnet_32_and_on_weights_in_turn() -> None:
    graph = load_workload(ROOT / "workloads" / "resnet32_cifar10.yaml").bind()
    executed(map_workload(graph, resolve(chip().chip)))
    graph = load_workload(ROOT / "workloads" / "ds_cnn_kws.yaml").bind()
    small = load_chip(
        ROOT / "chip_configs" / "ibm_mesh_partial.yaml",
        ["grid.rows=2", "grid.columns=2", "compute_cores.light.units=2", "compute_cores.heavy.units=1"],
    )
    plan = reloaded(small.chip, graph, None, None)
    assert plan.hardware.reload
    executed(plan)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        (
            "compute_cores=null",
            r"compute_cores: must be given: activations on a mesh wait in the scratchpads",
        ),
        ("transport=host", r"transport: must be given: activations on a mesh"),
        ("host.compute=1 Top/s", r"host\.compute: must be left out: compute cores do what tiles cannot"),
        ("compute_cores.light.units=501", r"compute_cores\.light\.units: is more than the 500 tiles"),
        ("compute_cores.heavy.rate=1000 Top/s", r"compute_cores\.heavy\.rate: must be between 0\.01 and 100"),
    ],
)
def test_contradictions_are_refused(override: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        chip(override)
