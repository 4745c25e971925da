"""All that decides how far results are from exact, taken from the chip file that also decides times and energies."""

from dataclasses import dataclass
from typing import Literal

from simulator.base.errors import InputError
from simulator.chip.accuracy import Accuracy
from simulator.chip.schema import Chip
from simulator.chip.timing import mvm
from simulator.functional.device import Device, device, full_scale

SECTION = "accuracy"
_GOING_ON = ("oscillator_counter", "duration")
"""Converters that tell one result of all phases."""


@dataclass(frozen=True)
class Coding:
    """How a row is driven: ``bits`` of magnitude beside the sign.

    ``kind``: one result an MVM (*whole*), one each input sign (*signs*) or sign and polarity (*quadrants*), one a bit,
    shifted and added (*digital*), or ``groups`` of bits, each integrated with its weights (*analog*).
    """

    bits: int
    kind: Literal["whole", "signs", "quadrants", "digital", "analog"] = "whole"
    groups: int = 1

    @property
    def largest(self) -> int:
        """The largest code, 2^bits - 1."""
        return (1 << self.bits) - 1


@dataclass(frozen=True)
class Adc:
    """Converters: ``bits`` with sign, columns that share one, range policy and margin, errors (steps, ``gain`` a
    share)."""

    bits: int
    shared: int = 1
    policy: Literal["max", "calibrated", "granular"] = "calibrated"
    margin: float = 0.0
    gain: float = 0.0
    offset: float = 0.0
    curvature: float = 0.0
    noise: float = 0.0

    @property
    def largest(self) -> int:
        """The largest code; as many below zero."""
        return (1 << self.bits - 1) - 1


