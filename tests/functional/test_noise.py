"""Noise: its size in closed form, whose it is, and that nothing but time and place moves it."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from setups import PLACE, core, physics, uniform

from simulator.functional.array import Array
from simulator.functional.compensation import gain
from simulator.functional.core import Core
from simulator.functional.draws import BLOCK, per_mvm
from simulator.functional.effects import ALL
from simulator.functional.inputs import encode

NOISY = physics("rram-wan", rows=32, columns=16)
WHITE_ONLY = frozenset({"read_noise", "levels", "inputs"})


def written(made=NOISY, on=ALL, **change):
    piece = core(made, uniform(1, (made.rows, made.columns)), on, **change)
    codes = encode(uniform(2, (300, made.rows)), 1.0, made.coding)
    piece.calibrate(codes)
    return piece, codes


def test_summed_read_noise_is_that_of_single_devices():
    """Within 0.5 % in deviation, over 320,000 draws of each."""
    made = replace(NOISY, read=1e-6)
    lumped, codes = written(made, WHITE_ONLY)
    single, _ = written(made, WHITE_ONLY, explicit=True)
    same = np.repeat(codes[:1], 20_000, axis=0)
    noise = [
        piece.multiply(same, 0, 0.0) - piece.multiply(same, 0, 0.0).mean(0) for piece in (lumped, single)
    ]
    assert not np.array_equal(*noise)
    one, other = (np.sqrt((part**2).mean()) for part in noise)
    assert abs(one / other - 1) < 0.005


@pytest.mark.parametrize(("reads", "kind"), [(1, "whole"), (7, "digital")])
def test_read_noise_is_the_closed_form(reads, kind):
    """1 % of 40 uS a device, two a weight, inverse to the root of the time; every bit has a share of it."""
    made = replace(NOISY, read=4e-6, coding=replace(NOISY.coding, kind=kind))
    piece, _ = written(made, WHITE_ONLY)
    code = 1.0
    same = np.full((20_000, made.rows), code)
    got = piece.multiply(same, 0, 0.0) * piece.step
    level = 1 / (1 - made.floor / made.full)
    wanted = 0.01 * level * np.sqrt(2 * made.rows * reads / 4) * code
    assert got.std(axis=0).mean() == pytest.approx(wanted, rel=0.005)


def test_batches_change_nothing():
    """Not even one vector at a time, which another routine of the linear algebra library would multiply."""
    piece, codes = written(physics("rram-wan", rows=256, columns=64, adc=replace(NOISY.adc, bits=12)))
    whole = piece.multiply(codes, 0, 100.0)
    cuts = [0, 1, 2, BLOCK - 1, BLOCK, 150, 299, 300]
    for order in (1, -1):
        spans = list(pairwise(cuts))[::order]
        parts = {begin: piece.multiply(codes[begin:end], begin, 100.0) for begin, end in spans}
        assert np.array_equal(np.concatenate([parts[begin] for begin in cuts[:-1]]), whole)


def test_other_seeds_tiles_and_writings_have_other_errors():
    weights = uniform(1, (32, 16))
    places = [PLACE, replace(PLACE, seed=8), replace(PLACE, tile="tile[1,2]"), replace(PLACE, instance=1)]
    found = [Core(NOISY, place, weights, ALL).array.levels(10.0) for place in places]
    assert np.array_equal(found[0], Core(NOISY, PLACE, weights, ALL).array.levels(10.0))
    for other in found[1:]:
        assert (found[0] == other).mean() < 0.1  # those that cannot fall below nothing


def test_a_device_is_the_same_whoever_else_is_on_the_tile():
    weights = uniform(1, (32, 16))
    whole = Core(physics("pcm-like"), PLACE, weights, ALL - {"read_noise"})
    corner = Core(physics("pcm-like"), replace(PLACE, row=5, column=3), weights[5:, 3:], ALL - {"read_noise"})
    drawn = [piece.array._drawn("programming") for piece in (whole, corner)]
    assert np.array_equal(drawn[0][:, :, 5:, 3:], drawn[1])


def test_errors_of_a_writing_do_not_move_with_time():
    made = physics("pcm-like")
    array = Array(made, PLACE, np.full((2, 8, 8), 0.5), ALL - {"read_noise", "drift"})
    assert np.array_equal(array.levels(0.0), array.levels(1e6))


def test_stuck_devices_stay():
    made = physics("rram-wan", rows=64, columns=64, stuck=(0.2, 0.1))
    array = Array(made, PLACE, np.full((2, 64, 64), 0.5), frozenset({"stuck"}))
    level = array.levels(0.0)
    low, high = np.isclose(level, 0).mean(), np.isclose(level, 1).mean()
    assert (low, high) == (pytest.approx(0.2, abs=0.02), pytest.approx(0.1, abs=0.02))
    again = Array(made, replace(PLACE, instance=5), np.full((2, 64, 64), 0.5), frozenset({"stuck"}))
    assert np.array_equal(level, again.levels(0.0))


def test_two_devices_follow_the_selection_rule():
    made = physics("hermes-one-device", devices=2)
    array = Array(made, PLACE, np.array([[[0.2, 0.5, 0.6, 1.0]]] * 2), frozenset())
    parts = array.off_by(0.0) + array._shares
    assert parts[0, :, 0].tolist() == [[0.4, 1.0, pytest.approx(0.2), 1.0], [0.0, 0.0, 1.0, 1.0]]
    assert array.levels(0.0)[0, 0].tolist() == pytest.approx([0.2, 0.5, 0.6, 1.0])


def test_converters_that_serve_several_columns_share_their_errors():
    adc = replace(physics().adc, shared=4, gain=0.1, offset=3.0)
    made = physics(columns=16, adc=adc, levels=127)
    weights = np.tile(uniform(1, (64, 1)), (1, 16))
    piece = core(made, weights)
    codes = encode(uniform(2, (50, 64)), 1.0, made.coding)
    piece.calibrate(codes)
    got = piece.multiply(codes, 0, 0.0)
    for column in range(16):
        assert np.array_equal(got[:, column], got[:, column // 4 * 4])
    assert not np.array_equal(got[:, 0], got[:, 4])


def test_noise_of_an_mvm_is_found_by_its_number():
    everything = per_mvm(1, "a", first=0, count=200, width=3)
    assert np.array_equal(per_mvm(1, "a", first=77, count=60, width=3), everything[77:137])


def test_a_measured_gain_brings_back_what_drift_took():
    """Global: within a percent of the best gain. A device that does not drift has gain one, but for rounding."""
    made = physics("pcm-like", rows=256, columns=64)
    piece, codes = written(made, ALL - {"read_noise"})
    held = gain([piece], [1e6], 64, per_column=False)
    got, exact = piece.multiply(codes, 0, 1e6) * piece.step, piece.product(codes)
    best = (got * exact).sum() / (got * got).sum()
    assert held.shape == (1,)
    assert 1.3 < held[0] < 2
    assert held[0] == pytest.approx(best, rel=0.02)
    assert gain([piece], [1e6], 64, per_column=True).shape == (64,)
    still, _ = written(physics("ideal", rows=256, columns=64))
    assert gain([still], [1e6], 64, per_column=False)[0] == pytest.approx(1, abs=1e-3)


def test_a_measured_gain_is_as_noisy_as_a_reading():
    piece, _ = written(replace(NOISY, read=1e-9))
    found = [gain([piece], [now], 4, per_column=False)[0] for now in (1.0, 1.0)]
    assert found[0] == found[1]
    assert abs(gain([piece], [1.0], 400, per_column=False)[0] - found[0]) > 1e-4
