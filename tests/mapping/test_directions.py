"""Arrays used in either direction, segments within the array, bits within the converters."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.base.errors import InputError
from simulator.chip.reader import ChipFile, load_chip
from simulator.chip.resolve import resolve
from simulator.engine.contract import run
from simulator.engine.fast_engine import FastEngine
from simulator.engine.simpy_engine import SimpyEngine
from simulator.mapping.balance import balance
from simulator.mapping.lower.lower import lower
from simulator.mapping.plan import Mapping, map_workload
from simulator.program.form import Inference, Program
from simulator.program.history import History, history
from simulator.workload.graph import Graph, Layer, Matrix, Source
from simulator.workload.reader import load_workload

ROOT = Path(__file__).parents[2]
SWITCH = 300_000
"""Time to change direction in chip_configs/neurram.yaml [ps]."""


@cache
def chip(*sets: str) -> ChipFile:
    return load_chip(ROOT / "chip_configs" / "neurram.yaml", ["placements=[]", *sets])


def back_and_forth(backward: Sequence[bool], steps: Sequence[int], apart: Sequence[bool], size: int) -> Graph:
    """Layers that use one square matrix again and again; ``apart``: reads the input, not the layer before."""
    image = Layer("image", "input", (), (max(steps),), size, attributes={"steps": max(steps)})
    layers = [image]
    matrix = Matrix("weights", size, size)
    for number, (turned, count, alone) in enumerate(zip(backward, steps, apart, strict=True)):
        attributes: dict[str, str | int | bool] = {"magnitude_bits": 1, "output_bits": 3}
        if number:
            attributes |= {"weights": "use0", "transposed": turned}
        source = Source("image" if alone else layers[-1].name, reach="all")
        layers.append(
            Layer(f"use{number}", "linear", (source,), (count,), size, (matrix,), attributes=attributes)
        )
    return Graph("back and forth", tuple(layers), (layers[-1].name,))


def ran(mapping: Mapping, inferences: Sequence[Inference]) -> tuple[Program, History]:
    """Both engines agree; the program and what happened."""
    program = lower(mapping, [mapping.graph], inferences)
    simpy, fast = (run(engine, program) for engine in (SimpyEngine(), FastEngine()))
    assert all(np.array_equal(a, b) for a, b in zip(simpy.start, fast.start, strict=True))
    return program, history(program, simpy)


def uses(program: Program, past: History, tile: str) -> np.ndarray:
    """MVMs of an array in order of grants: grant, START, FREE, direction; shape (MVMs, 4)."""
    rows = [
        np.stack(
            [past.grant[past.rows(n)], past.start[past.rows(n)], past.free[past.rows(n)],
             np.full(past.rows(n).stop - past.rows(n).start, stream.setup_class)],
            axis=1,
        )
        for n, stream in enumerate(program.streams)
        if stream.part == "crossbar" and stream.unit == f"{tile}.crossbar"
    ]  # fmt: skip
    found = np.concatenate(rows)
    return found[np.argsort(found[:, 0], kind="stable")]


def test_a_gibbs_step_switches_twice() -> None:
    """By hand: up, switch, down, switch, up ... on one core; FREE to START is at least the switch."""
    graph = load_workload(ROOT / "workloads" / "rbm_mnist.yaml").bind(3)
    program, past = ran(map_workload(graph, resolve(chip().chip)), [Inference()])
    found = uses(program, past, "tile[1,1]")
    assert found[:, 3].tolist() == [0, 1, 0, 1, 0, 1]
    assert (found[1:, 1] - found[1:, 0]).tolist() == [SWITCH] * 5
    assert found[0, 1] == found[0, 0]


@settings(max_examples=40)
@given(data=st.data(), layers=st.integers(2, 6), size=st.integers(2, 40))
def test_directions_of_an_array_never_overlap_and_every_switch_takes_its_time(
    data: st.DataObject, layers: int, size: int
) -> None:
    lists = st.lists(st.booleans(), min_size=layers, max_size=layers)
    backward, apart = data.draw(lists), data.draw(lists)
    steps = data.draw(st.lists(st.integers(1, 4), min_size=layers, max_size=layers))
    arrivals = data.draw(st.lists(st.integers(0, 10**8), min_size=1, max_size=3))
    graph = back_and_forth([False, *backward[1:]], steps, apart, size)
    mapping = map_workload(graph, resolve(chip().chip))
    program, past = ran(mapping, [Inference(release=time) for time in sorted(arrivals)])
    found = uses(program, past, mapping.tiles[0])
    assert len(found) == sum(steps) * len(arrivals)
    assert (found[1:, 0] >= found[:-1, 2]).all()
    changed = found[1:, 3] != found[:-1, 3]
    assert (found[1:, 1] - found[1:, 0] == np.where(changed, SWITCH, 0)).all()


def test_a_matrix_that_is_used_again_takes_no_devices_and_counts_its_work() -> None:
    graph = load_workload(ROOT / "workloads" / "rbm_mnist.yaml").bind(3)
    mapping = map_workload(graph, resolve(chip().chip))
    assert graph.weights == mapping.weights == 794 * 120
    assert graph.macs == 3 * 2 * 794 * 120
    assert mapping.segments == len(mapping.tiles) == 8
    assert [placed.tiles for placed in mapping.of("down")] == [placed.tiles for placed in mapping.of("up")]
    assert [placed.chain.columns for placed in mapping.of("down")] == [
        placed.chain.pieces[0].rows for placed in mapping.of("up")
    ]


def test_partial_sums_cross_the_port_one_by_one() -> None:
    """Three pieces of a 288 x 32 convolution send 32 results of 6 bits each for every position."""
    graph = load_workload(ROOT / "workloads" / "resnet20_cifar10.yaml").bind()
    mapping = map_workload(graph, resolve(chip().chip))
    program = lower(mapping, [graph], [Inference()])
    out = [
        work.bytes
        for number, work in program.segments[0].work.items()
        if program.streams[number].layer == "conv8" and program.streams[number].kind.startswith("from")
    ]
    assert out == [16 * 16 * 24] * 3


def test_time_and_energy_follow_the_bits_that_a_layer_asks_for() -> None:
    """3-bit activations: (7 reads x 0.27 + 7 x 0.3) us; the first layer's 4 bits in two halves, 7 and 5 steps."""
    graph = load_workload(ROOT / "workloads" / "resnet20_cifar10.yaml").bind()
    hardware = resolve(chip().chip)
    assert hardware.mvm_of(graph["conv1"]).window == 7 * 270_000 + 7 * 300_000
    assert hardware.mvm_of(graph["conv0"]).window == 6 * 270_000 + (8 + 6) * 300_000


