"""Copies of slow layers: minimal within the model, reached on an ideal network, kept only where they help."""

import re
from itertools import product
from pathlib import Path

import pytest
from convnets import resnet
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.base.errors import InputError
from simulator.chip.reader import load_chip
from simulator.chip.resolve import Hardware, resolve
from simulator.engine.contract import run
from simulator.engine.simpy_engine import SimpyEngine
from simulator.mapping.balance import balance
from simulator.mapping.lower.lower import lower
from simulator.mapping.plan import map_workload
from simulator.measure.bounds import bounds
from simulator.measure.steady import steady
from simulator.program.form import Inference
from simulator.study.balanced import balanced
from simulator.study.engines import engine
from simulator.workload.graph import Graph, Layer, Matrix, Source, Window

CHIPS = Path(__file__).parents[2] / "chip_configs"
CHIP = resolve(load_chip(CHIPS / "ibm14nm.yaml").chip)
LARGE = resolve(load_chip(CHIPS / "ibm14nm_large.yaml").chip)
IDEAL = ("network", "memory", "host")
AUTO = engine("auto")


def chain(shapes: list[tuple[int, int]]) -> Graph:
    """Layers of so many positions (1 after the first: all are read) and rows, each 16 columns wide."""
    layers = [Layer("x", "input", (), (1,), 16)]
    for n, (positions, rows) in enumerate(shapes):
        matrix = Matrix("weights", rows, 16)
        layers.append(Layer(f"l{n}", "linear", (Source(layers[-1].name),), (positions,), 16, (matrix,)))
    return Graph("chain", tuple(layers), (layers[-1].name,))


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(1, 12), st.sampled_from([16, 300])), min_size=1, max_size=3),
    st.integers(3, 12),
)
def test_no_other_choice_of_copies_is_faster(shapes: list[tuple[int, int]], tiles: int) -> None:
    sizes = [-(-rows // 256) for _, rows in shapes]
    graph = chain(shapes)
    if sum(sizes) > tiles:
        with pytest.raises(InputError, match="one copy of each layer needs"):
            balance(graph, CHIP, tiles)
        return
    found = balance(graph, CHIP, tiles)
    assert sum(found.copies[f"l{n}"] * size for n, size in enumerate(sizes)) <= tiles
    best = min(
        max(-(-positions // c) * 520_000 for (positions, _), c in zip(shapes, choice, strict=True))
        for choice in product(*(range(1, positions + 1) for positions, _ in shapes))
        if sum(c * size for c, size in zip(choice, sizes, strict=True)) <= tiles
    )
    assert found.interval == best


@pytest.mark.parametrize("tiles", [3, 4, 6, 9])
def test_the_simulation_reaches_the_balanced_interval_on_an_ideal_network(tiles: int) -> None:
    graph = chain([(12, 16), (7, 300)])
    found = balance(graph, CHIP, tiles)
    mapping = map_workload(graph, CHIP, copies=found.copies)
    program = lower(mapping, [graph], [Inference()], IDEAL)
    assert steady(program, SimpyEngine()).interval == found.interval == bounds(program)[0].interval


def test_copies_share_positions_and_the_host_puts_them_in_order() -> None:
    graph = chain([(5, 16)])
    mapping = map_workload(graph, CHIP, copies={"l0": 2})
    program = lower(mapping, [graph], [Inference()])
    counts = sorted(program.segments[0].work[n].n for n, s in enumerate(program.streams) if s.kind == "mvm")
    assert counts == [2, 3]


def test_recurrent_layers_and_links_refuse_copies() -> None:
    gates = (Matrix("input_gate", 4, 16), Matrix("hidden_gate", 4, 16, -1))
    layers = (Layer("x", "input", (), (3,), 4), Layer("lstm", "lstm", (Source("x"),), (3,), 4, gates))
    with pytest.raises(InputError, match="lstm: is recurrent"):
        map_workload(Graph("g", layers, ("lstm",)), CHIP, copies={"lstm": 2})
    links = resolve(load_chip(CHIPS / "ibm14nm_onchip.yaml").chip)
    with pytest.raises(InputError, match="copies need the host path"):
        map_workload(chain([(5, 16)]), links, copies={"l0": 2})


@pytest.mark.parametrize(("depth", "tiles"), [(18, 450), (18, 2304), (50, 1000), (50, 2304)])
def test_resnets_are_within_two_percent_of_the_bound_on_an_ideal_network(depth: int, tiles: int) -> None:
    graph = resnet(depth)
    found = balance(graph, LARGE, tiles)
    mapping = map_workload(graph, LARGE, copies=found.copies)
    assert len(mapping.tiles) <= tiles
    program = lower(mapping, [graph], [Inference()], IDEAL)
    limit = bounds(program)[0].interval
    assert found.interval == limit
    assert limit <= steady(program, AUTO).interval <= 1.002 * limit


@settings(max_examples=25)
@given(
    st.lists(st.tuples(st.integers(1, 12), st.sampled_from([16, 300])), min_size=1, max_size=3),
    st.integers(0, 26),
)
def test_twice_the_tiles_are_never_slower_on_an_ideal_network(
    shapes: list[tuple[int, int]], more: int
) -> None:
    graph = chain(shapes)
    least = sum(-(-rows // 256) for _, rows in shapes)
    intervals = []
    for tiles in (least + more, 2 * (least + more)):
        mapping = map_workload(graph, CHIP, copies=balance(graph, CHIP, tiles).copies, share=False)
        intervals.append(steady(lower(mapping, [graph], [Inference()], IDEAL), AUTO).interval)
    assert intervals[1] <= intervals[0]


def convolution(bandwidth: str) -> tuple[Graph, Hardware]:
    """A tile's buffer keeps windows, so every copy needs all of the image."""
    window = Window((3, 3), (1, 1), (1, 1), (1, 1))
    layers = (
        Layer("x", "input", (), (8, 8), 24),
        Layer("conv", "conv2d", (Source("x"),), (8, 8), 8, (Matrix("weights", 216, 8),), window),
    )
    sets = ["host.im2col=tile", f"host.bandwidth={bandwidth}"]
    return Graph("conv", layers, ("conv",)), resolve(load_chip(CHIPS / "ibm14nm.yaml", sets).chip)


def test_copies_are_kept_only_where_a_simulation_finds_them_faster() -> None:
    graph, quick = convolution("25.6 Gbit/s")
    many = balanced(graph, quick, 4, AUTO)
    assert many.of("conv")[0].chain.copies == 4
    assert re.fullmatch(
        r"balanced over 4 tiles: 2 inferences in [\d.]+ us, without copies [\d.]+ us", many.how
    )
    graph, slow = convolution("0.5 Gbit/s")
    one = balanced(graph, slow, 4, AUTO)
    assert one.of("conv")[0].chain.copies == 1
    times = re.fullmatch(
        r"one copy of each layer: 2 inferences in ([\d.]+) us, balanced over 4 tiles ([\d.]+) us", one.how
    )
    assert times is not None
    assert float(times[1]) < float(times[2])
    assert balanced(graph, slow, 4, AUTO, IDEAL).of("conv")[0].chain.copies == 4
    assert balanced(graph, slow, 1, AUTO).how == "balanced over 1 tile: no copy that fits helps"


def test_copies_may_be_more_than_a_shorter_sequence_has_positions() -> None:
    graphs = [chain([(length, 16)]) for length in (6, 2)]
    mapping = map_workload(graphs[0], CHIP, copies={"l0": 4})
    program = lower(mapping, graphs, [Inference(0), Inference(1), Inference(0)])
    one, other = run(SimpyEngine(), program), run(AUTO, program)
    assert all((a == b).all() for a, b in zip(one.start, other.start, strict=True))
    counts = [n for n, s in zip(one.count, program.streams, strict=True) if s.kind == "mvm"]
    assert sorted(counts) == [1 + 0 + 1, 1 + 0 + 1, 2 + 1 + 2, 2 + 1 + 2]
