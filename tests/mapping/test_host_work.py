"""Layers without weights at the host: what they cost, what they wait for, and who refuses them."""

from fractions import Fraction
from math import ceil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.base.errors import InputError
from simulator.chip.attention.section import STYLES
from simulator.chip.reader import load_chip
from simulator.chip.resolve import Hardware, resolve
from simulator.engine.contract import run
from simulator.engine.simpy_engine import SimpyEngine
from simulator.mapping.lower.host_work import durations
from simulator.mapping.lower.lower import lower
from simulator.mapping.lower.reads import last_index, reads
from simulator.mapping.plan import map_workload
from simulator.measure.bounds import bounds
from simulator.measure.energy import energy
from simulator.program.form import Index, Inference, Program
from simulator.workload.graph import Graph, Layer, Matrix, Source, Window

CHIP = Path(__file__).parents[2] / "chip_configs" / "ibm14nm.yaml"
GOPS = "host.compute=1 Gop/s"


def hardware(*overrides: str) -> Hardware:
    return resolve(load_chip(CHIP, ["tile.read_mode=one_phase", *overrides]).chip)


def attention(reach: str, positions: int = 4, width: int = 8) -> Graph:
    """Projection, scores of every position with those it reaches, softmax."""
    products = positions * width * positions
    layers = (
        Layer("x", "input", (), (positions,), width),
        Layer("q", "linear", (Source("x"),), (positions,), width, (Matrix("weights", width, width),)),
        Layer(
            "s",
            "product",
            (Source("q"), Source("x", reach=reach)),
            (positions,),
            positions,
            products=products,
            operations=2 * products,
        ),
        Layer("p", "softmax", (Source("s"),), (positions,), positions, operations=60),
    )
    return Graph("attention", layers, ("p",))


def program(graph: Graph, chip: Hardware, *ideal: str) -> Program:
    return lower(map_workload(graph, chip), [graph], [Inference()], ideal)


def test_one_processor_takes_all_layers_in_turn() -> None:
    """Each position of q is at the host at t, costs 64 ns in s and 15 ns in p."""
    made = program(attention(""), hardware(GOPS))
    numbers = {s.layer: n for n, s in enumerate(made.streams) if s.part == "host_compute"}
    timeline = run(SimpyEngine(), made)
    known = timeline.start[next(n for n, s in enumerate(made.streams) if s.name == "q at host host")]
    scores, soft = (timeline.start[numbers[name]].tolist() for name in ("s", "p"))
    assert made.segments[0].work[numbers["s"]].occupancy.base == 64_000
    assert scores == known.tolist()
    assert soft == [t + 64_000 for t in scores]
    assert [r.name for r in made.resources if r.part == "host_compute"] == ["host.compute"]


@pytest.mark.parametrize(("reach", "waits"), [("", [0, 1, 2, 3]), ("past", [0, 1, 2, 3]), ("all", [3] * 4)])
def test_a_layer_waits_for_the_positions_that_it_reaches(reach: str, waits: list[int]) -> None:
    graph = attention("")
    layers = list(graph.layers)
    layers[2] = Layer("s", "product", (Source("q", reach=reach),), (4,), 4, products=64, operations=128)
    made = program(Graph("g", tuple(layers), ("p",)), hardware("host.compute=1 Top/s"))
    timeline = run(SimpyEngine(), made)
    known = timeline.start[next(n for n, s in enumerate(made.streams) if s.name == "q at host host")]
    found = timeline.start[next(n for n, s in enumerate(made.streams) if s.layer == "s")]
    gaps = found - known[waits]
    assert gaps[0] == 0
    assert (gaps < 1_000).all()


def test_reach_beats_the_window_and_a_longer_past_is_cut() -> None:
    window = Window((1,), (1,), (0,), (1,))
    short, long = Layer("a", "any", (), (3,), 4), Layer("b", "any", (), (5,), 4, window=window)
    assert last_index(long, Source("b", reach="all"), long) == Index(scale=0, offset=4)
    assert last_index(short, Source("b", reach="past"), long) == Index(2)
    assert reads(short, Source("b", reach="past"), long)[1].tolist() == [2, 3, 4]
    table = last_index(long, Source("a", reach="past"), short).table
    assert table is not None
    assert table.tolist() == [0, 1, 2, 2, 2]
    for source, producer in ((Source("a", reach="past"), short), (Source("b", reach="all"), long)):
        first, last = reads(long, source, producer)
        index = last_index(long, source, producer)
        assert first.tolist() == [0] * 5
        assert last.tolist() == ([4] * 5 if index.table is None else index.table.tolist())


@given(
    st.integers(1, 10**13), st.integers(1, 700), st.booleans(),
    st.fractions(min_value=Fraction(10**9), max_value=Fraction(10**13)),
)  # fmt: skip
def test_the_total_is_rounded_once(operations: int, n: int, grows: bool, rate: Fraction) -> None:
    growth = operations // (n * (n + 1) // 2) if grows else 0
    operations = growth * n * (n + 1) // 2 or operations
    layer = Layer("l", "any", (Source("x"),), (n,), 1, operations=operations, growth=growth)
    found = durations(layer, rate)
    times = [found.base] * n if found.table is None else found.table.tolist()
    total = ceil(operations * 10**12 / rate)
    assert min(times) >= 1
    assert total <= sum(times) <= total + sum(time == 1 for time in times)
    if growth:
        share = Fraction(total, n * (n + 1) // 2)
        assert all(abs(time - max(share * (k + 1), 1)) <= 2 for k, time in enumerate(times))


def test_products_need_a_host_that_computes() -> None:
    with pytest.raises(InputError) as refused:
        map_workload(attention(""), hardware())
    assert str(refused.value) == (
        "attention: s: multiplies activations with each other (128 MACs an inference), which tiles cannot; "
        "IBM HERMES 64-core chip has neither attention units nor anybody else who computes. "
        f"Add attention to the chip file (style: {', '.join(STYLES)}), compute_cores on a mesh, or host.compute, like "
        "--set host.compute='2 Top/s'"
    )


def test_without_it_other_work_is_in_the_hosts_latency_and_an_ideal_host_computes_in_no_time() -> None:
    graph = attention("")
    light = Graph(
        "g", (*graph.layers[:2], Layer("p", "softmax", (Source("q"),), (4,), 8, operations=10**9)), ("p",)
    )
    made = program(light, hardware())
    assert "host_compute" not in {stream.part for stream in made.streams}
    ideal = program(graph, hardware(GOPS), "host")
    assert "host_compute" not in {stream.part for stream in ideal.streams}


def test_host_work_is_in_bounds_and_energy() -> None:
    chip = load_chip(CHIP, [GOPS, "host.compute_energy=3 pJ"]).chip
    graph = attention("past")
    made = program(graph, resolve(chip))
    interval = {bound.part: bound.interval for bound in bounds(made)}
    assert interval["host_compute"] == (2 * 128 + 60) * 1_000
    spent = energy(chip, map_workload(graph, resolve(chip)), made, 10**6)
    found = {entry.layer: entry.energy for entry in spent if entry.part == "host_compute"}
    assert found == {"s": 3 * 2 * 128, "p": 3 * 60}


def test_work_beyond_64_bits_is_refused() -> None:
    layer = Layer("l", "any", (Source("x"),), (2,), 1, operations=10**10)
    with pytest.raises(InputError, match="l: the host computes longer than"):
        durations(layer, Fraction(1))
