"""Areas of a tile's parts and of the chip, scaled from their anchors [mm^2]."""

from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from simulator.chip import scaling
from simulator.chip.converter_base import SampledConverter
from simulator.chip.schema import Chip
from simulator.chip.timing import anchor_size, size
from simulator.parts import array, compute_core, digital, landing_pad, sram
from simulator.parts.digital import Shares, Unit


@dataclass(frozen=True)
class TileAreas:
    """Parts of a tile; ``digital`` holds all that is not listed."""

    array: Fraction
    input: Fraction
    adc: Fraction
    buffers: Fraction
    digital: Fraction

    @property
    def macro(self) -> Fraction:
        """Array, input modulators and converters."""
        return self.array + self.input + self.adc

    @property
    def cmos(self) -> Fraction:
        """What leaks: all but the array."""
        return self.input + self.adc + self.buffers + self.digital

    @property
    def tile(self) -> Fraction:
        """The whole tile."""
        return self.array + self.cmos


def tile_areas(chip: Chip) -> TileAreas:
    """Areas of a tile; InputError outside a law's range."""
    tile = chip.tile
    at = tile.crossbar.anchor
    cells = array.devices(size(tile), anchor_size(tile))
    modulators = tile.input.part().area(int(tile.crossbar.rows), int(tile.crossbar.columns))
    return TileAreas(
        array=at.area.magnitude * cells * scaling.area(chip, at),
        input=modulators * scaling.area(chip, tile.input.anchor),
        adc=tile.adc.part().area(tile.converters) * scaling.area(chip, tile.adc.anchor) + _columns(chip),
        buffers=_buffers(chip),
        digital=_digital(chip),
    )


def die_area(chip: Chip, tile: Fraction) -> Fraction:
    """The given area, or that of all tiles of ``tile`` [mm^2], global units, attention units and the overhead."""
    if chip.die.area != "derived":
        return chip.die.area.magnitude
    assert chip.die.overhead is not None
    return units_area(chip, tile) + attention_area(chip) + chip.tiles * chip.die.overhead.magnitude


def units_area(chip: Chip, tile: Fraction) -> Fraction:
    """All tiles of ``tile`` [mm^2], global units, landing pads, compute cores, memory of weights that take turns."""
    unit = chip.global_digital
    shared = unit.area.magnitude * int(unit.units) * scaling.area(chip) if unit else Fraction(0)
    return tile * chip.tiles + shared + pad_area(chip) + core_area(chip) + weight_memory(chip)


def weight_memory(chip: Chip) -> Fraction:
    """Where weights wait for their turn [mm^2]."""
    memory = chip.programming.memory if chip.programming else None
    return memory.area.magnitude if memory else Fraction(0)


def core_area(chip: Chip) -> Fraction:
    """All compute cores with their scratchpads [mm^2]."""
    cores = chip.compute_cores
    if cores is None:
        return Fraction(0)
    memory, total = _scratchpad(chip), Fraction(0)
    for core in (cores.light, cores.heavy):
        grown = compute_core.area(core.rate.magnitude, core.anchor.rate.magnitude)
        each = core.anchor.area.magnitude * grown * scaling.area(chip, core.anchor)
        total += int(core.units) * (each + memory)
    return total


def _scratchpad(chip: Chip) -> Fraction:
    """The scratchpad of a core or attention unit on a mesh [mm^2]."""
    if chip.compute_cores is None:
        return Fraction(0)
    memory = chip.compute_cores.scratchpad
    at = memory.anchor
    return sram.area(memory.size.magnitude, at.bit_area.magnitude) * scaling.area(chip, at)


def attention_area(chip: Chip) -> Fraction:
    """All attention units [mm^2], on a mesh with their scratchpads; beside a die whose area is given."""
    if chip.attention is None:
        return Fraction(0)
    each = chip.attention.area(partial(scaling.area, chip)) + _scratchpad(chip)
    return int(chip.attention.units) * each


def pad_area(chip: Chip) -> Fraction:
    """All landing pads [mm^2]."""
    pads = chip.landing_pads
    if pads is None:
        return Fraction(0)
    values = (int(pads.inputs) + int(pads.outputs)) * int(pads.width)
    grown = landing_pad.area(int(pads.counter_bits), int(pads.anchor.counter_bits))
    return values * pads.anchor.area.magnitude * grown * scaling.area(chip, pads.anchor)


def buffer_size(chip: Chip) -> Fraction:
    """Capacity of a tile's input buffer [byte]: whole vectors, or window and residual where layers are linked."""
    buffer = chip.tile.input_buffer
    if chip.transport == "links":
        return buffer.size.magnitude + buffer.residual.magnitude
    return buffer.vectors.magnitude * chip.tile.crossbar.rows.magnitude


def digital_units(chip: Chip) -> tuple[Unit, Unit]:
    """Local digital unit of the chip and of its anchor."""
    unit, at = chip.tile.local_digital, chip.tile.local_digital.anchor
    mine = Unit(
        int(chip.tile.crossbar.columns), unit.lanes.magnitude / unit.cycles_per_output.magnitude,
        int(unit.word_bits), int(chip.links.lanes),
    )  # fmt: skip
    anchor = Unit(
        int(at.columns),
        at.lanes.magnitude / at.cycles_per_output.magnitude,
        int(at.word_bits),
        int(at.link_lanes),
    )
    return mine, anchor


def digital_growth(chip: Chip) -> Fraction:
    """Gates of the local digital unit over the anchor's."""
    shares = chip.tile.local_digital.anchor.shares
    split = Shares(shares.registers.magnitude, shares.datapath.magnitude, shares.interfaces.magnitude)
    return digital.area(*digital_units(chip), split)


def _digital(chip: Chip) -> Fraction:
    at = chip.tile.local_digital.anchor
    return at.area.magnitude * digital_growth(chip) * scaling.area(chip, at)


def _columns(chip: Chip) -> Fraction:
    """What each column has in front of converters of levels."""
    adc, columns = chip.tile.adc, chip.tile.crossbar.lines
    if not isinstance(adc, SampledConverter):
        return Fraction(0)
    each = adc.front_end.area.magnitude * scaling.area(chip, adc.front_end)
    if adc.sample_hold:
        each += adc.sampler.area.magnitude * scaling.area(chip, adc.sampler)
    return columns * each


def _buffers(chip: Chip) -> Fraction:
    """Input buffer and received partial sums, a byte a value."""
    at = chip.tile.input_buffer.anchor
    received = chip.tile.local_digital.receive_vectors.magnitude * chip.tile.crossbar.columns.magnitude
    size = buffer_size(chip) + received
    return sram.area(size, at.bit_area.magnitude) * scaling.area(chip, at)