@dataclass(frozen=True)
class Physics:
    """One tile's physics. Conductances [uS] of one device as its model describes it; ``read`` [s] is how long a
    device is integrated in an MVM: phases that read other signs or polarities do not add to it.

    ``devices`` modelled a polarity; ``offset``: one device a weight and a reference column instead of two polarities.
    ``levels``: steps of a polarity, None for any value. ``wires``: resistance [ohm] from cell to cell of (row, column).
    """

    rows: int
    columns: int
    device: Device
    coding: Coding
    adc: Adc
    read: float
    full: float
    floor: float = 0.0
    devices: int = 1
    offset: bool = False
    levels: int | None = None
    per_column: bool = False
    wires: tuple[float, float] | None = None
    stuck: tuple[float, float] = (0.0, 0.0)
    partial_bits: int = 8
    half: bool = True

    @property
    def signed(self) -> float:
        """Level of the largest weight: steps, or 1 (half of it beside a reference column) if there are none."""
        if self.levels is None:
            return 0.5 if self.offset else 1.0
        return float(self.levels // 2 if self.offset else self.levels)


def physics(chip: Chip, planes: int = 1) -> Physics:
    """From a chip file. InputError without device data, or where they do not fit.

    ``planes``: matrices that share the devices of a tile, each with that share of them.
    """
    section = chip.accuracy
    if section is None:
        raise InputError(
            "says nothing of devices, so there is no accuracy to tell",
            place=chip.name,
            field=SECTION,
            remedy="Add the section 'accuracy' (docs/accuracy.md), or take a chip that has it",
        )
    _one_converter(chip)
    tile, coding = chip.tile, _coding(chip)
    model, modelled, offset = _devices(section, chip, planes)
    if offset and coding.kind == "quadrants":
        raise InputError(
            "reads each polarity by itself, of which a weight of one device has none",
            field="tile.read_mode",
            value=chip.tile.read_mode,
        )
    full, floor, levels = _window(section, chip, model)
    times = mvm(chip)
    return Physics(
        rows=int(tile.crossbar.rows),
        columns=int(tile.crossbar.columns),
        device=model,
        coding=coding,
        adc=_adc(chip, section),
        read=float(times.reads * times.read) * 1e-12,
        full=full,
        floor=floor,
        devices=modelled,
        offset=offset,
        levels=levels,
        per_column=section.weight_scale == "column",
        wires=(float(section.wires.row), float(section.wires.column)) if section.wires else None,
        stuck=(float(section.stuck.low), float(section.stuck.high)),
        partial_bits=int(section.partial_sums),
        half=_half(chip, section),
    )


def _one_converter(chip: Chip) -> None:
    """InputError where a column of weights is more than one column of devices, read in one go."""
    crossbar = chip.tile.crossbar
    if crossbar.lines > int(crossbar.columns) or crossbar.groups > 1:
        rule = "has no model of accuracy: a column of weights is converted in several parts"
        raise InputError(
            rule, place=chip.name, field="tile.crossbar", remedy="Set slices and row_blocks to 1"
        )


def _window(section: Accuracy, chip: Chip, model: Device) -> tuple[float, float, int | None]:
    """g_max and g_min [uS] and steps between them: those that cost energy, tile.crossbar.conductance, where given."""
    held = chip.tile.crossbar.conductance
    if held is None:
        full = full_scale(model, section.g_max)
        levels = section.levels or model.levels
        return full, float(model.g_min) * full / float(model.g_max), int(levels or 0) or None
    for name, value in (("g_max", section.g_max), ("levels", section.levels)):
        if value is not None:
            rule = "is given by tile.crossbar.conductance already"
            raise InputError(rule, field=f"accuracy.{name}", value=value.text, remedy="Leave it out")
    return full_scale(model, held.high), float(held.low), int(held.levels) - 1


def _half(chip: Chip, section: Accuracy) -> bool:
    """Whether local units compute in half precision, for which their words must have 16 bits."""
    word = chip.tile.local_digital.word_bits
    if section.local_arithmetic == "half" and int(word) != 16:
        rule = f"needs words of 16 bits, tile.local_digital.word_bits is {word.text}"
        raise InputError(rule, field="accuracy.local_arithmetic", value="half", remedy="Set it to exact")
    return section.local_arithmetic == "half"


def _devices(section: Accuracy, chip: Chip, planes: int) -> tuple[Device, int, bool]:
    """Model, devices of it a polarity, and whether one device and a reference column hold a weight."""
    crossbar = chip.tile.crossbar
    a_weight = int(crossbar.devices_per_weight) // planes
    if a_weight != 1 and a_weight % 2:
        raise InputError(
            "must be 1 (beside a reference column) or even (as many a polarity)",
            field="tile.crossbar.devices_per_weight",
            value=a_weight,
        )
    each = max(a_weight // 2, 1)
    name = section.devices.get(str(each))
    if name is None:
        known = ", ".join(sorted(section.devices))
        raise InputError(
            f"has a model for {known} devices a polarity, not for {each}",
            field="accuracy.devices",
            remedy="Give one, or another tile.crossbar.devices_per_weight",
        )
    try:
        model = device(name)
    except InputError as error:
        raise InputError(
            error.rule, field=f"accuracy.devices.{each}", value=error.value, remedy=error.remedy
        ) from error
    if each % model.per_polarity or each // model.per_polarity > 2:
        raise InputError(
            f"describes {model.per_polarity} devices a polarity as one, of which there can be one or two",
            field=f"accuracy.devices.{each}",
            value=name,
        )
    return model, each // model.per_polarity, a_weight == 1


def _coding(chip: Chip) -> Coding:
    """Phases split bits where inputs come bit by bit, and signs and polarities elsewhere.

    An oscillator's counters, and charge that becomes a duration, go on from phase to phase: one rounding.
    """
    section, phases = chip.tile.input, chip.tile.phases
    bits = int(section.magnitude_bits)
    if section.coding == "bit_serial":
        if section.accumulate == "digital":
            return Coding(bits, "digital")
        halves = int(section.phases) == 2 and bits > int(section.whole_bits)
        return Coding(bits, "analog", 2 if halves else 1)
    if chip.tile.adc.kind in _GOING_ON or phases == 1:
        return Coding(bits)
    return Coding(bits, "signs" if phases < 4 else "quadrants")


def _adc(chip: Chip, section: Accuracy) -> Adc:
    adc, errors = chip.tile.adc, section.converter
    if int(adc.bits) < 2:
        raise InputError("must be at least 2: a sign and a bit", field="tile.adc.bits", value=adc.bits.text)
    return Adc(
        int(adc.bits) + (section.converter_sign == "separate"),
        int(adc.columns_per_converter),
        section.converter_range,
        float(section.range_margin),
        *(float(value) for value in (errors.gain, errors.offset, errors.curvature, errors.noise)),
    )