def test_more_than_a_chip_goes_on_several() -> None:
    graph = load_workload(ROOT / "workloads" / "resnet20_cifar10.yaml").bind()
    one, two = (map_workload(graph, resolve(chip().chip, chips)) for chips in (1, 2))
    assert one.segments == two.segments == 66
    assert len(two.tiles) == 66
    assert len(one.tiles) < 48
    ran(two, [Inference()])


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (
            {"magnitude_bits": 8},
            "use0.magnitude_bits: the input modulators of NeuRRAM have at most 7 bits, got 8",
        ),
        ({"output_bits": 11}, "use0.output_bits: the converters of NeuRRAM have at most 10 bits, got 11"),
        ({"output_bits": 1}, "use0.output_bits: the converters of NeuRRAM have no time for so few bits"),
        (
            {"segments": 1, "bias_rows": 2},
            "use0.segments: of 200 inputs and 2 bias rows are larger than the 128 rows of a tile, got 1",
        ),
        ({"bias_rows": 128}, "use0.bias_rows: leave none of the 128 rows of a tile"),
        ({"bias_columns": 256}, "use0.bias_columns: leave none of the 256 columns of a tile"),
    ],
)
def test_what_the_array_or_its_converters_do_not_have_is_refused(
    changes: dict[str, int], complaint: str
) -> None:
    layer = Layer("use0", "linear", (Source("image"),), (), 8, (Matrix("w", 200, 8),), attributes=changes)
    graph = Graph("g", (Layer("image", "input", (), (), 200), layer), ("use0",))
    with pytest.raises(InputError) as error:
        map_workload(graph, resolve(chip().chip))
    assert complaint in str(error.value)


