"""Arrays that several pieces or layers share: driven from their columns too, and sums that leave the chip."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from setups import core, integer_mvm, physics

from simulator.base.errors import InputError
from simulator.chip.reader import load_chip
from simulator.chip.resolve import Hardware, resolve
from simulator.functional.array import Place
from simulator.functional.compensation import compensate
from simulator.functional.core import Core
from simulator.functional.effects import ALL
from simulator.functional.layer import Corner, Layer, Setup, corners
from simulator.functional.physics import Adc, Coding
from simulator.functional.physics import physics as of_chip
from simulator.functional.product import LAYER, Product
from simulator.mapping.plan import Mapping, map_workload
from simulator.workload.reader import load_workload

CODING = Coding(5)
TIED = """
name: machine
sequence: {length: 2}
layers:
  known: {kind: input, shape: [70], sequence: true}
  up: {kind: linear, input: known, width: 20}
  down: {kind: linear, input: up, width: 70, weights: up, transposed: true}
"""


def hardware(*more: str) -> Hardware:
    cut = ("tile.crossbar.rows=32", "tile.crossbar.segment_inputs=32", "die.area=derived", *more)
    return resolve(load_chip("chip_configs/neurram.yaml", cut).chip)


@pytest.fixture
def mapping(tmp_path: Path) -> Mapping:
    """A matrix in three segments that two layers use, one of them transposed."""
    path = tmp_path / "machine.yaml"
    path.write_text(TIED)
    return map_workload(load_workload(path).bind(), hardware())


def written(mapping: Mapping, layer: str, weights: np.ndarray, name: str = "ideal") -> Layer:
    made = replace(physics(name, rows=32, columns=256), coding=CODING, half=False, levels=15)
    return Layer(mapping, layer, [weights], Setup(made, on=ALL))


def test_sums_that_leave_the_chip_add_up_there(mapping: Mapping) -> None:
    """Every segment converts by itself; the host adds whole numbers of steps."""
    source = np.random.default_rng(0)
    weights, inputs = source.uniform(-1, 1, (70, 20)), source.uniform(-1, 1, (6, 70))
    layer = written(mapping, "up", weights)
    layer.calibrate([inputs])
    got, largest = layer.forward([inputs], lambda tile: 0.0), float(np.abs(inputs).max())
    codes, total = layer.encode([inputs])[0].astype(int), np.zeros((6, 20))
    assert len(layer.cores) == 3
    for column in layer.columns:
        (piece,), (one,) = column.placed.chain.pieces, column.cores
        part = weights[slice(*piece.rows)]
        unit = np.abs(part).max() * largest / CODING.largest / one.physics.signed
        levels = np.rint(part / np.abs(part).max() * one.physics.signed).astype(int).tolist()
        for row, vector in enumerate(codes[:, slice(*piece.rows)].tolist()):
            steps = integer_mvm(vector, levels, CODING, Fraction(one.step), one.physics.adc.largest)
            total[row] += np.array(steps) * one.step * unit
    np.testing.assert_allclose(got, total, rtol=1e-12)


@settings(max_examples=60)
@given(
    shape=st.tuples(st.integers(1, 20), st.integers(1, 20)),
    levels=st.sampled_from([3, 15, 127]),
    kind=st.sampled_from(["whole", "signs", "quadrants", "digital"]),
    seed=st.integers(0, 2**32),
)
def test_from_its_columns_an_array_is_the_integer_machine_transposed(shape, levels, kind, seed):
    source = np.random.default_rng(seed)
    made = physics(levels=levels, coding=Coding(4, kind))
    integers = source.integers(-levels, levels + 1, shape)
    integers[0, 0] = levels
    codes = source.integers(-15, 16, (3, shape[1])).astype(float)
    piece = core(made, integers / made.signed, turned=True)
    piece.calibrate(codes)
    turned = integers.T.tolist()
    for row, vector in zip(piece.multiply(codes, 0, 0.0), codes, strict=True):
        whole = [int(code) for code in vector]
        assert row.tolist() == integer_mvm(whole, turned, made.coding, Fraction(piece.step), 127)


def test_both_directions_have_the_same_devices(mapping: Mapping) -> None:
    """Errors of writing and losses along wires are those of one array: its matrix is the other's transposed."""
    weights = np.random.default_rng(1).uniform(-1, 1, (70, 20))
    up, down = (written(mapping, name, weights, "pcm-like") for name in ("up", "down"))
    own = {number for number, placed in enumerate(mapping.chains) if not placed.chain.tied}
    assert len(own) == 3
    assert all(at == Corner(0, 0) for placed in corners(mapping).values() for at in placed)
    for forth, back in zip(up.cores, down.cores, strict=True):
        held = (forth.array.levels(3600.0), back.array.levels(3600.0))
        assert (held[0] == held[1]).all()
        assert (back.ideal == forth.ideal.T).all()


