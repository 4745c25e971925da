"""Each part's law: exact where it is anchored, monotone where physics says so, refused outside its range."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from simulator.base.errors import InputError
from simulator.parts import array, digital, leakage, sram, wire
from simulator.parts.array import Size
from simulator.parts.converters.charge_decrement import ChargeDecrement
from simulator.parts.converters.common import Converter, Use
from simulator.parts.converters.flash import Flash
from simulator.parts.converters.oscillator_counter import Oscillator
from simulator.parts.converters.ramp import Ramp
from simulator.parts.converters.sar import Sar
from simulator.parts.digital import Shares, Unit
from simulator.parts.inputs.amplitude import Amplitude
from simulator.parts.inputs.bit_serial import BitSerial
from simulator.parts.inputs.common import Driven, Input
from simulator.parts.inputs.pulse_width import PulseWidth

F = Fraction
PEAK = F(33, 10) * 10**9
CONVERTERS: dict[str, Callable[[int], Converter]] = {
    "oscillator_counter": lambda bits: Oscillator(bits, 16, PEAK, 12, PEAK, F(1), F(1), F("0.3")),
    "ramp": lambda bits: Ramp(bits, F(1000), True, 8, F(1), F(1), F(1), F("0.3"), F(1), F(1)),
    "sar": lambda bits: Sar(bits, F(93), 8, F(1), F(1), F("0.07"), F("0.455")),
    "flash": lambda bits: Flash(bits, F(1000), F(1), F(1)),
    "charge_decrement": lambda bits: ChargeDecrement(bits, F(1000), "binary", F(1), F(1), F(1)),
    "charge_decrement, linear": lambda bits: ChargeDecrement(bits, F(1000), "linear", F(1), F(1), F(1)),
}  # fmt: skip
CODINGS: dict[str, Callable[[int], Input]] = {
    "pulse_width": lambda bits: PulseWidth(bits, F(1000), 7, 256, F(1), F(1)),
    "bit_serial": lambda bits: BitSerial(bits, F(1000), "digital", 256, F(1), F(1), F(1)),
    "bit_serial, analog": lambda bits: BitSerial(bits, F(1000), "analog", 256, F(1), F(1), F(1)),
    "amplitude": lambda bits: Amplitude(bits, F(1000), 7, 256, F(1), F(1)),
    "amplitude, ladder": lambda bits: Amplitude(bits, F(1000), 7, 256, F(1), F(1), "ladder"),
}
kinds = st.sampled_from(sorted(CONVERTERS))
codings = st.sampled_from(sorted(CODINGS))


def spent(converter: Converter, columns: int, converters: int) -> tuple[Fraction, Fraction, Fraction]:
    """Time, energy and area of one read of all columns."""
    time = converter.shortest_read() + converter.conversion() * -(-columns // converters)
    use = Use(converters, columns, 1, 1, time)
    return time, converter.energy(use), converter.area(converters)


@given(kinds, st.integers(2, 7), st.integers(2, 7))
def test_more_converter_bits_never_cost_less(kind: str, one: int, other: int) -> None:
    assume(one < other)
    few, many = (spent(CONVERTERS[kind](bits), 256, 256) for bits in (one, other))
    assert all(less <= more for less, more in zip(few, many, strict=True))
    assert few != many


@given(kinds, st.integers(1, 512), st.integers(1, 64))
def test_more_columns_a_converter_are_never_faster_and_never_larger(
    kind: str, columns: int, share: int
) -> None:
    assume(share <= columns)
    converter = CONVERTERS[kind](6)
    own, shared = spent(converter, columns, columns), spent(converter, columns, -(-columns // share))
    assert shared[0] >= own[0]
    assert shared[2] <= own[2]


@given(codings, st.integers(1, 7), st.integers(1, 7))
def test_more_input_bits_never_cost_less(coding: str, one: int, other: int) -> None:
    assume(one < other)
    few, many = (coded(CODINGS[coding](bits), 256, 256) for bits in (one, other))
    assert all(less <= more for less, more in zip(few, many, strict=True))
    assert few != many


@given(codings, *[st.integers(16, 1024)] * 4)
def test_more_rows_or_columns_never_cost_less_to_drive(
    coding: str, rows: int, columns: int, more_rows: int, more_columns: int
) -> None:
    assume(rows <= more_rows and columns <= more_columns)
    small, large = (coded(CODINGS[coding](5), *size) for size in ((rows, columns), (more_rows, more_columns)))
    assert all(less <= more for less, more in zip(small, large, strict=True))


def coded(part: Input, rows: int, columns: int) -> tuple[Fraction, Fraction, Fraction]:
    """Time, energy and area of one phase."""
    reads = part.reads()
    time = reads.number * reads.duration
    return (
        time,
        part.energy(Driven(rows, columns, reads.planes, reads.conversions, time)),
        part.area(rows, columns),
    )


@pytest.mark.parametrize(("kind", "bits", "time"), [
    ("ramp", 8, 256_000), ("sar", 8, 9 * 93), ("flash", 6, 1000), ("charge_decrement", 8, 9000),
    ("charge_decrement, linear", 8, 130_000),
])  # fmt: skip
def test_conversion_times(kind: str, bits: int, time: int) -> None:
    assert CONVERTERS[kind](bits).conversion() == time


def test_an_oscillator_needs_two_to_the_bits_periods() -> None:
    part = CONVERTERS["oscillator_counter"](8)
    assert part.shortest_read() == F(256 * 10**4, 33)
    assert part.conversion() == 0


@pytest.mark.parametrize(("bits", "energy", "area"), [
    (4, 0.79, 361.04), (5, 0.99, 476.91), (6, 1.20, 626.91), (7, 1.42, 845.18), (8, 1.67, 1200), (9, 1.969, 1827.9),
    (10, 2.379, 3002.0),
])  # fmt: skip
def test_the_split_of_a_sar_reproduces_published_resolutions(bits: int, energy: float, area: float) -> None:
    """ISAAC's 8-bit converter (1.67 pJ, 1200 um^2 at 32 nm) scaled to other resolutions after Saberi et al. 2011."""
    part = Sar(bits, F(93), 8, F("1.667"), F(1200), F("0.07"), F("0.455"))
    use = Use(1, 1, 1, 1, F(1))
    assert float(part.energy(use)) == pytest.approx(energy, rel=0.02)
    assert float(part.area(1)) == pytest.approx(area, rel=0.002)


