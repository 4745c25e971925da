"""A pipeline over equal chips: who is where, what crosses between them, and what that takes by hand."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.base.errors import InputError
from simulator.chip.reader import ChipFile, load_chip
from simulator.chip.resolve import Hardware, resolve
from simulator.engine.contract import run
from simulator.engine.simpy_engine import SimpyEngine
from simulator.mapping.balance import balance
from simulator.mapping.chip_loads import filled, least_fullest
from simulator.mapping.lower.lower import lower
from simulator.mapping.placement import chips_of, find_placement
from simulator.mapping.plan import map_workload
from simulator.measure.area import areas
from simulator.measure.energy import energy, powered
from simulator.measure.totals import totals
from simulator.program.form import Inference
from simulator.report.resolved import placement_yaml
from simulator.study.engines import engine
from simulator.workload.graph import Graph, Layer, Matrix, Source

CHIPS = Path(__file__).parents[2] / "chip_configs"
LINK = "chip_link={bandwidth: 8 Gbit/s, latency: 100 ns, energy: 2 pJ/bit}"


def small(*overrides: str, chip: str = "ibm14nm") -> ChipFile:
    sets = [
        "tile.read_mode=one_phase",
        "grid.rows=4",
        "grid.columns=1",
        "global_digital=null",
        "die.area=derived",
    ]
    return load_chip(CHIPS / f"{chip}.yaml", [*sets, *overrides])


def hardware(chips: int, *overrides: str) -> Hardware:
    return resolve(small(*overrides).chip, chips)


def network(rows: list[int], width: int = 4, residual: bool = False) -> Graph:
    layers = [Layer("x", "input", (), (2,), rows[0])]
    for n, size in enumerate(rows):
        out = rows[n + 1] if n + 1 < len(rows) else width
        matrix = Matrix("weights", size, out)
        layers.append(Layer(f"l{n}", "linear", (Source(layers[-1].name),), (2,), out, (matrix,)))
    if residual:
        layers.append(Layer("sum", "add", (Source(layers[-1].name), Source("l0")), (2,), width))
    return Graph("net", tuple(layers), (layers[-1].name,))


@given(st.lists(st.integers(1, 9), min_size=1, max_size=7), st.integers(1, 4))
def test_the_fullest_chip_is_as_empty_as_can_be(loads: list[int], chips: int) -> None:
    chips = min(chips, len(loads))
    fullest = least_fullest(loads, chips)
    homes = filled(loads, fullest, chips)
    assert sorted(set(homes)) == list(range(chips))
    assert homes == sorted(homes)
    assert max(sum(n for n, h in zip(loads, homes, strict=True) if h == c) for c in range(chips)) == fullest
    others = (h for h in product(range(chips), repeat=len(loads)) if list(h) == sorted(h))
    assert fullest == min(
        max(sum(n for n, h in zip(loads, each, strict=True) if h == c) for c in range(chips))
        for each in others
    )


def test_layers_stay_whole_and_in_order() -> None:
    mapping = map_workload(network([600, 250, 250, 250]), hardware(2))
    assert [mapping.chip(f"l{n}") for n in range(4)] == [1, 2, 2, 2]
    assert mapping.of("l2")[0].tiles[0].startswith("c2/tile[")
    assert len(mapping.hardware.topology.tiles) == 8
    assert mapping.hardware.topology.tiles["c2/tile[1,1]"] == (5, 1)
    for placed in mapping.chains:
        assert {tile[:3] for tile in placed.tiles} == {f"c{mapping.chip(placed.chain.layer)}/"}


def test_a_vector_crosses_host_ports_and_the_link_between_chips() -> None:
    """4 bytes: 1.25 ns through each port, 4 ns and 100 ns over the link, 1 us in the host."""
    graph = Graph("net", network([8, 4]).layers, ("l1",))
    made = [lower(map_workload(graph, hardware(2, *link)), [graph], [Inference()]) for link in ([], [LINK])]
    starts = []
    for program in made:
        timeline = run(SimpyEngine(), program)
        starts.append({s.name: t[0] for s, t in zip(program.streams, timeline.start, strict=True)})
    names = {stream.unit for stream in made[1].streams if stream.part == "host"}
    assert {"c1/host.in", "c1/host.out", "c2/host.in", "c2/host.out"} <= names
    assert starts[1]["l0 to next chip c1->c2"] == starts[1]["l0 at host host"]
    entry = "l1 to c2/tile[1,1] c2/host.in"
    assert starts[1][entry] - starts[1]["l0 at host host"] == 4_000 + 100_000
    assert starts[1][entry] - starts[0][entry] == 104_000
    moved = dict(zip([s.unit for s in made[1].streams], totals(made[1]).bytes.tolist(), strict=True))
    assert moved["c1->c2"] == 2 * 4


def test_a_residual_crosses_every_chip_between_once() -> None:
    graph = network([250] * 6, 250, residual=True)
    chip = small(LINK).chip
    mapping = map_workload(graph, resolve(chip, 3))
    program = lower(mapping, [graph], [Inference()])
    hops = {s.name for s in program.streams if s.part == "chip_link" and s.layer == "l0"}
    assert hops == {"l0 to next chip c1->c2", "l0 to next chip c2->c3"}
    spent = energy(chip, mapping, program, 1)
    crossed = [e.energy for e in spent if e.part == "chip_link" and e.layer == "l0"]
    assert crossed == [2 * 250 * 8 * 2] * 2  # positions, bytes, bits, pJ
    assert "chip_link" not in {s.part for s in lower(mapping, [graph], [Inference()], ["network"]).streams}


@pytest.mark.parametrize("transport", ["host", "links"])
@pytest.mark.parametrize("chips", [2, 3])
def test_both_engines_agree_and_all_the_work_is_done(chips: int, transport: str) -> None:
    graph = network([250, 300, 200, 100, 40], residual=False)
    mapping = map_workload(graph, hardware(chips, LINK, f"transport={transport}", "host.im2col=tile"))
    program = lower(mapping, [graph], [Inference()] * 3)
    one, other = run(SimpyEngine(), program), run(engine("auto"), program)
    assert all(np.array_equal(a, b) for a, b in zip(one.start, other.start, strict=True))
    assert int(totals(program).macs.sum()) == 3 * graph.macs
    assert one.operations == int(totals(program).operations.sum())


def test_area_and_static_power_are_those_of_all_chips() -> None:
    chip = small().chip
    assert areas(chip, 3) == pytest.approx({name: 3 * size for name, size in areas(chip).items()})
    mapping = map_workload(network([900, 250, 250, 250, 250]), resolve(chip, 2))
    assert powered(chip, mapping) == list(mapping.hardware.topology.tiles)
    assert powered(chip, map_workload(network([250, 250]), resolve(chip, 2))) == [
        "c1/tile[1,1]",
        "c2/tile[1,1]",
    ]


def test_what_does_not_fit_says_how_many_chips_would_do() -> None:
    graph = network([600, 250, 600, 250])  # 3 + 3 (three column groups) + 3 + 1 tiles
    with pytest.raises(
        InputError, match=r"needs 10 tiles of 256 x 256; .* has 4\. Try --chips 3, a chip with more"
    ):
        map_workload(graph, hardware(1), share=False)
    with pytest.raises(
        InputError, match=r"needs 6 tiles of 256 x 256 on one of 2 chips; .* has 4\. Try --chips 3"
    ):
        map_workload(graph, hardware(2), share=False)
    big = network([1200, 20])
    with pytest.raises(
        InputError, match=r"needs 6 tiles .* \(layer l0 alone: 5\).* Try a chip with more tiles"
    ):
        map_workload(big, hardware(1), share=False)
    with pytest.raises(
        InputError, match="--chips: must be at most the number of layers with weights, 4, got 5"
    ):
        map_workload(graph, hardware(5))
    with pytest.raises(InputError, match="--chips: must be between 1 and 64, got 65"):
        hardware(65)


def test_a_balance_fits_the_chips_it_is_for() -> None:
    graph = network([100, 100, 300, 100])
    chips = hardware(3)
    found = balance(graph, chips, 12)
    assert max(found.copies.values()) == 2
    mapping = map_workload(graph, chips, copies=found.copies)
    assert len(mapping.tiles) == sum(
        found.copies[layer.name] * (1 + (layer.name in ("l1", "l2"))) for layer in graph.mapped
    )


def test_a_placement_over_chips_is_written_and_read(tmp_path: Path) -> None:
    graph, file = network([600, 250, 600, 250]), small()
    mapping = map_workload(graph, resolve(file.chip, 3))
    places: dict[str, list[list[str]]] = {}
    for item in mapping.chains:
        places.setdefault(item.chain.layer, []).append(list(item.tiles))
    path = tmp_path / "place.yaml"
    path.write_text(placement_yaml("net", places))
    given, origin = find_placement(file, "net", path)
    assert given is not None
    assert chips_of(given) == 3
    again = map_workload(graph, resolve(file.chip, 3), given, origin)
    assert again.chains == mapping.chains


def test_lstms_that_lack_global_units_say_so_and_spread_over_chips() -> None:
    chip = load_chip(CHIPS / "ibm14nm.yaml").chip
    gates = (Matrix("input_gate", 200, 1000), Matrix("hidden_gate", 250, 1000, -1))
    layers = [Layer("x", "input", (), (2,), 250)]
    for n in range(3):
        layers.append(Layer(f"lstm{n}", "lstm", (Source(layers[-1].name),), (2,), 250, gates))
    graph = Graph("deep", tuple(layers), ("lstm2",))
    with pytest.raises(InputError) as refused:
        map_workload(graph, resolve(chip))
    assert str(refused.value) == (
        "deep: mapping: its LSTMs need 12 global units, one a column group; IBM HERMES 64-core chip has 8. "
        "Try --chips 2, a chip with more columns and units, or wider tiles"
    )
    mapping = map_workload(graph, resolve(chip, 2))
    assert [mapping.chip(f"lstm{n}") for n in range(3)] == [1, 1, 2]
    assert mapping.of("lstm2")[0].unit == "c2/global[1]"
