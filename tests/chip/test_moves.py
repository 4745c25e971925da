"""What each field of a chip moves, and in which direction."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from variants import chip

from simulator.chip.areas import die_area, tile_areas
from simulator.chip.costs import costs, pitch
from simulator.chip.resolve import resolve
from simulator.chip.timing import mvm

Figures = dict[str, Fraction]
SAR = ("tile.adc.kind=sar", "tile.adc.sample_hold=true")
SERIAL = ("tile.input.coding=bit_serial", "tile.input.cycle=5 ns")
DAC = ("tile.input.coding=amplitude", "tile.input.settle=5 ns", "tile.adc.kind=sar")


def figures(*sets: str) -> Figures:
    made = chip(*sets)
    each, areas, hardware = costs(made), tile_areas(made), resolve(made)
    return {
        "window": mvm(made).occupancy,
        "latency": mvm(made).latency,
        "local": Fraction(hardware.local.occupancy(252)),
        "link": Fraction(hardware.link.occupancy(252)),
        "input": each.input.value,
        "crossbar": each.crossbar.value,
        "adc": each.adc.value,
        "buffer": each.buffer.value,
        "output": each.output.value,
        "wire": each.wire.value,
        "clock": each.clock.value,
        "leakage": each.leakage.value,
        "macro": areas.macro,
        "tile": areas.tile,
        "die": die_area(made, areas.tile),
    }


def moved(before: Figures, after: Figures) -> tuple[set[str], set[str]]:
    """Figures that rose and that fell."""
    return {f for f in before if after[f] > before[f]}, {f for f in before if after[f] < before[f]}


AREAS = {"macro", "tile", "die", "leakage", "wire"}
"""More CMOS in the macro leaks, and drives the tiles apart."""
DIGITAL = AREAS - {"macro"} | {"clock"}
MVM = {"window", "latency", "input", "crossbar", "adc"}
CASES: dict[str, tuple[tuple[str, ...], tuple[str, ...], set[str], set[str]]] = {
    "rows": ((), ("tile.crossbar.rows=512",), MVM | AREAS | {"buffer"}, set()),
    "columns": ((), ("tile.crossbar.columns=512",), MVM | AREAS | {"clock"}, set()),
    "devices a weight": ((), ("tile.crossbar.devices_per_weight=8",), AREAS - {"leakage"} | {"crossbar"}, set()),
    "read mode": (("tile.read_mode=one_phase",), ("tile.read_mode=four_phase",), MVM, set()),
    "pulse-width bits": ((), ("tile.input.magnitude_bits=8",), MVM | AREAS, set()),
    "slot": ((), ("tile.input.slot=2 ns",), MVM, set()),
    "bit-serial bits": (
        (*SERIAL, "tile.input.magnitude_bits=5", "tile.adc.bits=4"),
        ("tile.input.magnitude_bits=7",),
        MVM | AREAS,
        set(),
    ),
    "amplitude bits": (
        (*DAC, "tile.input.magnitude_bits=5", "tile.adc.bits=8"),
        ("tile.input.magnitude_bits=7",),
        AREAS | {"input"},
        set(),
    ),
    "oscillator bits": ((), ("tile.adc.bits=10",), MVM, set()),
    "oscillator frequency": (("tile.adc.bits=9",), ("tile.adc.peak_frequency=6.6 GHz",), {"adc"}, MVM - {"adc"}),
    "counter bits": ((), ("tile.adc.counter_bits=14",), AREAS, set()),
    "SAR bits": ((*SAR, "tile.adc.bits=6"), ("tile.adc.bits=8",), AREAS | {"latency", "adc"}, set()),
    "SAR sharing": (
        (*SAR, "tile.adc.bits=8"),
        ("tile.adc.columns_per_converter=8",),
        {"latency"},
        AREAS,
    ),
    "SAR sharing beyond the reads": (
        (*SAR, "tile.adc.bits=8"),
        ("tile.adc.columns_per_converter=256",),
        {"window", "latency"},
        AREAS,
    ),
    "ramp bits": (
        ("tile.adc.kind=ramp", "tile.adc.sample_hold=true", "tile.adc.bits=6"),
        ("tile.adc.bits=9",),
        AREAS | {"window", "latency", "adc"},
        set(),
    ),
    "LSB time": (
        ("tile.adc.kind=ramp", "tile.adc.sample_hold=true", "tile.adc.bits=8"),
        ("tile.adc.lsb_time=2 ns",),
        {"window", "latency", "adc"},
        set(),
    ),
    "a ramp each": (
        ("tile.adc.kind=ramp", "tile.adc.sample_hold=true", "tile.adc.bits=8"),
        ("tile.adc.shared=false",),
        AREAS | {"adc"},
        set(),
    ),
    "flash bits": (
        ("tile.adc.kind=flash", "tile.adc.sample_hold=true", "tile.adc.bits=4"),
        ("tile.adc.bits=6",),
        AREAS | {"adc"},
        set(),
    ),
    "no samplers": (
        (*DAC, "tile.input.magnitude_bits=7", "tile.adc.bits=8", "tile.adc.sample_hold=true"),
        ("tile.adc.sample_hold=false",),
        {"window", "latency", "crossbar", "adc"},
        AREAS,
    ),
    "digital clock": ((), ("clocks.digital=800 MHz",), {"clock"}, {"local", "link"}),
    "lanes": ((), ("tile.local_digital.lanes=4",), DIGITAL, {"local"}),
    "word": ((), ("tile.local_digital.word_bits=32",), DIGITAL | {"output"}, set()),
    "link width": ((), ("links.lanes=32",), DIGITAL, {"link"}),
    "link length": ((), ("links.pitch.length=2.4 mm",), {"wire"}, set()),
    "buffer depth": ((), ("tile.input_buffer.vectors=16",), DIGITAL - {"clock"} | {"buffer"}, set()),
    "supply": (
        (),
        ("technology.supply=0.7 V",),
        set(),
        {"input", "crossbar", "adc", "buffer", "output", "wire", "clock", "leakage"},
    ),
    "node": (
        (),
        ("technology.node=10 nm",),
        set(),
        {"input", "adc", "buffer", "output", "wire", "clock", "macro", "tile", "die"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_field_moves_these_figures_and_no_others(name: str) -> None:
    start, change, up, down = CASES[name]
    assert moved(figures(*start), figures(*start, *change)) == (up, down)


counts = st.integers(16, 1024)


@settings(max_examples=40)
@given(counts, counts, st.integers(0, 500), st.integers(0, 500))
def test_no_figure_falls_when_the_array_grows(
    rows: int, columns: int, more_rows: int, more_columns: int
) -> None:
    small, large = (
        figures(f"tile.crossbar.rows={r}", f"tile.crossbar.columns={c}")
        for r, c in ((rows, columns), (min(rows + more_rows, 1024), min(columns + more_columns, 1024)))
    )
    assert moved(small, large)[1] == set()


@settings(max_examples=40)
@given(st.sampled_from(["sar", "ramp"]), st.integers(2, 11), st.integers(0, 8))
def test_one_more_bit_never_costs_less_however_converters_are_shared(
    kind: str, bits: int, doublings: int
) -> None:
    base = (
        f"tile.adc.kind={kind}",
        "tile.adc.sample_hold=true",
        f"tile.adc.columns_per_converter={1 << doublings}",
    )
    fewer, more = (figures(*base, f"tile.adc.bits={b}") for b in (bits, bits + 1))
    up, down = moved(fewer, more)
    assert down == set()
    assert up >= {"adc", "macro", "leakage"}


@settings(max_examples=25)
@given(st.integers(1, 255))
def test_a_wider_link_is_never_slower_and_never_free(lanes: int) -> None:
    up, down = moved(figures(f"links.lanes={lanes}"), figures(f"links.lanes={lanes + 1}"))
    assert down <= {"link"}
    assert up >= {"tile", "leakage", "clock"}


def test_a_figure_that_a_law_has_moved_is_derived() -> None:
    assert costs(chip()).output.label == "calibrated"
    assert costs(chip("tile.local_digital.word_bits=8")).output.label == "derived"
    assert costs(chip("tile.input_buffer.vectors=4")).buffer.label == "assumption"


def test_the_pitch_follows_the_side_of_a_tile() -> None:
    assert pitch(chip()) == Fraction("1.2")
    grown = chip("tile.crossbar.rows=512", "tile.crossbar.columns=512")
    assert float(pitch(grown)) == pytest.approx(
        1.2 * float(tile_areas(grown).tile / Fraction("1.392")) ** 0.5
    )


def test_host_energy_from_the_library_or_the_file() -> None:
    host = costs(chip("host.memory=hbm2e")).host
    assert host is not None
    assert (host.value, host.label) == (48, "source")
    own = costs(chip("host.memory=hbm2e", "host.energy=1 pJ/bit")).host
    assert own is not None
    assert own.value == 8
