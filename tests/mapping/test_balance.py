"""Copies of slow layers: minimal within the model, reached by the simulation on an ideal network."""

from itertools import product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.base.errors import InputError
from simulator.chip.reader import load_chip
from simulator.chip.resolve import resolve
from simulator.engine.simpy_engine import SimpyEngine
from simulator.mapping.balance import balance
from simulator.mapping.lower.lower import lower
from simulator.mapping.plan import map_workload
from simulator.measure.bounds import bounds
from simulator.measure.steady import steady
from simulator.program.form import Inference
from simulator.workload.graph import Graph, Layer, Matrix, Source

CHIPS = Path(__file__).parents[2] / "chip_configs"
CHIP = resolve(load_chip(CHIPS / "ibm14nm.yaml").chip)
IDEAL = ("network", "memory", "host")


def chain(shapes: list[tuple[int, int]]) -> Graph:
    """Layers of so many positions (1 after the first: all are read) and rows, each 16 columns wide."""
    layers = [Layer("x", "input", (), (1,), 16)]
    for n, (positions, rows) in enumerate(shapes):
        matrix = Matrix("weights", rows, 16)
        layers.append(Layer(f"l{n}", "linear", (Source(layers[-1].name),), (positions,), 16, (matrix,)))
    return Graph("chain", tuple(layers), (layers[-1].name,))


@settings(max_examples=40, deadline=None)
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