def test_wires_act_alike_from_both_sides() -> None:
    """Reciprocity: what goes from a row to a column goes from that column to that row."""
    weights = np.random.default_rng(2).uniform(-1, 1, (30, 20))
    made = physics(levels=255, wires=(20.0, 30.0))
    forth, back = core(made, weights), core(made, weights, turned=True)
    on = frozenset({"wires"})
    for piece in (forth, back):
        piece.on = piece.array.__dict__["on"] = on
        piece.calibrate(np.full((1, piece.lines), 127.0))
    across = forth.multiply(np.eye(30) * 127, 0, 0.0) * forth.step
    along = back.multiply(np.eye(20) * 127, 0, 0.0) * back.step
    np.testing.assert_allclose(across, along.T, rtol=1e-9)
    assert np.linalg.norm(across / 127 - forth.ideal) > 0.001 * np.linalg.norm(forth.ideal)


def test_noise_of_the_two_directions_differs() -> None:
    """It belongs to a read, and white noise adds up along the lines that are read."""
    weights = np.eye(20)
    made = physics("rram-wan")
    pieces = [core(made, weights, frozenset({"read_noise"}), turned=turned) for turned in (False, True)]
    read = []
    for piece in pieces:
        piece.calibrate(np.full((4, 20), 127.0))
        read.append(piece.multiply(np.full((500, 20), 127.0), 0, 1.0) * piece.step)
    assert (read[0] != read[1]).any()
    assert read[0].std(axis=0).mean() == pytest.approx(read[1].std(axis=0).mean(), rel=0.05)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"offset": True}, "devices_per_weight"), ({"per_column": True}, "accuracy.weight_scale")],
)
def test_what_has_no_model_from_the_columns_is_refused(change: dict[str, bool], field: str) -> None:
    with pytest.raises(InputError, match=field):
        core(physics(**change), np.eye(4), turned=True)


def test_gains_of_a_turned_layer_are_measured(mapping: Mapping) -> None:
    """Conductances that fell alike are made up for by one gain a segment."""
    weights = np.random.default_rng(1).uniform(-1, 1, (70, 20))
    inputs = np.random.default_rng(2).uniform(-1, 1, (40, 20))
    layer = written(mapping, "down", weights, "hermes-one-device")
    layer.calibrate([inputs])
    raw = layer.forward([inputs], lambda tile: 3e7)
    compensate(layer, lambda tile: 3e7, 40, per_column=False)
    mended, exact = layer.forward([inputs], lambda tile: 3e7), inputs @ weights.T
    assert np.linalg.norm(mended - exact) < 0.8 * np.linalg.norm(raw - exact)


CIRCUITS = "chip_configs/ibm34tile.yaml"


