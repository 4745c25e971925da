"""Whole networks on the large chip: every layer's MACs are mapped, tiles are as many as one counts, engines agree."""

from math import ceil
from pathlib import Path

import pytest
from convnets import resnet, vgg19

from simulator.base.errors import InputError
from simulator.chip.areas import die_area, tile_areas
from simulator.chip.reader import load_chip
from simulator.chip.resolve import Hardware, resolve
from simulator.engine.contract import run
from simulator.engine.simpy_engine import SimpyEngine
from simulator.mapping.lower.lower import lower
from simulator.mapping.plan import map_workload
from simulator.program.form import Inference
from simulator.study.engines import engine
from simulator.workload.graph import Graph, Layer, Matrix, Source

CHIPS = Path(__file__).parents[2] / "chip_configs"
FILE = load_chip(CHIPS / "ibm14nm_large.yaml")
LARGE = resolve(FILE.chip)


def macs(graph: Graph, chip: Hardware) -> tuple[dict[str, int], int]:
    """MACs of each layer's streams, and operations in all."""
    program = lower(map_workload(graph, chip), [graph], [Inference()])
    found: dict[str, int] = {}
    for number, work in program.segments[0].work.items():
        layer = program.streams[number].layer
        found[layer] = found.get(layer, 0) + work.macs
    return found, sum(work.n for work in program.segments[0].work.values())


@pytest.mark.parametrize(
    ("graph", "weights", "total", "tiles"),
    [(resnet(18), 11_678_912, 1_814_073_344, 201), (resnet(50), 25_502_912, 4_089_184_256, 422)],
    ids=["resnet18", "resnet50"],
)
def test_every_layer_is_mapped_whole(graph: Graph, weights: int, total: int, tiles: int) -> None:
    """Weights and MACs: the papers' figures without biases and normalisation."""
    assert (graph.weights, graph.macs) == (weights, total)
    found, operations = macs(graph, LARGE)
    assert {name: count for name, count in found.items() if count} == {
        layer.name: layer.positions * layer.matrices[0].rows * layer.matrices[0].columns
        for layer in graph.mapped
    }
    counted = sum(
        ceil(m.rows / 256) * ceil(m.columns / 256) for layer in graph.mapped for m in layer.matrices
    )
    assert len(map_workload(graph, LARGE).tiles) == tiles == counted
    assert operations < 10**6


def test_vgg19_fits_and_its_longest_chains_are_linked() -> None:
    graph = vgg19()
    assert (graph.weights, graph.macs) == (143_652_544, 19_632_062_464)
    mapping = map_workload(graph, LARGE)
    assert len(mapping.tiles) == 2202
    assert max(len(placed.tiles) for placed in mapping.chains) == 98


def test_both_engines_agree_on_resnet50() -> None:
    graph = resnet(50, 32)
    program = lower(map_workload(graph, LARGE), [graph], [Inference(), Inference()])
    one, other = run(SimpyEngine(), program), run(engine("auto"), program)
    assert all((a == b).all() for a, b in zip(one.start, other.start, strict=True))
    assert one.held.tolist() == other.held.tolist()


def test_the_large_chip_is_so_many_tiles_of_the_small_one() -> None:
    small = load_chip(CHIPS / "ibm14nm.yaml").chip
    large, tile = FILE.chip, tile_areas(FILE.chip).tile
    assert (large.tile, len(LARGE.topology.tiles)) == (small.tile, 48 * 48)
    assert small.die.overhead is not None
    units = 48 * small.global_digital.area.magnitude if small.global_digital else 0
    assert die_area(large, tile) == 48 * 48 * (tile + small.die.overhead.magnitude) + units
    assert large.host.bandwidth.magnitude == small.host.bandwidth.magnitude * 48 / 8
    # Each of its links once: two along the row and one along the column, both ways, less what the edges lack.
    assert len(LARGE.topology.links) == 2 * 48 * (47 + 46 + 47) + 48


def test_what_is_far_too_large_is_refused_at_once() -> None:
    matrix = Matrix("weights", 2**20, 2**20)
    layers = (Layer("x", "input", (), (), 2**20), Layer("fc", "linear", (Source("x"),), (), 2**20, (matrix,)))
    with pytest.raises(InputError, match=r"needs 16777216 tiles of 256 x 256 at least; .* has 2304"):
        map_workload(Graph("huge", layers, ("fc",)), LARGE)
    with pytest.raises(
        InputError, match=r"grid\.rows: a chip may have at most 100000 tiles, this one has 48000000"
    ):
        load_chip(CHIPS / "ibm14nm_large.yaml", ["grid.rows=1000000"])