def test_a_ramp_for_all_costs_one_generator() -> None:
    shared = Ramp(8, F(1000), True, 8, F(0), F(0), F(0), F("0.3"), F(2), F(3))
    own = replace(shared, shared=False)
    assert (shared.area(256), own.area(256)) == (3, 3 * 256)
    energies = [part.energy(Use(256, 256, 1, 1, F(1))) for part in (shared, own)]
    assert energies == [2 * 256, 2 * 256 * 256]


@pytest.mark.parametrize(("kind", "bits"), [
    ("ramp", 13), ("sar", 13), ("flash", 8), ("charge_decrement", 11), ("oscillator_counter", 13),
])  # fmt: skip
def test_bits_outside_the_range_are_refused(kind: str, bits: int) -> None:
    with pytest.raises(InputError, match=r"where the law holds, got .* Range: ") as caught:
        CONVERTERS[kind](bits).conversion()
        CONVERTERS[kind](bits).shortest_read()
    assert caught.value.field == "bits"


def test_arrays_double_with_rows_columns_and_devices() -> None:
    anchor = Size(256, 256, 4)
    for size in (Size(512, 256, 4), Size(256, 512, 4), Size(256, 256, 8)):
        assert array.devices(size, anchor) == 2
    assert array.settling(Size(512, 128, 4), anchor) == 4
    assert array.devices(anchor, anchor) == array.settling(anchor, anchor) == 1
    with pytest.raises(InputError, match="1024 x 1024"):
        array.devices(Size(2048, 256, 4), anchor)


ANCHOR = Unit(256, F(1), 16, 8)
SHARES = Shares(F("0.45"), F("0.45"), F("0.1"))


