"""Weights spread over columns, blocks of rows, rows in groups: times, energies, converters by hand."""

from fractions import Fraction

import pytest
from variants import chip

from simulator.base.errors import InputError
from simulator.chip.areas import tile_areas
from simulator.chip.costs import costs
from simulator.chip.timing import mvm

BASE = (
    "tile.read_mode=one_phase",
    "tile.input={coding: bit_serial, magnitude_bits: 7, cycle: 5 ns}",
    "tile.adc={kind: sar, bits: 8, sample_hold: true, columns_per_converter: 256}",
)
"""Four devices a weight, 256 x 256: one converter for 256 columns."""


def test_every_slice_is_a_column_to_convert() -> None:
    one, four = chip(*BASE), chip(*BASE, "tile.crossbar.slices=4")
    assert (one.tile.converters, four.tile.converters) == (1, 4)
    assert mvm(four).conversion == mvm(one).conversion
    assert costs(four).adc.value == 4 * costs(one).adc.value
    assert tile_areas(four).adc == 4 * tile_areas(one).adc
    one_for_all = chip(*BASE, "tile.crossbar.slices=4", "tile.adc.columns_per_converter=1024")
    assert mvm(one_for_all).conversion == 4 * mvm(one).conversion


def test_blocks_of_rows_have_converters_of_their_own() -> None:
    one, two = chip(*BASE), chip(*BASE, "tile.crossbar.row_blocks=2")
    assert two.tile.converters == 2
    assert mvm(two) == mvm(one)
    assert costs(two).adc.value == 2 * costs(one).adc.value


def test_groups_of_rows_are_read_one_after_the_other() -> None:
    """43 groups of 3 in 128 rows: 43 times the conversions, each row driven as often as before."""
    all_rows = chip(*BASE, "tile.crossbar.row_blocks=2")
    three = chip(*BASE, "tile.crossbar.row_blocks=2", "tile.crossbar.rows_per_read=3")
    assert three.tile.crossbar.groups == 43
    assert mvm(three).occupancy - mvm(three).fixed == 43 * (mvm(all_rows).occupancy - mvm(all_rows).fixed)
    assert costs(three).input.value == costs(all_rows).input.value
    driven = mvm(all_rows).active - mvm(all_rows).fixed
    share = (mvm(three).fixed / 43 + driven) / mvm(all_rows).active
    assert costs(three).crossbar.value == costs(all_rows).crossbar.value * share


@pytest.mark.parametrize(
    ("override", "rule"),
    [
        ("tile.crossbar.slices=3", "tile.crossbar.slices: must divide the 4 devices of a weight, got '3'"),
        (
            "tile.crossbar.row_blocks=3",
            "tile.crossbar.row_blocks: must divide the 256 rows of the tile, got '3'",
        ),
        ("tile.crossbar.rows_per_read=257", "must be at most the 256 rows of an array, got '257'"),
    ],
)
def test_what_cannot_be_is_refused(override: str, rule: str) -> None:
    with pytest.raises(InputError) as caught:
        chip(*BASE, override)
    assert rule in str(caught.value)


def test_accuracy_is_refused_where_columns_are_converted_in_parts() -> None:
    from simulator.functional.physics import physics

    with pytest.raises(
        InputError, match="has no model of accuracy: a column of weights is converted in several"
    ):
        physics(chip(*BASE, "tile.crossbar.slices=4"))


def test_time_without_groups_is_exact() -> None:
    """7 bits, 256 columns in turn on a converter of 9 x 93 ps."""
    assert mvm(chip(*BASE)).conversion == 256 * 9 * Fraction(93)
