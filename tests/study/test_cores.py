"""NeuRRAM and the molecular crossbar end to end: both engines, precision, energy by part and by data."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulator.base.errors import InputError
from simulator.chip.reader import load_chip
from simulator.engine.contract import run
from simulator.engine.fast_engine import FastEngine
from simulator.engine.simpy_engine import SimpyEngine
from simulator.functional.product import Wanted, product
from simulator.study.run import Result, simulate
from simulator.trace.file import read, write
from simulator.trace.pattern import RequestPattern
from simulator.trace.trace import Trace, record_trace
from simulator.workload.matrices import entries
from simulator.workload.reader import load_workload

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import precision  # noqa: E402


def trace(name: str, count: int = 1) -> Trace:
    return record_trace(load_workload(ROOT / "workloads" / f"{name}.yaml"), RequestPattern(count))


def simulated(chip: str, asked: Trace, *sets: str, chips: int | None = None) -> Result:
    """The run, which both engines agree on."""
    file = load_chip(ROOT / "chip_configs" / f"{chip}.yaml", sets)
    result = simulate(file, asked, FastEngine(), chips=chips)
    simpy, fast = run(SimpyEngine(), result.program), result.timeline
    assert all(np.array_equal(a, b) for a, b in zip(simpy.start, fast.start, strict=True))
    return result


def parts(result: Result) -> dict[str, float]:
    """Energy [pJ] by part."""
    found: dict[str, float] = {}
    for entry in result.energy:
        found[entry.part] = found.get(entry.part, 0) + entry.energy
    return found


@pytest.mark.parametrize(
    ("chip", "workload", "chips"),
    [
        ("molecular_film", "matmul64_random", None),
        ("molecular_film", "matmul64_symmetric", None),
        ("molecular_projected", "matmul64_doubly_stochastic", None),
        ("molecular_film", "dft32", None),
        ("molecular_film", "dft64", 2),
        ("neurram", "rbm_mnist", None),
        ("neurram", "speech_lstm", None),
        ("neurram", "mnist_cnn7", None),
    ],
)
def test_workloads_run_and_both_engines_agree(chip: str, workload: str, chips: int | None) -> None:
    result = simulated(chip, trace(workload, 2), chips=chips)
    assert result["makespan_ns"] > result["first_latency_ns"]


@pytest.mark.long
@pytest.mark.parametrize(
    ("chip", "workload"), [("neurram", "resnet20_cifar10"), ("molecular_film", "image_reconstruction")]
)
def test_large_workloads_run_and_both_engines_agree(chip: str, workload: str) -> None:
    simulated(chip, trace(workload))


def test_a_product_takes_a_step_a_vector() -> None:
    """Host ideal: 64 steps of 1,080 ns back to back, then the register (1 ns, next clock edge 10 ns) and its output."""
    file = load_chip(ROOT / "chip_configs" / "molecular_film.yaml")
    result = simulate(file, trace("matmul64_random"), SimpyEngine(), ideal=["host"])
    assert result["makespan_ns"] == 64 * 1080 + 10 + 10


def test_energy_stands_apart_for_word_lines_neurons_and_pulses() -> None:
    """All layers have 3-bit inputs and 6-bit results; lines of a core that have no input are at rest."""
    result = simulated("neurram", trace("mnist_cnn7"))
    counts = [
        (item.chain.pieces[0], item.chain.positions(result.mapping.graph[item.chain.layer].positions))
        for item in result.mapping.chains
    ]
    mvms, rows = sum(count for _, count in counts), sum((piece.height + 1) * count for piece, count in counts)
    spent = parts(result)
    assert {name for name, energy in spent.items() if energy} == {"word_lines", "adc", "input"}
    assert spent["word_lines"] == pytest.approx(rows * (3 * 3.3792 + 1.0752))
    assert spent["adc"] == pytest.approx(mvms * 256 * (3 * 1.8333538 + 6 * 0.3150769))
    assert spent["input"] == pytest.approx(rows * 3 * 1.95584)


def with_density(asked: Trace, layer: str, density: float) -> Trace:
    graph = asked.graphs[0]
    layers = tuple(replace(one, density=density) if one.name == layer else one for one in graph.layers)
    return replace(asked, graphs=(replace(graph, layers=layers),))


def test_statistics_of_a_trace_drive_what_its_readers_spend(tmp_path: Path) -> None:
    """Half of conv1's outputs are zero: conv2 drives half its rows, its neurons work on, conv1 itself is the same."""
    usual = trace("mnist_cnn7")
    write(with_density(usual, "conv1", 0.5), tmp_path / "sparse.jsonl")
    dense, sparse = simulated("neurram", usual), simulated("neurram", read(tmp_path / "sparse.jsonl"))
    assert np.array_equal(dense.timeline.start[0], sparse.timeline.start[0])

    def of(result: Result) -> dict[tuple[str, str], float]:
        return {(e.layer, e.part): e.energy for e in result.energy if e.energy}

    changed = {
        key: of(sparse)[key] / energy for key, energy in of(dense).items() if of(sparse)[key] != energy
    }
    assert changed == {("conv2", "word_lines"): pytest.approx(0.5), ("conv2", "input"): pytest.approx(0.5)}


