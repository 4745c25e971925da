"""Weights written in turn where a network is larger than its chip: times by hand, energy, wear, refusals."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from simulator.base.errors import InputError
from simulator.chip.reader import ChipFile, load_chip
from simulator.chip.resolve import resolve
from simulator.chip.topology import chip_of
from simulator.engine.contract import run
from simulator.engine.simpy_engine import SimpyEngine
from simulator.mapping.lower.lower import lower
from simulator.mapping.placement import chips_of, find_placement, takes_turns
from simulator.mapping.plan import Mapping, map_workload
from simulator.measure.area import areas
from simulator.measure.energy import energy, powered
from simulator.measure.totals import totals
from simulator.program.form import Inference
from simulator.report.resolved import placement_yaml
from simulator.study.engines import engine
from simulator.study.reloaded import reloaded
from simulator.study.run import plan
from simulator.trace.trace import Request, Trace
from simulator.workload.graph import Graph, Layer, Matrix, Source

CHIPS = Path(__file__).parents[2] / "chip_configs"
WRITES = "programming={row_time: 1 us, tiles: 1, energy: 8 pJ, endurance: 1000}"


def small(rows: int, *overrides: str) -> ChipFile:
    sets = ["tile.read_mode=one_phase", f"grid.rows={rows}", "grid.columns=1", "global_digital=null"]
    return load_chip(CHIPS / "ibm14nm.yaml", [*sets, "die.area=derived", *overrides])


def network(rows: list[int], width: int = 4, positions: int = 2) -> Graph:
    layers = [Layer("x", "input", (), (positions,), rows[0])]
    for n, size in enumerate(rows):
        out = rows[n + 1] if n + 1 < len(rows) else width
        matrix = Matrix("weights", size, out)
        layers.append(Layer(f"l{n}", "linear", (Source(layers[-1].name),), (positions,), out, (matrix,)))
    return Graph("net", tuple(layers), (layers[-1].name,))


def mapped(graph: Graph, file: ChipFile) -> Mapping:
    return reloaded(file.chip, graph, None, None)


def test_a_tile_is_written_when_its_last_set_is_done() -> None:
    graph = network([8, 4])
    mapping = mapped(graph, small(1, WRITES))
    assert mapping.how == "automatic; 2 sets of weights in turn"
    assert (mapping.tiles, mapping.places) == (("w1/tile[1,1]", "w2/tile[1,1]"), ("tile[1,1]",))
    program = lower(mapping, [graph], [Inference()] * 2, ["host"])
    timeline = run(SimpyEngine(), program)
    starts = {s.name: t.tolist() for s, t in zip(program.streams, timeline.start, strict=True)}
    first, second = starts["l0 write w1/tile[1,1].crossbar"], starts["l1 write w2/tile[1,1].crossbar"]
    mvms = starts["l0 mvm w1/tile[1,1].crossbar"], starts["l1 mvm w2/tile[1,1].crossbar"]
    assert first[0] == 0
    assert mvms[0][0] == 8_000_000  # 8 rows of 1 us
    assert second[0] == mvms[0][1] + 133_000  # after the MVM of the second position
    assert mvms[1][0] == second[0] + 4_000_000
    assert first[1] == mvms[1][1] + 133_000  # the next inference finds the other set


def test_what_is_alone_on_its_tile_stays() -> None:
    graph = network([250, 250, 250])
    mapping = mapped(graph, small(2, WRITES))
    program = lower(mapping, [graph], [Inference()])
    written = {s.layer for s in program.streams if s.kind == "write"}
    assert written == {"l0", "l2"}
    assert mapped(network([250, 250]), small(2, WRITES)).how == "automatic"


@pytest.mark.parametrize("transport", ["host", "links"])
@pytest.mark.parametrize("rows", [[300, 250, 200, 90], [40, 600, 100]])
def test_both_engines_agree_and_all_the_work_is_done(rows: list[int], transport: str) -> None:
    graph = network(rows, positions=3)
    mapping = mapped(graph, small(3, WRITES, f"transport={transport}", "host.im2col=tile"))
    assert mapping.hardware.reload
    program = lower(mapping, [graph], [Inference()] * 3)
    one, other = run(SimpyEngine(), program), run(engine("auto"), program)
    assert all(np.array_equal(a, b) for a, b in zip(one.start, other.start, strict=True))
    assert int(totals(program).macs.sum()) == 3 * graph.macs
    assert one.operations == int(totals(program).operations.sum())
    for resource, row in enumerate(program.resources):  # nobody is at one tile's array twice at once
        if row.part == "crossbar":
            streams = [n for n, s in enumerate(program.streams) if resource in s.resources]
            busy = sorted((t, n) for n in streams for t in one.start[n].tolist())
            lengths = {n: program.segments[0].work[n].occupancy.base for n in streams}
            assert all(a + lengths[n] <= b for (a, n), (b, _) in pairwise(busy))


def test_energy_wear_and_static_power_are_those_of_one_chip() -> None:
    file, graph = small(1, WRITES), network([8, 4])
    mapping = mapped(graph, file)
    program = lower(mapping, [graph], [Inference()] * 3)
    spent = energy(file.chip, mapping, program, 10**6)
    assert sum(e.energy for e in spent if e.part == "programming") == 3 * 8 * graph.weights
    assert mapping.written == (graph.weights, 2)
    assert powered(file.chip, mapping) == ["tile[1,1]"]
    assert {e.unit for e in spent if e.kind == "static"} == {"tile[1,1]"}
    assert mapping.hardware.dies == 1


def test_a_recurrence_from_a_later_set_is_refused() -> None:
    graph = network([250, 250])
    layers = list(graph.layers)
    layers[1] = Layer(
        "l0", "linear", (Source("x"), Source("l1", delay=1)), (2,), 250, (Matrix("weights", 250, 250),)
    )
    mapping = mapped(Graph("loop", tuple(layers), ("l1",)), small(1, WRITES))
    with pytest.raises(
        InputError, match="loop: l0: reads l1 a step later, which has its weights in a later turn"
    ):
        lower(mapping, [mapping.graph], [Inference()])


def test_refusals() -> None:
    graph = network([8, 4])
    with pytest.raises(
        InputError, match="--reload: IBM HERMES 64-core chip does not say what writing weights takes"
    ):
        mapped(graph, small(1))
    with pytest.raises(InputError, match="--reload: cannot be combined with --mapping or --chips"):
        reloaded(small(1, WRITES).chip, graph, "packed", None)
    with pytest.raises(
        InputError, match=r"needs 2 tiles .* has 1\. Try --chips 2, --reload, a chip with more"
    ):
        map_workload(network([250, 250]), resolve(small(1, WRITES).chip), share=False)
    with pytest.raises(InputError, match=r"needs 4 tiles .* has 1"):
        mapped(network([1000, 4]), small(1, WRITES))


def test_a_placement_of_sets_is_written_and_read(tmp_path: Path) -> None:
    graph, file = network([250, 250, 250]), small(1, WRITES)
    mapping = mapped(graph, file)
    path = tmp_path / "place.yaml"
    path.write_text(placement_yaml("net", {p.chain.layer: [list(p.tiles)] for p in mapping.chains}))
    place, origin = find_placement(file, "net", path)
    assert place is not None
    assert (chips_of(place), takes_turns(place)) == (3, True)
    assert map_workload(graph, resolve(file.chip, 3, reload=True), place, origin).chains == mapping.chains


@pytest.mark.parametrize("transport", ["host", "mesh"])
def test_a_layer_larger_than_the_chip_takes_turns_by_column_groups(transport: str) -> None:
    """Five column groups of a layer on two tiles: three sets, all the work done, both engines alike."""
    graph = network([40], width=1100, positions=2)
    cores = ["links.reach={row: [1], column: [1]}", "transport=mesh"] if transport == "mesh" else []
    if cores:
        cores.append(
            "compute_cores={light: {units: 1, rate: 1 Gop/s}, heavy: {units: 1, rate: 1 Gop/s}, "
            "scratchpad: {size: 64 KiB, bandwidth: 1 Gbit/s}}"
        )
    mapping = mapped(graph, small(2, WRITES, *cores))
    assert [chip_of(tiles.tiles[0]) for tiles in mapping.of("l0")] == [1, 1, 2, 2, 3]
    program = lower(mapping, [graph], [Inference()] * 2)
    one, other = run(SimpyEngine(), program), run(engine("auto"), program)
    assert all(np.array_equal(a, b) for a, b in zip(one.start, other.start, strict=True))
    assert totals(program).macs.sum() == 2 * graph.macs


def test_weights_take_turns_unasked_and_wait_in_a_memory() -> None:
    held = "memory: {size: 4000 byte, area: 2 mm^2}"
    file = small(1, WRITES.replace("1000}", f"1000, always: true, {held}}}"))
    graph = network([200, 10])
    assert plan(file, _trace(graph)).how == "automatic; 2 sets of weights in turn"
    more = areas(file.chip)["die"] - areas(small(1, WRITES).chip)["die"]
    assert more == pytest.approx(2)
    with pytest.raises(InputError) as caught:
        plan(file, _trace(network([250, 250])))
    assert "programming.memory.size: holds 4,000 bytes; the network has 63,500 weights" in str(caught.value)


def _trace(graph: Graph) -> Trace:
    return Trace("net", "", (graph,), (Request(0, 0, None, 1),))


def test_of_sets_in_turn_the_mean_works_at_once() -> None:
    """8 x 4 and 4 x 4 weights on one tile; 250 x 250 on a tile of their own."""
    assert mapped(network([8, 4]), small(1, WRITES)).at_once == Fraction(8 * 4 + 4 * 4, 2)
    assert mapped(network([250], width=250), small(1, WRITES)).at_once == 250 * 250