@settings(max_examples=20)
@given(shape=st.tuples(st.integers(1, 70), st.integers(1, 8)), seed=st.integers(0, 2**32))
def test_charge_of_several_tiles_is_converted_once(shape, seed):
    """However many tiles hold the rows: one machine of integers."""
    cut = ("tile.crossbar.rows=32", "tile.crossbar.columns=16", "landing_pads.width=32", "die.area=derived")
    source = np.random.default_rng(seed)
    matrix, inputs = source.uniform(-1, 1, shape), source.uniform(-1, 1, (3, shape[0]))
    data = Product("p", matrix, inputs, inputs, "")
    mapping = map_workload(data.graph, resolve(load_chip(CIRCUITS, cut).chip))
    made = replace(physics(rows=32, columns=16), coding=CODING, half=False, levels=15)
    layer = Layer(mapping, LAYER, [matrix], Setup(made, on=ALL))
    layer.calibrate([inputs])
    got, size = layer.forward([inputs], lambda tile: 0.0), layer.cores[-1].step
    assert len(layer.cores) == -(-shape[0] // 32)
    levels = np.rint(matrix / np.abs(matrix).max() * 15).astype(int).tolist()
    worth = size * np.abs(matrix).max() * np.abs(inputs).max() / CODING.largest / 15
    for row, vector in zip(got, layer.encode([inputs])[0].astype(int).tolist(), strict=True):
        wanted = integer_mvm(vector, levels, CODING, Fraction(size), 127)
        np.testing.assert_allclose(row, np.array(wanted) * worth, rtol=1e-12)


def test_gains_of_joined_pieces_are_one() -> None:
    cut = ("tile.crossbar.rows=32", "tile.crossbar.columns=16", "landing_pads.width=32", "die.area=derived")
    source = np.random.default_rng(3)
    matrix, inputs = source.uniform(-1, 1, (90, 8)), source.uniform(-1, 1, (60, 90))
    data = Product("p", matrix, inputs, inputs, "")
    mapping = map_workload(data.graph, resolve(load_chip(CIRCUITS, cut).chip))
    made = replace(physics("hermes-one-device", rows=32, columns=16), half=False)
    layer = Layer(mapping, LAYER, [matrix], Setup(made, on=ALL))
    layer.calibrate([inputs])
    raw, exact = layer.forward([inputs], lambda tile: 3e7), inputs @ matrix
    compensate(layer, lambda tile: 3e7, 60, per_column=True)
    mended = layer.forward([inputs], lambda tile: 3e7)
    assert [gain.shape for gain in layer.columns[0].gains] == [(8,)]
    assert np.linalg.norm(mended - exact) < 0.8 * np.linalg.norm(raw - exact)


def test_planes_share_the_devices_of_a_tile() -> None:
    """Four devices a weight, or two where two matrices lie on one tile."""
    chip = load_chip(CIRCUITS).chip
    assert [of_chip(chip, planes).device.name for planes in (1, 2)] == [
        "hermes-two-device",
        "hermes-one-device",
    ]


def test_a_sign_beside_the_bits_doubles_the_codes() -> None:
    chip = load_chip("chip_configs/ibm_mesh.yaml").chip
    assert (int(chip.tile.adc.bits), of_chip(chip).adc.largest) == (7, 127)


def test_sets_of_weights_that_take_turns_meet_the_same_defects() -> None:
    """A device that is stuck, and a converter's gain, belong to the tile; errors of writing to each writing."""
    made = physics("pcm-like", stuck=(0.2, 0.1), adc=Adc(8, gain=0.1))
    places = [Place(7, f"w{number}/tile[1,1]", site="tile[1,1]") for number in (1, 2)]
    weights = np.full((30, 20), 0.5)
    stuck, off = [], []
    for place in places:
        piece = Core(made, place, weights, frozenset({"stuck", "converter_errors"}))
        piece.calibrate(np.full((1, 30), 127.0))
        stuck.append(piece.multiply(np.full((1, 30), 127.0), 0, 0.0))
        off.append(Core(made, place, weights, frozenset({"programming"})).array.levels(0.0))
    assert (stuck[0] == stuck[1]).all()
    assert (off[0] != off[1]).any()
