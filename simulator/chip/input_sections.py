"""Sections ``tile.input``: one class a coding."""

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field, model_validator

from simulator.base.explain import RuleError
from simulator.base.units import Quantity
from simulator.chip.leaf import Area, Bits, Energy, Positive, Power, Time
from simulator.chip.section import Anchor, Section, library, library_anchor
from simulator.parts.inputs import amplitude, bit_serial, pulse_width
from simulator.parts.inputs.common import Input


class PulseWidthAnchor(Anchor):
    """Power and area of one row's modulator."""

    columns: Positive
    magnitude_bits: Bits
    power: Power
    area: Area


class PulseWidthInput(Section):
    """Inputs as pulse durations: 2^magnitude_bits slots, which are longer where the converter needs time."""

    coding: Literal["pulse_width"]
    magnitude_bits: Bits
    slot: Time
    anchor: PulseWidthAnchor = library_anchor(
        PulseWidthAnchor,
        node=pulse_width.NODE,
        supply=pulse_width.SUPPLY,
        columns=pulse_width.COLUMNS,
        magnitude_bits=pulse_width.MAGNITUDE_BITS,
        power=pulse_width.POWER,
        area=pulse_width.AREA,
    )

    @property
    def figure(self) -> Quantity:
        """The anchor's figure that energy is scaled from."""
        return self.anchor.power

    def part(self) -> Input:
        """The part with these parameters."""
        at = self.anchor
        return pulse_width.PulseWidth(
            int(self.magnitude_bits), self.slot.magnitude, int(at.magnitude_bits), int(at.columns),
            at.power.magnitude, at.area.magnitude,
        )  # fmt: skip


class BitSerialAnchor(Anchor):
    """Energy of a row and plane of bits, area of a row's driver and of a register bit.

    ``word_line_energy``, ``word_line_start``: of a row's word line a plane, and once a conversion, where they are told
    apart from the row's own.
    """

    columns: Positive
    energy: Energy
    word_line_energy: Energy | None = None
    word_line_start: Energy | None = None
    area: Area
    register_area: Area = library(bit_serial.REGISTER)


class BitSerialInput(Section):
    """Inputs bit by bit; ``accumulate``: digital (a conversion a bit), analog (bit k 2^k times, one conversion).

    ``phases`` 2: inputs of more than ``whole_bits`` magnitude bits are split in two, each half with its conversion.
    """

    coding: Literal["bit_serial"]
    magnitude_bits: Bits
    cycle: Time
    accumulate: Literal["digital", "analog"] = "digital"
    phases: Positive = library(bit_serial.PHASES)
    whole_bits: Positive = library(bit_serial.WHOLE)
    anchor: BitSerialAnchor = library_anchor(
        BitSerialAnchor,
        node=bit_serial.NODE,
        supply=bit_serial.SUPPLY,
        columns=bit_serial.COLUMNS,
        energy=bit_serial.ENERGY,
        area=bit_serial.AREA,
        register_area=bit_serial.REGISTER,
    )

    @model_validator(mode="after")
    def _possible(self) -> "BitSerialInput":
        if int(self.phases) > 2 or (int(self.phases) == 2 and self.accumulate == "digital"):
            rule = "must be 1, or 2 where bits add up on a capacitor (accumulate: analog)"
            raise RuleError(rule, path=("phases",), value=self.phases.text)
        return self

    @property
    def figure(self) -> Quantity:
        """The anchor's figure that energy is scaled from."""
        return self.anchor.energy

    def part(self) -> bit_serial.BitSerial:
        """The part with these parameters."""
        at = self.anchor
        lines = (at.word_line_energy, at.word_line_start)
        plane, start = (figure.magnitude if figure else Fraction(0) for figure in lines)
        return bit_serial.BitSerial(
            int(self.magnitude_bits), self.cycle.magnitude, self.accumulate, int(at.columns),
            at.energy.magnitude, at.area.magnitude, at.register_area.magnitude, int(self.phases),
            int(self.whole_bits), (plane, start),
        )  # fmt: skip


class AmplitudeAnchor(Anchor):
    """Energy of a row and read, area of a row's digital-to-analog converter."""

    columns: Positive
    magnitude_bits: Bits
    energy: Energy
    area: Area


class AmplitudeInput(Section):
    """Inputs as voltages: one read, ``settle`` long; ``network``: what converts, capacitors or a resistor ladder."""

    coding: Literal["amplitude"]
    magnitude_bits: Bits
    settle: Time
    network: Literal["capacitive", "ladder"] = "capacitive"
    anchor: AmplitudeAnchor = library_anchor(
        AmplitudeAnchor,
        node=amplitude.NODE,
        supply=amplitude.SUPPLY,
        columns=amplitude.COLUMNS,
        magnitude_bits=amplitude.ANCHOR_BITS,
        energy=amplitude.ENERGY,
        area=amplitude.AREA,
    )

    @property
    def figure(self) -> Quantity:
        """The anchor's figure that energy is scaled from."""
        return self.anchor.energy

    def part(self) -> Input:
        """The part with these parameters."""
        at = self.anchor
        return amplitude.Amplitude(
            int(self.magnitude_bits), self.settle.magnitude, int(at.magnitude_bits), int(at.columns),
            at.energy.magnitude, at.area.magnitude, self.network,
        )  # fmt: skip


InputSection = Annotated[PulseWidthInput | BitSerialInput | AmplitudeInput, Field(discriminator="coding")]
