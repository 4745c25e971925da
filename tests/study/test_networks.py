"""The three published networks on the 64-core chip, as built and linked on chip: closed forms and invariants."""

from pathlib import Path

import numpy as np
import pytest

from simulator.chip.reader import ChipFile, load_chip
from simulator.chip.resolve import resolve
from simulator.engine.contract import run
from simulator.engine.simpy_engine import SimpyEngine
from simulator.mapping.lower.lower import lower
from simulator.mapping.placement import find_placement
from simulator.mapping.plan import Mapping, map_workload
from simulator.measure.bounds import bounds
from simulator.measure.energy import energy, mvm_energy
from simulator.measure.steady import steady
from simulator.measure.totals import totals
from simulator.program.form import Inference
from simulator.program.history import history
from simulator.workload.reader import load_workload

ROOT = Path(__file__).parents[2]
NETWORKS = ("resnet9_cifar10", "ptb_char_lstm", "flickr8k_captioning")


def mapped(network: str, chip: str = "ibm14nm", *overrides: str) -> tuple[ChipFile, Mapping]:
    file = load_chip(ROOT / "chip_configs" / f"{chip}.yaml", overrides)
    graph = load_workload(ROOT / "workloads" / f"{network}.yaml").bind()
    given, origin = find_placement(file, graph.name, None)
    return file, map_workload(graph, resolve(file.chip), given, origin)


@pytest.mark.parametrize(("mode", "window"), [("one_phase", 133_000), ("four_phase", 520_000)])
def test_resnet9_on_an_ideal_network_reaches_the_closed_form_bottleneck(mode: str, window: int) -> None:
    """Positions and outputs of each layer from the dossier's table; a layer's tiles work side by side."""
    table = {
        "conv0": (1024, 56), "conv1": (1024, 112), "conv2": (256, 112), "conv3": (256, 112), "conv4": (256, 224),
        "conv5": (64, 224), "conv6": (16, 224), "conv7": (16, 224), "dense": (1, 10),
    }  # fmt: skip
    slowest = max(positions * max(window, outputs * 2_500) for positions, outputs in table.values())
    _, mapping = mapped("resnet9_cifar10", "ibm14nm", f"tile.read_mode={mode}")
    program = lower(mapping, [mapping.graph], [Inference()], ["network", "memory", "host"])
    found = steady(program, SimpyEngine())
    assert (found.interval, found.periodic) == (slowest, True)


@pytest.mark.parametrize("chip", ["ibm14nm", "ibm14nm_onchip"])
@pytest.mark.parametrize("network", NETWORKS)
def test_invariants(network: str, chip: str) -> None:
    file, mapping = mapped(network, chip)
    graph = mapping.graph
    program = lower(mapping, [graph], [Inference(), Inference()])
    timeline = run(SimpyEngine(), program)
    spent = totals(program)

    # Operations and MACs are those of the network, twice.
    assert timeline.count.tolist() == spent.operations.tolist()
    assert int(spent.macs.sum()) == 2 * graph.macs
    assert int(spent.macs.max()) <= 2 * 65_536 * max(layer.positions for layer in graph.layers)

    # Work and waits tile every operation's lifetime, and lifetimes tile every stream's time.
    past = history(program, timeline)
    parts = past.parts()
    assert all(int(part.min()) >= 0 for part in parts.values())
    assert np.array_equal(sum(parts.values()), past.free - past.since)
    for stream, row in enumerate(program.streams):
        if row.gap is None:
            rows = past.rows(stream)
            assert np.array_equal(past.since[rows][1:], past.free[rows][:-1])

    # Bytes: what a layer's chains send out is what they computed; partial sums are INT8.
    for layer in graph.mapped:
        for placed in mapping.of(layer.name):
            hops = [
                int(spent.bytes[n])
                for n, s in enumerate(program.streams)
                if s.layer == layer.name and s.kind == "partial sum" and s.unit.split("->")[0] in placed.tiles
            ]
            assert hops == [2 * layer.positions * placed.chain.width] * (len(placed.tiles) - 1)

    # Energy by part and layer adds up; MVMs cost what the number of windows says.
    entries = energy(file.chip, mapping, program, timeline.makespan)
    mvms = sum(
        layer.positions * len(mapping.of(layer.name)[0].tiles) * len(mapping.of(layer.name))
        for layer in graph.mapped
    )
    by_part = {part: sum(e.energy for e in entries if e.part == part) for part in {e.part for e in entries}}
    assert by_part["input"] + by_part["crossbar"] + by_part["adc"] == pytest.approx(
        2 * mvms * mvm_energy(file.chip)
    )

    # Nobody is faster than the bound, alone or in a row.
    assert int(timeline.ended[0]) >= bounds(program)[0].interval
    assert int(timeline.ended.max()) >= 2 * bounds(program)[0].interval