def test_statistics_may_stand_in_a_workload(tmp_path: Path) -> None:
    text = (
        (ROOT / "workloads" / "dft32.yaml").read_text().replace("shape: [64]", "shape: [64], magnitude: 0.25")
    )
    (tmp_path / "quiet.yaml").write_text(text)
    quiet = record_trace(load_workload(tmp_path / "quiet.yaml"), RequestPattern(1))
    # inputs spread evenly to half of full scale: a quarter of the mean square
    ratio = (
        parts(simulated("molecular_film", quiet))["crossbar"]
        / parts(simulated("molecular_film", trace("dft32")))["crossbar"]
    )
    assert ratio == pytest.approx(0.25)


def test_constants_of_the_chip_are_the_fit_to_one_to_four_bits() -> None:
    """A logical row has 512 operations, a neuron 256."""
    fits = {part: precision.fit(part, law).energies for part, law in precision.LAWS.items()}
    tile = load_chip(ROOT / "chip_configs" / "neurram.yaml").chip.tile
    row, neuron = tile.input.anchor, tile.adc.anchor
    found = {
        "word lines": [row.word_line_energy, row.word_line_start],  # type: ignore[union-attr]
        "neurons and control": [neuron.plane_energy, neuron.step_energy],  # type: ignore[union-attr]
        "input pulses": [row.energy],  # type: ignore[union-attr]
    }
    for part, figures in found.items():
        operations = 256 if part == "neurons and control" else 512
        want = [value * operations / 1e3 for value in fits[part].values()]
        assert [float(figure) for figure in figures] == pytest.approx(want, rel=1e-6)


def test_laws_not_taken_fit_worse() -> None:
    for part, law in precision.OTHERS.items():
        assert precision.fit(part, law).deviation > precision.fit(part, precision.LAWS[part]).deviation


def test_the_table_of_precisions_has_one_and_two_phases() -> None:
    lines = precision.table()
    assert [line.split()[:2] for line in lines[1:]] == [
        *([f"{bits}/{bits + 2}", "1"] for bits in range(1, 5)),
        *([f"{bits}/{bits + 2}", str(phases)] for bits in range(5, 9) for phases in (1, 2)),
    ]


@pytest.mark.parametrize("kind", ["symmetric", "doubly_stochastic"])
def test_accuracy_knows_the_matrices_of_the_workloads(kind: str) -> None:
    made = product(Wanted(kind, size=(64, 64)), (64, 64))
    assert np.array_equal(made.matrix, entries(kind, 64, 64))
    with pytest.raises(InputError, match="is as wide as high: give --size like 64x64"):
        product(Wanted(kind, size=(64, 32)), (64, 64))
