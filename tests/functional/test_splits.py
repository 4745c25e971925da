"""Without noise a layer is integers, half precision and eight-bit hops, however the mapping cuts it."""

from dataclasses import replace
from fractions import Fraction
from functools import cache

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from setups import integer_mvm, physics

from simulator.chip.reader import load_chip
from simulator.chip.resolve import Hardware, resolve
from simulator.functional.converter import step
from simulator.functional.effects import ALL
from simulator.functional.layer import Layer, Setup
from simulator.functional.physics import Adc, Coding
from simulator.functional.product import LAYER, Product
from simulator.mapping.plan import map_workload

ROWS, COLUMNS = 32, 16


@cache
def hardware() -> Hardware:
    """Small tiles, so that small matrices are cut."""
    cut = ["tile.crossbar.rows=32", "tile.crossbar.columns=16", "die.area=derived"]
    return resolve(load_chip("chip_configs/ibm14nm.yaml", cut).chip)


def half(values: list[float]) -> list[float]:
    """To half precision, one by one."""
    return [float(np.float16(value)) for value in values]


def along(column, codes: list[int], matrix: np.ndarray, made, largest: float) -> list[float]:
    """One vector through a chain: integers in each piece, then one rounding a step of the way."""
    total: list[float] = []
    for core, piece in zip(column.cores, column.placed.chain.pieces, strict=True):
        weights = matrix[slice(*piece.rows), slice(*piece.columns)]
        most = np.abs(weights).max()
        levels = np.rint(weights / (most or 1) * made.signed).astype(int).tolist()
        own = codes[slice(*piece.rows)]
        steps = integer_mvm(own, levels, made.coding, Fraction(core.step), made.adc.largest)
        unit = largest / made.coding.largest / made.signed
        gain = np.float16(core.step * (most or 1.0) * unit / column.hop)
        value = [float(np.float16(code) * gain) for code in half([float(s) for s in steps])]
        if total:
            arrived = [min(max(round(Fraction(sum_)), -127), 127) for sum_ in total]
            value = half([a + b for a, b in zip(value, arrived, strict=True)])
        total = value
    return [value * column.hop for value in total]


@settings(max_examples=60)
@given(
    shape=st.tuples(st.integers(1, 130), st.integers(1, 40)),
    coding=st.builds(Coding, st.integers(1, 7), st.sampled_from(["whole", "signs", "quadrants", "digital"])),
    adc=st.builds(Adc, st.integers(2, 11), policy=st.sampled_from(["max", "calibrated"])),
    levels=st.sampled_from([3, 15, 127]),
    seed=st.integers(0, 2**32),
)
def test_a_mapped_layer_is_the_integer_machine(shape, coding, adc, levels, seed):
    source = np.random.default_rng(seed)
    made = replace(physics(rows=ROWS, columns=COLUMNS), coding=coding, adc=adc, levels=levels)
    matrix, inputs = source.uniform(-1, 1, shape), source.uniform(-1, 1, (4, shape[0]))
    data = Product("p", matrix, inputs, inputs, "")
    mapping = map_workload(data.graph, hardware())
    layer = Layer(mapping, LAYER, [matrix], Setup(made, on=ALL))
    layer.calibrate([inputs])
    got, largest = layer.forward([inputs], lambda tile: 0.0), float(np.abs(inputs).max())
    codes = layer.encode([inputs])[0].astype(int).tolist()
    assert -(-shape[0] // ROWS) == len(layer.columns[0].cores)
    for column in layer.columns:
        part = got[:, slice(*column.placed.chain.columns)].tolist()
        assert part == [along(column, vector, matrix, made, largest) for vector in codes]


def test_full_scales_have_eight_bits_and_are_never_too_small():
    for wanted in (1.0, 3.7, 1000.1, 2.0**20 + 1):
        got = step(wanted, 127)
        assert wanted <= got * 127 < wanted * (1 + 2**-7)
        assert (got / 2.0 ** np.floor(np.log2(got)) * 128) % 1 == 0