@pytest.mark.parametrize(("unit", "growth"), [
    (ANCHOR, 1), (Unit(512, F(1), 16, 8), 1.45), (Unit(256, F(2), 16, 8), 1.45), (Unit(256, F(1), 16, 80), 1.9),
    (Unit(256, F(1), 32, 8), 0.9 + 0.45 * 3.9613 + 0.1),
])  # fmt: skip
def test_a_digital_unit_grows_by_the_shares_of_its_area(unit: Unit, growth: float) -> None:
    assert float(digital.area(unit, ANCHOR, SHARES)) == pytest.approx(growth, rel=1e-4)


def test_energy_of_a_word_follows_half_and_single_precision() -> None:
    assert digital.energy(ANCHOR, ANCHOR) == 1
    assert float(digital.energy(replace(ANCHOR, word=32), ANCHOR)) == pytest.approx(4.6 / 1.5)


def test_sram_energy_follows_the_published_capacities() -> None:
    """Horowitz: 10, 20 and 100 pJ for 8, 32 KiB and 1 MiB."""
    for size, energy in ((8, 10), (32, 20), (1024, 100)):
        assert 10 * float(sram.energy(F(size * 1024), F(8192))) == pytest.approx(energy, rel=0.15)
    assert sram.area(F(1024), F(1)) == 8192


def test_wires_cost_length_and_the_square_of_the_supply() -> None:
    assert wire.bit_energy(F("0.1"), F(1), F(1), F(3)) == F("0.3")
    assert wire.bit_energy(F("0.1"), F("0.5"), F(1), F(3)) == F("0.075")
    assert wire.pitch(F("1.2"), F(4), F(1)) == F("2.4")
    assert [wire.cycles(F(length), F(100), 2500) for length in (1, 25, 26)] == [1, 1, 2]


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_more_cmos_leaks_more(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert leakage.power(F(5), F(low), F(7), F(1)) <= leakage.power(F(5), F(high), F(7), F(1))
    assert leakage.power(F(5), F(7), F(7), F(1)) == 5


@pytest.mark.parametrize(
    ("bits", "phases", "reads", "conversions", "done"),
    [
        (3, 2, 7, 1, (0,)),  # not split: three bits are whole
        (4, 1, 15, 1, (0,)),
        (4, 2, 3 + 3, 2, (0, 2)),
        (5, 2, 7 + 3, 2, (0, 3)),  # the larger half first
        (7, 2, 15 + 7, 2, (0, 4)),
    ],
)
def test_bit_k_is_read_two_to_the_k_times_in_either_half(
    bits: int, phases: int, reads: int, conversions: int, done: tuple[int, ...]
) -> None:
    found = BitSerial(bits, F(1000), "analog", 256, F(1), F(1), F(1), phases, 3).reads()
    assert (found.number, found.conversions, found.planes, found.done) == (reads, conversions, bits, done)


def test_a_second_phase_finds_what_the_first_has_left() -> None:
    """Nine bits, then five: 14 steps, and one to reset in each of two phases."""
    part = replace(ChargeDecrement(9, F(300), "binary", F(2), F(3), F(1)), done=(0, 4))
    assert 2 * part.conversion() == (9 + 5 + 2) * 300
    use = Use(1, 10, 2, 22, F(0), planes=7)
    assert part.energy(use) == 10 * (7 * 3 + 14 * 2)


def test_word_lines_are_charged_once_a_plane_and_once_a_phase() -> None:
    part = BitSerial(4, F(1), "analog", 256, F(5), F(1), F(1), 2, 3, (F(3), F(2)))
    driven = Driven(rows=10, columns=256, planes=4, conversions=2, active=F(0))
    assert part.energy(driven) == 10 * 4 * 5
    assert part.lines(driven) == 10 * (4 * 3 + 2 * 2)


def test_a_ladder_has_two_resistors_a_bit() -> None:
    ladder = [Amplitude(bits, F(1000), 16, 256, F(1), F(1), "ladder").area(1, 256) for bits in (16, 20)]
    assert ladder == [1, F(20, 16)]


def test_levels_are_equally_far_apart() -> None:
    window = array.Window(F("0.2"), F(5900), 16520, F("0.985694"))
    assert window.at(F(0)) + 16519 * window.spacing == 5900
    assert window.mean == F("2950.1")
    assert float(window.asymmetry) == pytest.approx(1 - 0.985694)