@pytest.mark.parametrize(
    ("sets", "size", "complaint"),
    [
        (("tile.crossbar.backward=null",), 16, "NeuRRAM drives its arrays in one direction only"),
        (("partial_sums=links",), 400, "column groups would have to add up"),
    ],
)
def test_a_direction_that_a_chip_does_not_have_is_refused(
    sets: tuple[str, ...], size: int, complaint: str
) -> None:
    sets = (*sets, "links.reach.row=[1]", "links.reach.column=[1]")
    graph = back_and_forth([False, True], [1, 1], [True, True], size)
    with pytest.raises(InputError, match=complaint):
        map_workload(graph, resolve(chip(*sets).chip))


def test_a_layer_on_a_chip_of_one_direction_says_what_to_do() -> None:
    graph = load_workload(ROOT / "workloads" / "rbm_mnist.yaml").bind(2)
    ibm = load_chip(ROOT / "chip_configs" / "ibm14nm.yaml")
    with pytest.raises(InputError, match=r"down: uses the matrix of up transposed"):
        map_workload(graph, resolve(ibm.chip))


def test_segments_may_not_ask_for_more_rows_than_there_are() -> None:
    with pytest.raises(InputError, match="segment_inputs: must be at most the 128 rows of the array"):
        chip("tile.crossbar.segment_inputs=129")


def test_a_matrix_is_used_again_by_way_of_the_host_alone() -> None:
    graph = back_and_forth([False, True], [1, 1], [True, True], 16)
    linked = load_chip(ROOT / "chip_configs" / "ibm14nm_onchip.yaml")
    with pytest.raises(
        InputError, match=r"use1: uses the matrix of use0.*Set transport=host without --reload"
    ):
        map_workload(graph, resolve(linked.chip))


def test_free_cores_take_copies_of_slow_layers() -> None:
    graph = load_workload(ROOT / "workloads" / "mnist_cnn7.yaml").bind()
    hardware = resolve(chip().chip)
    found = balance(graph, hardware, 48)
    mapping = map_workload(graph, hardware, copies=found.copies)
    assert found.copies["conv1"] > 1
    assert 16 < mapping.segments <= 48
    assert mapping.weights > graph.weights
    ran(mapping, [Inference()])


def test_the_balance_does_not_weigh_a_matrix_that_is_used_again() -> None:
    graph = load_workload(ROOT / "workloads" / "rbm_mnist.yaml").bind(2)
    with pytest.raises(InputError, match="down: takes turns on the devices of up"):
        balance(graph, resolve(chip().chip), 48)


@pytest.mark.parametrize(
    ("setting", "complaint"),
    [
        ("transport=links", "partial_sums: is for transport=host"),
        ("transport=mesh", "partial_sums: is for transport=host"),
        ("tile.input.phases=3", "tile.input.phases: must be 1, or 2 where bits add up on a capacitor"),
        ("tile.adc.bits=11", "tile.adc.bits: must be between 2 and 10, where the law holds"),
        ("tile.input.magnitude_bits=9", "tile.input.magnitude_bits: must be between 1 and 8"),
    ],
)
def test_a_chip_that_contradicts_itself_is_refused(setting: str, complaint: str) -> None:
    with pytest.raises(InputError, match=complaint):
        chip(setting)
