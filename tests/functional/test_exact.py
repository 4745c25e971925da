"""Without noise the functional path is an integer machine, to the last bit."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from setups import core, integer_mvm, physics

from simulator.functional.effects import ALL
from simulator.functional.inputs import encode, reads
from simulator.functional.physics import Adc, Coding

CODINGS = st.one_of(
    st.builds(Coding, st.integers(1, 10), st.sampled_from(["whole", "signs", "quadrants", "digital"])),
    st.integers(1, 8).flatmap(
        lambda bits: st.builds(Coding, st.just(bits), st.just("analog"), st.integers(1, bits))
    ),
)
ADCS = st.builds(Adc, st.integers(2, 12), policy=st.sampled_from(["max", "calibrated", "granular"]))


@settings(max_examples=150)
@given(
    shape=st.tuples(st.integers(1, 60), st.integers(1, 12)),
    levels=st.sampled_from([2, 4, 15, 127, 255, 16519]),
    coding=CODINGS,
    adc=ADCS,
    seed=st.integers(0, 2**32),
)
def test_without_noise_it_is_the_integer_machine(shape, levels, coding, adc, seed):
    source = np.random.default_rng(seed)
    reference_column = coding.kind != "quadrants" and seed % 2 == 1
    made = physics(levels=levels, coding=coding, adc=adc, offset=reference_column)
    integers = source.integers(-int(made.signed), int(made.signed) + 1, shape)
    integers[0, 0] = int(made.signed)
    codes = source.integers(-coding.largest, coding.largest + 1, (5, shape[0])).astype(float)
    piece = core(made, integers / made.signed)
    piece.calibrate(codes)
    got = piece.multiply(codes, 0, 0.0)
    for row, vector in zip(got, codes, strict=True):
        wanted = integer_mvm(
            [int(code) for code in vector],
            integers.tolist(),
            coding,
            Fraction(piece.step),
            adc.largest,
        )
        assert row.tolist() == wanted


@given(coding=CODINGS, seed=st.integers(0, 2**32))
def test_reads_add_up_to_the_codes(coding, seed):
    codes = np.random.default_rng(seed).integers(-coding.largest, coding.largest + 1, (3, 9)).astype(float)
    parts = [read for read in reads(codes, coding) if read.polarity in (None, 0)]
    assert (sum(read.weight * read.codes for read in parts) == codes).all()


def test_codes_are_rounded_to_even_and_saturate():
    coding = Coding(2)
    assert encode(np.array([0.0, 0.5, 1.5, 2.4, 9.0, -9.0]), 3.0, coding).tolist() == [0, 0, 2, 2, 3, -3]


def test_effects_that_are_off_leave_real_numbers():
    made = physics()
    weights = np.random.default_rng(0).uniform(-1, 1, (20, 6))
    piece = core(made, weights, ALL - {"converter"})
    codes = np.random.default_rng(1).uniform(-127, 127, (4, 20))
    piece.calibrate(codes)
    got = piece.multiply(codes, 0, 0.0) * piece.step * piece.scale / made.signed
    np.testing.assert_allclose(got, codes @ weights, rtol=1e-12)


def test_single_precision_gives_what_double_precision_gives():
    """256 rows of 8 bits fit single precision; a converter of 13 bits takes double."""
    source = np.random.default_rng(3)
    weights, codes = source.integers(-127, 128, (256, 40)) / 127, source.integers(-127, 128, (200, 256))
    made = physics(levels=127, rows=256)
    single = core(made, weights)
    single.calibrate(codes.astype(float))
    got = single.multiply(codes.astype(float), 0, 0.0)
    exact = np.rint(codes @ np.rint(weights * 127) / single.step)
    assert got.dtype == np.float32
    assert (got == exact).all()
    wide = core(replace(made, adc=Adc(13)), weights)
    wide.calibrate(codes.astype(float))
    assert wide.multiply(codes.astype(float), 0, 0.0).dtype == np.float64
