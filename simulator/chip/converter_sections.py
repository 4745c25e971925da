"""Sections ``tile.adc``: one class a kind of converter."""

from typing import TYPE_CHECKING, Annotated, Literal, Union

from pydantic import Field

from simulator.base.units import Quantity
from simulator.chip.converter_base import ConverterSection, SampledConverter
from simulator.chip.kinds import converters
from simulator.chip.leaf import Area, Bits, Energy, Frequency, Power, Ratio, Time
from simulator.chip.section import Anchor, Component, library, library_anchor
from simulator.parts.converters import (
    charge_decrement,
    discrete,
    duration,
    flash,
    oscillator_counter,
    ramp,
    sar,
)
from simulator.parts.converters.common import Converter


class OscillatorAnchor(Anchor):
    """Power and area of one converter."""

    counter_bits: Bits
    peak_frequency: Frequency
    power: Power
    area: Area
    counter_share: Ratio = library(oscillator_counter.COUNTER_SHARE)


class OscillatorConverter(ConverterSection):
    """Current-controlled oscillator and counters that count while the pulses last: 2^bits periods at least."""

    kind: Literal["oscillator_counter"]
    counter_bits: Bits = library(oscillator_counter.COUNTER_BITS)
    peak_frequency: Frequency = library(oscillator_counter.PEAK_FREQUENCY)
    anchor: OscillatorAnchor = library_anchor(
        OscillatorAnchor,
        node=oscillator_counter.NODE,
        supply=oscillator_counter.SUPPLY,
        counter_bits=oscillator_counter.COUNTER_BITS,
        peak_frequency=oscillator_counter.PEAK_FREQUENCY,
        power=oscillator_counter.POWER,
        area=oscillator_counter.AREA,
        counter_share=oscillator_counter.COUNTER_SHARE,
    )

    @property
    def figure(self) -> Quantity:
        """The anchor's figure that energy is scaled from."""
        return self.anchor.power

    def part(self) -> oscillator_counter.Oscillator:
        """The part with these parameters."""
        at = self.anchor
        return oscillator_counter.Oscillator(
            int(self.bits), int(self.counter_bits), self.peak_frequency.magnitude, int(at.counter_bits),
            at.peak_frequency.magnitude, at.power.magnitude, at.area.magnitude, at.counter_share.magnitude,
        )  # fmt: skip


class RampAnchor(Anchor):
    """Bias of a comparator, energy of a step into a latch, a converter's area; the ramp generator's power and area."""

    bits: Bits
    comparator_power: Power
    step_energy: Energy
    area: Area
    generator_power: Power
    generator_area: Area
    latch_share: Ratio = library(ramp.LATCH)


class RampConverter(SampledConverter):
    """Single slope: 2^bits steps of ``lsb_time``; ``shared``: one ramp for all converters of a tile."""

    kind: Literal["ramp"]
    lsb_time: Time = library(ramp.LSB)
    shared: bool = True
    anchor: RampAnchor = library_anchor(
        RampAnchor,
        node=ramp.NODE,
        supply=ramp.SUPPLY,
        bits=ramp.ANCHOR_BITS,
        comparator_power=ramp.COMPARATOR,
        step_energy=ramp.LEVEL,
        area=ramp.AREA,
        generator_power=ramp.GENERATOR_POWER,
        generator_area=ramp.GENERATOR_AREA,
        latch_share=ramp.LATCH,
    )

    @property
    def figure(self) -> Quantity:
        """The anchor's figure that energy is scaled from."""
        return self.anchor.comparator_power

    def part(self) -> Converter:
        """The part with these parameters."""
        at = self.anchor
        return ramp.Ramp(
            int(self.bits), self.lsb_time.magnitude, self.shared, int(at.bits), at.comparator_power.magnitude,
            at.step_energy.magnitude, at.area.magnitude, at.latch_share.magnitude, at.generator_power.magnitude,
            at.generator_area.magnitude,
        )  # fmt: skip


class SarAnchor(Anchor):
    """Energy of a conversion and area of a converter."""

    bits: Bits
    energy: Energy
    area: Area
    energy_share: Ratio = library(sar.ENERGY_SHARE)
    area_share: Ratio = library(sar.AREA_SHARE)


class SarConverter(SampledConverter):
    """Successive approximation: a cycle to sample and one a bit."""

    kind: Literal["sar"]
    cycle: Time = library(sar.CYCLE)
    anchor: SarAnchor = library_anchor(
        SarAnchor,
        node=sar.NODE,
        supply=sar.SUPPLY,
        bits=sar.ANCHOR_BITS,
        energy=sar.ENERGY,
        area=sar.AREA,
        energy_share=sar.ENERGY_SHARE,
        area_share=sar.AREA_SHARE,
    )

    @property
    def figure(self) -> Quantity:
        """The anchor's figure that energy is scaled from."""
        return self.anchor.energy

    def part(self) -> Converter:
        """The part with these parameters."""
        at = self.anchor
        return sar.Sar(
            int(self.bits), self.cycle.magnitude, int(at.bits), at.energy.magnitude, at.area.magnitude,
            at.energy_share.magnitude, at.area_share.magnitude,
        )  # fmt: skip


