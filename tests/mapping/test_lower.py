"""Lowered programs against timelines worked out by hand, in picoseconds, on the 64-core chip in one-phase mode.

MVM window 133 ns on a 1 ns clock, register transfer 1 ns, digital clock 2.5 ns, local unit 21 cycles deep, link 1.
"""

from pathlib import Path

import numpy as np
import pytest

from simulator.base.errors import InputError
from simulator.chip.reader import load_chip
from simulator.chip.resolve import Hardware, resolve
from simulator.engine.contract import run
from simulator.engine.simpy_engine import SimpyEngine
from simulator.mapping.lower.lower import lower
from simulator.mapping.plan import map_workload
from simulator.measure.bounds import bounds
from simulator.measure.steady import steady
from simulator.program.form import Inference, Program
from simulator.program.timeline import Timeline
from simulator.workload.graph import Graph, Layer, Matrix, Source

CHIPS = Path(__file__).parents[2] / "chip_configs"


def hardware(*overrides: str, chip: str = "ibm14nm") -> Hardware:
    return resolve(load_chip(CHIPS / f"{chip}.yaml", ["tile.read_mode=one_phase", *overrides]).chip)


def linear(rows: int, columns: int, vectors: int = 1) -> Graph:
    layers = (
        Layer("x", "input", (), (vectors,), rows),
        Layer("fc", "linear", (Source("x"),), (vectors,), columns, (Matrix("weights", rows, columns),)),
    )
    return Graph("test", layers, ("fc",))


def executed(graph: Graph, chip: Hardware, *ideal: str, inferences: int = 1) -> tuple[Program, Timeline]:
    program = lower(map_workload(graph, chip), [graph], [Inference()] * inferences, ideal)
    return program, run(SimpyEngine(), program)


def starts(program: Program, timeline: Timeline, kind: str) -> list[list[int]]:
    return [
        timeline.start[number].tolist()
        for number, stream in enumerate(program.streams)
        if stream.kind == kind
    ]


def test_one_tile() -> None:
    program, timeline = executed(linear(4, 3), hardware(), "host")
    assert starts(program, timeline, "mvm") == [[0]]
    assert starts(program, timeline, "local") == [[135_000]]  # 133 + 1 ns, then the next 2.5 ns edge
    assert timeline.makespan == 135_000 + (2 + 21) * 2_500


def test_two_tiles_add_their_partial_sums_over_a_link() -> None:
    program, timeline = executed(linear(400, 3), hardware(), "host")
    assert starts(program, timeline, "mvm") == [[0], [0]]
    assert starts(program, timeline, "partial sum") == [[135_000 + 21 * 2_500]]
    assert starts(program, timeline, "local") == [[135_000], [135_000 + 22 * 2_500]]
    assert timeline.makespan == 135_000 + 22 * 2_500 + (2 + 21) * 2_500


def test_by_way_of_the_host() -> None:
    program, timeline = executed(linear(4, 3), hardware())
    assert starts(program, timeline, "mvm") == [[2_000]]  # 4 bytes at 25.6 Gbit/s are 1.25 ns; next 1 ns edge
    assert starts(program, timeline, "local") == [[137_500]]
    ready = 137_500 + 23 * 2_500
    assert starts(program, timeline, "from tile[1,1]") == [[ready]]
    assert timeline.makespan == ready + 938 + 1_000_000  # 3 bytes are 937.5 ps, rounded up; then 1 us


def test_the_register_holds_the_counters_until_the_local_unit_has_read_it() -> None:
    program, timeline = executed(linear(4, 200, vectors=4), hardware(), "host")
    (mvm,), (local,) = starts(program, timeline, "mvm"), starts(program, timeline, "local")
    assert local == [135_000 + n * 500_000 for n in range(4)]
    # Two MVMs run ahead: one result in the register, one in the counters; then one per 500 ns of the local unit.
    assert mvm == [0, 133_000, 635_000, 1_135_000]
    assert (
        timeline.held.tolist()[program.streams.index(next(s for s in program.streams if s.kind == "mvm"))] > 0
    )


@pytest.mark.parametrize("mode", ["one_phase", "four_phase"])
def test_full_tiles_are_limited_by_the_local_unit_at_640_ns(mode: str) -> None:
    chip = hardware(f"tile.read_mode={mode}")
    graph = linear(256, 256, vectors=32)
    program = lower(map_workload(graph, chip), [graph], [Inference()], ["host"])
    assert steady(program, SimpyEngine()).interval == 32 * 640_000
    assert bounds(program)[0].part == "local_digital"


