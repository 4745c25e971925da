"""What cannot be built is refused with field, rule, value and remedy."""

import pytest
from variants import chip

from simulator.base.errors import InputError

SAR = ("tile.adc.kind=sar", "tile.adc.bits=8")
SERIAL = ("tile.input.coding=bit_serial", "tile.input.magnitude_bits=7", "tile.input.cycle=5 ns")
REFUSED = {
    (
        "tile.adc.columns_per_converter=2",
    ): "tile.adc.columns_per_converter: a converter of kind oscillator_counter takes "
    "part in every read of its column: it cannot serve others in turn, got 2. Set it to 1, or take ramp, sar or flash",
    (*SAR, "tile.adc.sample_hold=true", "tile.adc.columns_per_converter=512"): (
        "tile.adc.columns_per_converter: is more than the 256 columns of the array, got 512"
    ),
    SAR: "tile.adc.sample_hold: a sar converter reads a level: the charge of a pulse must be kept for it, got False. "
    "Set tile.adc.sample_hold: true",
    (*SERIAL, *SAR, "tile.input.accumulate=analog"): (
        "tile.adc.sample_hold: a sar converter reads a level: weighted reads must add up somewhere, got False. "
        "Set tile.adc.sample_hold: true, or accumulate: digital"
    ),
    ("tile.adc.kind=charge_decrement", "tile.adc.bits=6"): (
        "tile.adc.kind: cannot read pulse widths: it samples a settled voltage, got 'charge_decrement'. "
        "Take bit_serial or amplitude inputs"
    ),
    ("tile.adc.counter_bits=9",): (
        "--set:1: tile.adc.counter_bits: must hold 844 counts at full scale (3.3 GHz over 128 ns, 4 phases on 2 "
        "counters), got '9'. Take at least 10, or fewer bits"
    ),
    (
        "tile.adc.bits=12",
    ): "tile.adc.counter_bits: must hold 8192 counts at full scale (3.3 GHz over 1241.21 ns, "
    "4 phases on 2 counters), got '12'. Take at least 13, or fewer bits",
    ("tile.adc.peak_frequency=7 GHz",): (
        "tile.adc.peak_frequency: must be between 0.3 GHz and 6.6 GHz, where the law holds, got '7 GHz'. Range: a "
        "tenth to twice the 3.3 GHz measured"
    ),
    ("tile.crossbar.rows=2048",): (
        "--set:1: tile.crossbar.rows: must be between 16 and 1024, where the law holds, got '2048'. Range: arrays "
        "built so far, up to 1024 x 1024 (Le Gallo et al. 2023, ED Table II)"
    ),
    (
        "tile.input.magnitude_bits=11",
    ): "tile.input.magnitude_bits: must be between 1 and 10, where the law holds",
    ("tile.input.slot=0.5 ns",): (
        "tile.input.slot: is shorter than a cycle of clocks.mvm, 1 GHz, which times the pulses, got '0.5 ns'"
    ),
    (
        *SERIAL,
        "tile.input.magnitude_bits=9",
    ): "tile.input.magnitude_bits: must be between 1 and 8, where the law holds",
    (
        "technology.node=5 nm",
    ): "technology.node: must be between 7 nm and 180 nm, where the law holds, got '5 nm'. "
    "Range: the tables of Stillmaker and Baas, Integration 58, 74 (2017)",
    ("technology.supply=1.2 V",): (
        "technology.supply: must be between 0.48 V and 1.12 V, where the law holds, got '1.2 V'. Range: 0.6 to 1.4 "
        "times the nominal 0.8 V of the node"
    ),
    (
        "technology.supply=0.7 V",
        "tile.leakage.supply=3 V",
    ): "tile.leakage.supply: must be between 0.48 V and 1.12 V",
    (
        "clocks.digital=2 GHz",
    ): "clocks.digital: must be at most 1000 MHz at this node and supply, by the alpha-power law "
    "from 1 GHz (P ED Table I: the PWM clock, the fastest logic of the chip), got '2 GHz'",
    ("clocks.digital=800 MHz", "technology.supply=0.6 V"): "clocks.digital: must be at most 575.3 MHz",
    ("tile.local_digital.word_bits=64",): (
        "tile.local_digital.word_bits: must be between 8 bits and 32 bits, where the law holds, got '64 bits'. Range: "
        "floating point of 16 and 32 bits (Horowitz, ISSCC 2014); 8 bits extrapolated"
    ),
    (
        "tile.local_digital.lanes=65",
    ): "tile.local_digital.lanes: must be between 1 and 64, where the law holds, got '65'",
    ("links.lanes=512",): "links.lanes: must be between 1 and 256, where the law holds, got '512'",
    ("links.pitch.length=20 mm",): (
        "links.latency: a signal needs 2 cycles for the longest link, 40 mm, got '1'. Take at least 2, "
        "or a slower clock"
    ),
    (
        "links.pitch.length=31 mm",
    ): "links.pitch: must be between 0.05 mm and 30 mm, where the law holds, got '31 mm'",
    ("tile.input_buffer.vectors=100000",): (
        "tile.input_buffer.vectors: must be between 16 byte and 1048576 byte, where the law holds, got '25600000 byte'"
    ),
    ("tile.local_digital.anchor.shares.datapath=0.5",): (
        "tile.local_digital.anchor.shares: shares must add up to 1, got 1.05"
    ),
    ("die.area=derived", "die.overhead=null"): "die.overhead: must be given where die.area is derived",
    ("die.area=100 mm^2", "tile.crossbar.rows=512"): "die.area: is smaller than its 64 tiles of 1.703 mm^2",
}


@pytest.mark.parametrize("sets", REFUSED, ids=" ".join)
def test_refused(sets: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as caught:
        chip(*sets)
    assert REFUSED[sets] in str(caught.value)
    assert caught.value.exit_code == 2


BUILT = [
    (*SAR, "tile.adc.sample_hold=true", "tile.adc.columns_per_converter=8"),
    ("tile.adc.kind=ramp", "tile.adc.bits=8", "tile.adc.sample_hold=true"),
    ("tile.adc.kind=flash", "tile.adc.bits=5", "tile.adc.sample_hold=true"),
    (*SERIAL, "tile.adc.bits=4"),
    (*SERIAL, *SAR),
    (*SERIAL, "tile.input.accumulate=analog", "tile.adc.kind=charge_decrement", "tile.adc.bits=6"),
    ("tile.input.coding=amplitude", "tile.input.magnitude_bits=6", "tile.input.settle=5 ns", *SAR),
    ("clocks.digital=1 GHz", "technology.node=7 nm", "technology.supply=0.7 V"),
    ("tile.crossbar.rows=1024", "tile.crossbar.columns=1024"),
]


@pytest.mark.parametrize("sets", BUILT, ids=" ".join)
def test_built(sets: tuple[str, ...]) -> None:
    assert chip(*sets).tiles == 64
