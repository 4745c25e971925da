from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.workload.graph import Layer, Source, Window
from simulator.workload.window import NOTHING, first_read, last_read, values_read


def axis():
    """Size, kernel, stride, padding, dilation of one dimension, with at least one window."""
    numbers = st.integers(1, 7), st.integers(1, 4), st.integers(1, 5), st.integers(0, 6), st.integers(1, 5)
    return st.tuples(*numbers).filter(lambda a: a[4] * (a[1] - 1) < a[0] + 2 * a[3])


def layers(axes, width=3):
    sizes, kernel, stride, padding, dilation = (tuple(part) for part in zip(*axes, strict=True))
    grid = tuple((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in axes)
    source = Layer("x", "input", (), sizes, width)
    return Layer(
        "y", "conv2d", (Source("x"),), grid, 2, window=Window(kernel, stride, padding, dilation)
    ), source


def reads(layer, source):
    """Raster indices that each output position reads, one by one."""
    window = layer.window
    for output in product(*map(range, layer.grid)):
        found = []
        for taps in product(*map(range, window.kernel)):
            at = [
                o * s - p + t * d
                for o, s, p, t, d in zip(
                    output, window.stride, window.padding, taps, window.dilation, strict=True
                )
            ]
            if all(0 <= a < n for a, n in zip(at, source.grid, strict=True)):
                found.append(int(np.ravel_multi_index(at, source.grid)))
        yield found


@given(st.lists(axis(), min_size=1, max_size=2))
def test_reads_equal_the_brute_force_loop(axes):
    layer, source = layers(axes)
    expected = list(reads(layer, source))
    assert first_read(layer, source).tolist() == [min(found, default=NOTHING) for found in expected]
    assert last_read(layer, source).tolist() == [max(found, default=NOTHING) for found in expected]
    seen: set[int] = set()
    for found, new in zip(expected, values_read(layer, source).new, strict=True):
        assert len(set(found) - seen) * source.width == new
        seen.update(found)
    volume = source.width * int(np.prod(layer.window.kernel))
    assert values_read(layer, source).im2col.tolist() == [volume] * layer.positions


def test_a_three_by_three_convolution_by_hand():
    layer, source = layers([(4, 3, 1, 1, 1), (4, 3, 1, 1, 1)], width=2)
    assert last_read(layer, source).tolist() == [5, 6, 7, 7, 9, 10, 11, 11, 13, 14, 15, 15, 13, 14, 15, 15]
    assert first_read(layer, source).tolist() == [0, 0, 1, 2, 0, 0, 1, 2, 4, 4, 5, 6, 8, 8, 9, 10]
    new = values_read(layer, source).new
    assert new.tolist() == [8, 4, 4, 0, 4, 2, 2, 0, 4, 2, 2, 0, 0, 0, 0, 0]
    assert new.sum() == source.positions * source.width


def test_without_a_window_position_reads_position():
    source = Layer("x", "input", (), (5,), 4)
    layer = Layer("y", "linear", (Source("x"),), (5,), 2)
    assert first_read(layer, source).tolist() == last_read(layer, source).tolist() == [0, 1, 2, 3, 4]
    assert values_read(layer, source).new.tolist() == [4] * 5


@pytest.mark.parametrize("grid", [(2, 3), ()])
def test_flatten_reads_everything(grid):
    source = Layer("x", "input", (), grid, 4)
    layer = Layer("y", "flatten", (Source("x"),), (), 4 * source.positions)
    assert first_read(layer, source).tolist() == [0]
    assert last_read(layer, source).tolist() == [source.positions - 1]
    assert values_read(layer, source).im2col.tolist() == [4 * source.positions]
    assert values_read(layer, source).new.tolist() == [4 * source.positions]


def test_extreme_windows_take_no_extreme_memory():
    size = 2**20
    layer, source = layers([(1, 1, 1, 0, 1), (size, size, 1, size, 1)])
    assert layer.grid == (1, 2 * size + 1)
    assert int(values_read(layer, source).new.sum()) == source.positions * source.width
    assert last_read(layer, source)[0] == NOTHING