def test_a_recurrence_waits_for_its_own_last_step_and_starts_afresh_with_each_sequence() -> None:
    gates = (Matrix("input_gate", 4, 16), Matrix("hidden_gate", 4, 16, -1))
    layers = (Layer("x", "input", (), (3,), 4), Layer("lstm", "lstm", (Source("x"),), (3,), 4, gates))
    graph = Graph("test", layers, ("lstm",))
    program, timeline = executed(graph, hardware(), "host", inferences=2)
    recurrent = next(
        n for n, s in enumerate(program.streams) if s.kind == "mvm" and s.unit == "tile[4,1].crossbar"
    )
    unit = next(n for n, s in enumerate(program.streams) if s.kind == "gates" and s.part == "global_digital")
    done = timeline.start[unit] + (15 + 24) * 2_500
    begun = timeline.start[recurrent]
    assert begun.tolist()[1:3] == [-(-t // 1_000) * 1_000 for t in done.tolist()[:2]]
    assert begun[3] < done[2]  # the next sequence does not wait for the last one's state
    # one step: MVM 133 + 1 -> 135 ns, 2 local units of 21 and 2 links of 1 cycle, 16 values, 24 cycles of the unit
    assert int(done[0]) == 135_000 + (2 * 22 + 15 + 24) * 2_500


@pytest.mark.parametrize("ideal", [(), ("network",), ("memory",), ("host",), ("network", "memory", "host")])
@pytest.mark.parametrize("chip", ["ibm14nm", "ibm14nm_onchip"])
def test_the_steady_interval_is_never_below_its_bounds(chip: str, ideal: tuple[str, ...]) -> None:
    layers = (
        Layer("x", "input", (), (6,), 300),
        Layer("a", "linear", (Source("x"),), (6,), 90, (Matrix("weights", 300, 90),)),
        Layer("b", "linear", (Source("a"),), (6,), 300, (Matrix("weights", 90, 300),)),
    )
    graph = Graph("test", layers, ("b",))
    where = hardware(chip=chip)
    program = lower(map_workload(graph, where), [graph], [Inference()], ideal)
    assert steady(program, SimpyEngine()).interval >= bounds(program)[0].interval


def test_links_refuse_a_window_that_the_buffer_cannot_hold() -> None:
    from simulator.workload.graph import Window

    window = Window((3, 3), (1, 1), (1, 1), (1, 1))
    layers = (
        Layer("x", "input", (), (8, 8), 4),
        Layer("a", "conv2d", (Source("x"),), (8, 8), 4, (Matrix("weights", 36, 4),), window),
        Layer("b", "conv2d", (Source("a"),), (8, 8), 4, (Matrix("weights", 36, 4),), window),
    )
    graph = Graph("test", layers, ("b",))
    small = hardware("tile.input_buffer.size=64 B", chip="ibm14nm_onchip")
    with pytest.raises(InputError, match=r"tile\.input_buffer\.size: layer b keeps 76 bytes of a .* has 64"):
        lower(map_workload(graph, small), [graph], [Inference()])
    enough = hardware("tile.input_buffer.size=76 B", chip="ibm14nm_onchip")
    _, timeline = executed(graph, enough, inferences=3)
    assert np.all(timeline.ended > 0)


def test_a_network_that_is_too_large_says_how_many_tiles_it_needs() -> None:
    with pytest.raises(InputError, match="needs 256 tiles of 256 x 256; IBM HERMES 64-core chip has 64"):
        map_workload(linear(4096, 4096), hardware())


@pytest.mark.parametrize(("im2col", "each"), [("host", 24 * 9), ("tile", 24)])
def test_a_piece_of_blocks_gets_its_own_rows_and_gives_its_own_columns(im2col: str, each: int) -> None:
    from simulator.workload.graph import Window

    window = Window((3, 3), (1, 1), (1, 1), (1, 1))
    depthwise = Matrix("weights", 96 * 9, 96, blocks=96)
    layers = (
        Layer("x", "input", (), (6, 6), 96),
        Layer("dw", "conv2d", (Source("x"),), (6, 6), 96, (depthwise,), window),
    )
    graph = Graph("test", layers, ("dw",))
    mapping = map_workload(graph, hardware(f"host.im2col={im2col}"))
    program = lower(mapping, [graph], [Inference()])
    moved: dict[str, list[int]] = {"host.in": [], "host.out": []}
    for number, work in program.segments[0].work.items():
        if program.streams[number].unit in moved:
            moved[program.streams[number].unit].append(work.bytes)
    assert moved == {"host.in": [36 * each] * 4, "host.out": [36 * 24] * 4}
    assert sum(work.macs for work in program.segments[0].work.values()) == graph.macs
    assert mapping.zeros() == 4 * 216 * 23
