"""The window of an MVM on a chip, exact."""

from dataclasses import replace
from fractions import Fraction

from simulator.chip.converter_base import SampledConverter
from simulator.chip.schema import Chip
from simulator.chip.tile import Tile
from simulator.parts import array
from simulator.parts.array import Size
from simulator.parts.converters.charge_decrement import ChargeDecrement
from simulator.parts.converters.common import Converter
from simulator.parts.integration import Mvm


def size(tile: Tile) -> Size:
    """Array of a tile."""
    return Size(*map(int, (tile.crossbar.rows, tile.crossbar.columns, tile.crossbar.devices_per_weight)))


def anchor_size(tile: Tile) -> Size:
    """Array at the anchor."""
    at = tile.crossbar.anchor
    return Size(int(at.rows), int(at.columns), int(at.devices_per_weight))


def converter(tile: Tile) -> Converter:
    """The converter's part; one that works bit by bit needs not find again what earlier phases have found."""
    part = tile.adc.part()
    if isinstance(part, ChargeDecrement):
        return replace(part, done=tile.input.part().reads().done)
    return part


def mvm(chip: Chip) -> Mvm:
    """Times of one MVM in the chip's read mode."""
    tile = chip.tile
    reads, part = tile.input.part().reads(), converter(tile)
    sampled = isinstance(tile.adc, SampledConverter) and tile.adc.sample_hold
    turns = -(-tile.crossbar.lines // tile.converters)
    return Mvm(
        phases=tile.phases * tile.crossbar.groups,
        reads=reads.number,
        conversions=reads.conversions,
        read=max(reads.duration, part.shortest_read()),
        gap=_gap(chip),
        fixed=tile.integration.fixed.magnitude,
        conversion=turns * part.conversion(),
        sampled=sampled,
        held=isinstance(tile.adc, SampledConverter) and not sampled,
    )


def step(chip: Chip) -> Fraction:
    """A read in one phase [ps]: the beat of a chip whose durations travel on circuits."""
    times = mvm(chip)
    return times.fixed + times.reads * (times.read + times.gap)


def mvm_window(chip: Chip) -> Fraction:
    """From one MVM to the next [ps]."""
    return mvm(chip).occupancy


def _gap(chip: Chip) -> Fraction:
    """Settling after a read: the anchor's, times the square of the longer line, no less than a cycle of the clock."""
    gap = chip.tile.integration.phase_gap.magnitude
    least = min(gap, 10**12 / chip.clocks.mvm.magnitude)
    return max(least, gap * array.settling(size(chip.tile), anchor_size(chip.tile)))
