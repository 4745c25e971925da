"""Products bit by bit: those of whole numbers as long as no sum of a read is beyond the converter."""

import numpy as np
import pytest

from simulator.functional.bit_product import BitProduct


@pytest.mark.parametrize(("converter", "rows"), [(1, 1), (2, 3), (3, 7)])
@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 128, 5), (4, 300, 16)])
def test_exact_where_the_converter_tells_all_sums_apart(
    converter: int, rows: int, shape: tuple[int, int, int]
) -> None:
    drawn = np.random.default_rng(1)
    vectors, height, width = shape
    inputs, weights = drawn.integers(-128, 128, (vectors, height)), drawn.integers(-128, 128, (height, width))
    found = BitProduct(8, 128, rows, converter).product(inputs, weights)
    assert np.array_equal(found, inputs @ weights)


def test_all_extremes_are_exact() -> None:
    """Each pair of INT8 once."""
    values = np.arange(-128, 128)
    found = BitProduct(8, 128, 3, 2).product(values[:, None], values[None, :])
    assert np.array_equal(found, np.outer(values, values))


def test_a_sum_beyond_the_converter_is_cut() -> None:
    """Four times 1 x 1 in one read is told as 3; in reads of three and one it is 4. Arrays of two rows: 2 and 2."""
    ones = np.ones((1, 4), np.int64)
    assert BitProduct(8, 128, 4, 2).product(ones, ones.T).item() == 3
    assert BitProduct(8, 128, 3, 2).product(ones, ones.T).item() == 4
    assert BitProduct(8, 2, 4, 2).product(ones, ones.T).item() == 4


def test_the_sign_is_a_bit() -> None:
    """-1 is all ones: of four rows every pair of bits adds up to 4 and is told as 3, by (sum of places)^2 = 1."""
    minus = -np.ones((1, 4), np.int64)
    assert BitProduct(8, 128, 4, 2).product(minus, minus.T).item() == 3
