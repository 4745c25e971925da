"""Half precision, partial sums of few bits, tables of the global unit."""

from dataclasses import replace

import numpy as np
import pytest
from setups import physics, uniform

from simulator.base.errors import InputError
from simulator.chip.reader import load_chip
from simulator.chip.resolve import resolve
from simulator.functional.ages import ages
from simulator.functional.digital import BINS, REACH, sent, sigmoid, tanh
from simulator.functional.effects import ALL
from simulator.functional.gates import exact_step, unit_step
from simulator.functional.layer import Layer, Setup
from simulator.functional.metrics import Interval, errors
from simulator.functional.product import LAYER, Wanted, product
from simulator.mapping.plan import map_workload

CHIP = load_chip("chip_configs/ibm14nm.yaml").chip


def layer(made, on=ALL, *, rows=600, columns=300, copies=1, seed=0):
    data = product(Wanted("uniform", "uniform", (rows, columns), 50, in_sample=True), (256, 256))
    graph = replace(data.graph, layers=tuple(replace(item, grid=(50,)) for item in data.graph.layers))
    mapping = map_workload(graph, resolve(CHIP), copies={LAYER: copies})
    found = Layer(mapping, LAYER, [data.matrix], Setup(made, seed, on=on))
    found.calibrate([data.calibration])
    return found, data, mapping


def ideal():
    made = physics("ideal", rows=256, columns=256, levels=127)
    return replace(made, adc=replace(made.adc, bits=12))


def test_a_chain_is_what_its_parts_and_hops_give():
    """Three pieces down, two column groups: converter codes, half precision, one rounding a hop, written out."""
    made = ideal()
    found, data, mapping = layer(made)
    got = found.forward([data.inputs], lambda tile: 0.0)
    codes = found.encode([data.inputs])[0]
    assert sum(len(column.cores) for column in found.columns) == len(mapping.tiles) == 6
    for column in found.columns:
        total = np.zeros((50, column.placed.chain.width))
        for number, (core, piece) in enumerate(zip(column.cores, column.placed.chain.pieces, strict=True)):
            weights = data.matrix[slice(*piece.rows), slice(*piece.columns)]
            whole = np.rint(weights / np.abs(weights).max() * 127)
            steps = np.clip(np.rint((codes[:, slice(*piece.rows)] @ whole) / core.step), -2047, 2047)
            gain = core.step * np.abs(weights).max() * np.abs(data.inputs).max() / 127 / 127 / column.hop
            value = (steps.astype(np.float16) * np.float16(gain)).astype(float)
            before = np.clip(np.rint(total), -127, 127) if number else total
            total = (value + before).astype(np.float16).astype(float) if number else value
        assert np.array_equal(got[:, slice(*column.placed.chain.columns)], total * column.hop)


def test_without_rounding_a_chain_is_the_product():
    found, data, _ = layer(physics("ideal", rows=256, columns=256), frozenset())
    got = found.forward([data.inputs], lambda tile: 0.0)
    np.testing.assert_allclose(got, data.inputs @ data.matrix, rtol=1e-9, atol=1e-9)


def test_copies_take_turns_and_batches_do_not_matter():
    made = physics("pcm-like", rows=256, columns=256)
    found, data, _ = layer(made, rows=100, columns=40, copies=3)
    whole = found.forward([data.inputs], lambda tile: 100.0)
    parts = [found.forward([data.inputs[n : n + 7]], lambda tile: 100.0, first=n) for n in range(0, 50, 7)]
    assert np.array_equal(np.concatenate(parts), whole)
    single, _, _ = layer(made, rows=100, columns=40)
    alone = single.forward([data.inputs], lambda tile: 100.0)
    assert np.array_equal(alone[0], whole[0])
    assert not np.array_equal(alone[1], whole[1])


def test_partial_sums_saturate_and_are_counted():
    whole, beyond = sent(np.array([[126.5, -300.0, 2.5, 127.4]]), 8)
    assert (whole.tolist(), beyond) == ([[126, -127, 2, 127]], 1)


def test_tables_are_near_the_functions():
    """A chord of width h is off by h^2 / 8 times the curvature, at most 0.77."""
    x, chord = np.linspace(-8, 8, 4001), 2 * REACH / (BINS - 2)
    bound = chord**2 / 8 * 0.77 + 2e-3
    assert BINS == 18
    assert bound / 2 < np.abs(tanh(x) - np.tanh(x)).max() < bound
    assert np.abs(sigmoid(x) - 1 / (1 + np.exp(-x))).max() < bound / 2
    assert np.abs(tanh(np.array([0.0]))).max() < 1e-3


def test_tiles_written_earlier_are_older():
    chip = load_chip("chip_configs/ibm14nm.yaml", [
        "programming={row_time: 1 ms, tiles: 2, energy: 1 pJ, endurance: 1000}",
    ]).chip  # fmt: skip
    _, _, mapping = layer(ideal())
    found = ages(mapping, chip, 10.0)
    assert [round(found(tile), 9) for tile in mapping.tiles] == pytest.approx(
        [10.512, 10.512, 10.256, 10.256, 10, 10]
    )
    assert ages(mapping, CHIP, 10.0)(mapping.tiles[0]) == 10


def test_errors_are_what_they_say():
    exact = uniform(0, (40, 6))
    found = errors(exact * np.array([1, 1, 1, 1, 1, 2]), exact)
    assert found.raw > found.gain > found.column == pytest.approx(0, abs=1e-12)
    assert errors(exact / 2, exact).raw == pytest.approx(0.5)
    assert errors(exact * 1.01, exact).snr == pytest.approx(40)
    assert errors(exact * 1.01, exact).enob == pytest.approx((40 - 1.76) / 6.02)


def test_confidence_is_students():
    """Eight samples: t = 2.3646 (tables), deviation 1, root of eight."""
    samples = [-1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0]
    found = Interval.of(samples)
    assert found.half == pytest.approx(2.3646 * np.std(samples, ddof=1) / 8**0.5, rel=2e-3)
    assert Interval.of([3.0]).half == np.inf


def test_half_precision_needs_words_of_sixteen_bits():
    from simulator.functional.physics import physics as of

    chip = load_chip("chip_configs/ibm14nm.yaml", ["tile.local_digital.word_bits=8"]).chip
    with pytest.raises(InputError, match=r"accuracy.local_arithmetic: needs words of 16 bits"):
        of(chip)


def test_a_step_of_a_global_unit_is_near_the_step():
    """Gates I, A, F, O of each hidden value in turn; the tables' error and no more."""
    source = np.random.default_rng(0)
    gates, cell = source.normal(size=(200, 40)), source.uniform(-1, 1, (200, 10))
    one = exact_step(np.array([[0.0, 1e3, -1e3, 1e3]]), np.array([[5.0]]))
    assert one[0, 0] == pytest.approx(np.tanh(0.5))
    exact, table = exact_step(gates, cell), unit_step(gates, cell)
    assert 1e-4 < np.abs(table - exact).max() < 0.04
    assert (table == table.astype(np.float16)).all()
