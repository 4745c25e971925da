"""Small pieces on one tile: rows and columns of their own, one MVM at a time, no deadlock, the same work."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.base.errors import InputError
from simulator.chip.reader import load_chip
from simulator.chip.resolve import Hardware, resolve
from simulator.engine.contract import run
from simulator.engine.simpy_engine import SimpyEngine
from simulator.mapping.lower.lower import lower
from simulator.mapping.plan import Mapping, map_workload
from simulator.measure.totals import totals
from simulator.program.form import Inference, Program
from simulator.study.engines import engine
from simulator.workload.graph import Graph, Layer, Matrix, Source

CHIPS = Path(__file__).parents[2] / "chip_configs"
ONE_PHASE = "tile.read_mode=one_phase"


def hardware(*overrides: str, chip: str = "ibm14nm") -> Hardware:
    return resolve(load_chip(CHIPS / f"{chip}.yaml", [ONE_PHASE, *overrides]).chip)


CHIP = hardware()


def linear(name: str, source: str, rows: int, columns: int, positions: int) -> Layer:
    return Layer(
        name, "linear", (Source(source),), (positions,), columns, (Matrix("weights", rows, columns),)
    )


def chain(sizes: list[int], positions: int = 3) -> Graph:
    layers = [Layer("x", "input", (), (positions,), sizes[0])]
    for n, (rows, columns) in enumerate(pairwise(sizes)):
        layers.append(linear(f"l{n}", layers[-1].name, rows, columns, positions))
    return Graph("chain", tuple(layers), (layers[-1].name,))


def held(mapping: Mapping) -> dict[str, list[tuple[str, int, int]]]:
    """Tile -> layer, rows and columns of its pieces."""
    found: dict[str, list[tuple[str, int, int]]] = {}
    for item in mapping.chains:
        for tile, piece in zip(item.tiles, item.chain.pieces, strict=True):
            found.setdefault(tile, []).append((item.chain.layer, piece.height, piece.width))
    return found


def test_two_layers_of_a_tile_take_turns_at_its_array() -> None:
    """Both ask at once; the second waits for the window of 133 ns, its unit for its own MVM."""
    layers = (Layer("x", "input", (), (1,), 8), linear("a", "x", 8, 4, 1), linear("b", "x", 8, 4, 1))
    graph = Graph("two", layers, ("a", "b"))
    mapping = map_workload(graph, CHIP, share=True)
    assert (mapping.tiles, mapping.shared) == (("tile[1,1]",), frozenset({"tile[1,1]"}))
    program = lower(mapping, [graph], [Inference()], ["host"])
    timeline = run(SimpyEngine(), program)
    starts = {s.name: t.tolist() for s, t in zip(program.streams, timeline.start, strict=True)}
    assert starts["a mvm tile[1,1].crossbar"] == [0]
    assert starts["b mvm tile[1,1].crossbar"] == [133_000]
    assert starts["a local tile[1,1].local"] == [135_000]
    assert starts["b local tile[1,1].local"] == [267_500]  # 133 + 133 + 1 ns, then the next 2.5 ns edge


@settings(max_examples=30)
@given(st.lists(st.integers(1, 300), min_size=3, max_size=9), st.integers(1, 4))
def test_packed_networks_do_the_same_work_on_no_more_tiles(sizes: list[int], positions: int) -> None:
    graph = chain(sizes, positions)
    apart, packed = (map_workload(graph, CHIP, share=share) for share in (False, True))
    assert len(packed.tiles) <= len(apart.tiles)
    for pieces in held(packed).values():
        assert sum(rows for _, rows, _ in pieces) <= 256
        assert sum(columns for _, _, columns in pieces) <= 256
        assert len({layer for layer, _, _ in pieces}) == len(pieces)
    program = lower(packed, [graph], [Inference()] * 3)
    timeline = run(SimpyEngine(), program)
    assert int(totals(program).macs.sum()) == 3 * graph.macs
    assert timeline.operations == int(totals(program).operations.sum())
    other = run(engine("auto"), program)
    assert all(np.array_equal(a, b) for a, b in zip(timeline.start, other.start, strict=True))


@settings(max_examples=30)
@given(st.lists(st.integers(1, 300), min_size=2, max_size=4), st.integers(1, 6))
def test_a_full_register_costs_a_piece_alone_on_a_shared_tile_the_same(
    sizes: list[int], positions: int
) -> None:
    graph = chain(sizes, positions)

    def starts(mapping: Mapping) -> list[list[int]]:
        program: Program = lower(mapping, [graph], [Inference()] * 2)
        return [t.tolist() for t in run(SimpyEngine(), program).start]

    alone, shared = (map_workload(graph, CHIP, share=False) for _ in range(2))
    shared.__dict__["shared"] = frozenset(shared.tiles)
    assert starts(alone) == starts(shared)


def test_without_being_told_pieces_share_only_where_the_network_does_not_fit_otherwise() -> None:
    graph = chain([40] * 70)
    mapping = map_workload(graph, CHIP)
    assert len(mapping.tiles) == 12  # six matrices of 40 x 40 a tile
    assert mapping.how == "automatic, small pieces share tiles"
    assert map_workload(chain([40] * 60), CHIP).shared == frozenset()
    with pytest.raises(InputError, match=r"chain: mapping: needs 69 tiles of 256 x 256; .* chip has 64"):
        map_workload(graph, CHIP, share=False)


def test_layers_of_a_linked_chip_and_recurrent_ones_keep_their_tiles() -> None:
    links = hardware(chip="ibm14nm_onchip")
    assert map_workload(chain([40] * 5), links, share=True).shared == frozenset()
    gates = (Matrix("input_gate", 4, 16), Matrix("hidden_gate", 4, 16, -1))
    layers = (
        Layer("x", "input", (), (3,), 4),
        Layer("lstm", "lstm", (Source("x"),), (3,), 4, gates),
        linear("out", "lstm", 4, 4, 3),
    )
    mapping = map_workload(Graph("g", layers, ("out",)), CHIP, share=True)
    assert (mapping.shared, len(mapping.tiles)) == (frozenset(), 3)


def test_a_given_placement_may_share_what_fits() -> None:
    graph = chain([40, 40, 200, 230])
    place = {"l0": [["tile[2,2]"]], "l1": [["tile[3,3]"]], "l2": [["tile[2,2]"]]}
    with pytest.raises(InputError, match=r"place\.l2: already holds l0, got 'tile\[2,2\]'"):
        map_workload(graph, CHIP, place, "file")
    place["l0"], place["l1"] = [["tile[3,3]"]], [["tile[3,3]"]]
    assert map_workload(graph, CHIP, place, "file").shared == {"tile[3,3]"}