class FlashAnchor(Anchor):
    """Energy of a decision and area of one comparator."""

    energy: Energy
    area: Area


class FlashConverter(SampledConverter):
    """2^bits - 1 comparators, one ``cycle`` a conversion."""

    kind: Literal["flash"]
    cycle: Time = library(flash.CYCLE)
    anchor: FlashAnchor = library_anchor(
        FlashAnchor, node=flash.NODE, supply=flash.SUPPLY, energy=flash.ENERGY, area=flash.AREA
    )

    @property
    def figure(self) -> Quantity:
        """The anchor's figure that energy is scaled from."""
        return self.anchor.energy

    def part(self) -> Converter:
        """The part with these parameters."""
        at = self.anchor
        return flash.Flash(int(self.bits), self.cycle.magnitude, at.energy.magnitude, at.area.magnitude)


class ChargeDecrementAnchor(Anchor):
    """Energy of a step and of integrating a plane of bits, area of a converter."""

    step_energy: Energy
    plane_energy: Energy
    area: Area


class ChargeDecrementConverter(ConverterSection):
    """Integrating neuron; ``search``: binary (a step a bit) or linear (equal packets)."""

    kind: Literal["charge_decrement"]
    step: Time = library(charge_decrement.STEP)
    search: Literal["binary", "linear"] = "binary"
    anchor: ChargeDecrementAnchor = library_anchor(
        ChargeDecrementAnchor,
        node=charge_decrement.NODE,
        supply=charge_decrement.SUPPLY,
        step_energy=charge_decrement.STEP_ENERGY,
        plane_energy=charge_decrement.PLANE_ENERGY,
        area=charge_decrement.AREA,
    )

    @property
    def figure(self) -> Quantity:
        """The anchor's figure that energy is scaled from."""
        return self.anchor.step_energy

    def part(self) -> Converter:
        """The part with these parameters."""
        at = self.anchor
        return charge_decrement.ChargeDecrement(
            int(self.bits), self.step.magnitude, self.search, at.step_energy.magnitude,
            at.plane_energy.magnitude, at.area.magnitude,
        )  # fmt: skip


class DurationAnchor(Anchor):
    """Power of a column's amplifier and mirror, of its comparator with its share of the ramp, area of a column."""

    integrator_power: Power
    comparator_power: Power
    area: Area


class DurationConverter(ConverterSection):
    """Charge to durations that leave the tile; ``landing_pads`` make words of them: 2^bits steps of ``lsb_time``."""

    kind: Literal["duration"]
    lsb_time: Time = library(duration.LSB)
    anchor: DurationAnchor = library_anchor(
        DurationAnchor,
        node=duration.NODE,
        supply=duration.SUPPLY,
        integrator_power=duration.INTEGRATOR,
        comparator_power=duration.COMPARATOR,
        area=duration.AREA,
    )

    @property
    def figure(self) -> Quantity:
        """The anchor's figure that energy is scaled from."""
        return self.anchor.comparator_power

    def part(self) -> duration.Duration:
        """The part with these parameters."""
        at = self.anchor
        return duration.Duration(
            int(self.bits), self.lsb_time.magnitude, at.integrator_power.magnitude, at.comparator_power.magnitude,
            at.area.magnitude,
        )  # fmt: skip


class DiscreteAnchor(Component):
    """Energy of a conversion."""

    energy: Energy


class DiscreteConverter(ConverterSection):
    """A component on the board, behind an amplifier that follows the column."""

    kind: Literal["discrete"]
    time: Time = library(discrete.TIME)
    anchor: DiscreteAnchor = library_anchor(DiscreteAnchor, energy=discrete.ENERGY)

    @property
    def figure(self) -> Quantity:
        """The anchor's figure that energy is taken from."""
        return self.anchor.energy

    def part(self) -> Converter:
        """The part with these parameters."""
        return discrete.Discrete(int(self.bits), self.time.magnitude, self.anchor.energy.magnitude)


if TYPE_CHECKING:
    AnyConverter = (
        OscillatorConverter
        | RampConverter
        | SarConverter
        | FlashConverter
        | ChargeDecrementConverter
        | DurationConverter
        | DiscreteConverter
    )
else:
    _HERE = (OscillatorConverter, RampConverter, SarConverter, FlashConverter, ChargeDecrementConverter)
    AnyConverter = Annotated[
        Union[(*_HERE, DurationConverter, DiscreteConverter, *converters())], Field(discriminator="kind")
    ]
