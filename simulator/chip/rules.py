"""What cannot be built: combinations that contradict each other, and parameters outside the range of a law."""

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction

from simulator.base.errors import InputError
from simulator.base.explain import RuleError
from simulator.chip import circuit_rules, scaling
from simulator.chip.areas import buffer_size, digital_units, tile_areas, units_area
from simulator.chip.attention.digital import DigitalAttention
from simulator.chip.converter_base import SampledConverter
from simulator.chip.converter_sections import OscillatorConverter
from simulator.chip.costs import costs, pitch
from simulator.chip.schema import Chip
from simulator.chip.section import Anchor
from simulator.chip.timing import mvm, size
from simulator.parts import compute_core, digital, landing_pad, sram, technology, wire
from simulator.parts.technology import Point

_COUNTERS = 2
"""Positive and negative counts are kept apart, half of the phases each (the 64-core chip: two counters a converter)."""


def check(chip: Chip) -> None:
    """RuleError with field, value, rule and remedy for the first thing that cannot be."""
    _converter_reads_coding(chip)
    _in_range(chip)
    _spills_somewhere(chip)
    circuit_rules.check(chip)
    _counters_hold(chip)
    _clocks_reachable(chip)
    _fits_die(chip)


@contextmanager
def _at(*path: str) -> Iterator[None]:
    """A law's refusal, with the path of the section whose field it names."""
    try:
        yield
    except InputError as error:
        named = tuple(error.field.split("."))
        full = named if named[0] == "links" else (*path, *named)
        raise RuleError(error.rule, path=full, value=error.value, remedy=error.remedy) from error


def _in_range(chip: Chip) -> None:
    """Every law once, under the section whose parameters it takes."""
    tile = chip.tile
    with _at("tile", "crossbar"):
        size(tile).check()
    if int(tile.crossbar.devices_per_weight) % int(tile.crossbar.planes):
        rule = f"must divide the {tile.crossbar.devices_per_weight.text} devices of a weight"
        raise RuleError(rule, path=("tile", "crossbar", "planes"), value=tile.crossbar.planes.text)
    with _at("tile", "input"):
        tile.input.part().reads()
    with _at("tile", "adc"):
        tile.adc.part().shortest_read()
        tile.adc.part().conversion()
        tile.adc.part().area(tile.converters)
    if chip.compute_cores is not None:
        with _at("compute_cores", "scratchpad"):
            sram.SIZE.check(chip.compute_cores.scratchpad.size.magnitude, "size")
        for kind, core in (("light", chip.compute_cores.light), ("heavy", chip.compute_cores.heavy)):
            with _at("compute_cores", kind):
                compute_core.area(core.rate.magnitude, core.anchor.rate.magnitude)
    if chip.attention is not None:
        with _at("attention"):
            chip.attention.check()
    if chip.landing_pads is not None:
        with _at("landing_pads"):
            landing_pad.area(int(chip.landing_pads.counter_bits), 1)
    _points_in_tables(chip)
    with _at("tile", "input_buffer"):
        sram.SIZE.check(buffer_size(chip), "size" if chip.transport == "links" else "vectors")
    with _at("tile", "local_digital"):
        digital.energy(*digital_units(chip))
        tile_areas(chip)
    with _at("links"):
        costs(chip)


def _spills_somewhere(chip: Chip) -> None:
    """Keys and values that have no room in attention units need another place."""
    section = chip.attention
    if isinstance(section, DigitalAttention) and section.kv.overflow == "spill" and not chip.host.kv_cache:
        rule = "needs host.kv_cache, into which keys and values go that have no room"
        remedy = "Add host.kv_cache, or set attention.kv.overflow: refuse"
        raise RuleError(rule, path=("attention", "kv", "overflow"), value="spill", remedy=remedy)


def _points_in_tables(chip: Chip) -> None:
    """Node and supply of the chip and of every anchor from which something is scaled."""
    here = scaling.here(chip)
    for path, anchor in _anchors(chip).items():
        there = scaling.origin(chip, anchor)
        if there != here:
            _check_point(here, ("technology",))
            own = anchor is not None and (anchor.node or anchor.supply)
            _check_point(there, path if own else ("technology", "anchor"))


def _anchors(chip: Chip) -> dict[tuple[str, ...], Anchor | None]:
    """Path -> anchor; None is that of the file, on which the global units rest."""
    tile = chip.tile
    found: dict[tuple[str, ...], Anchor | None] = {
        ("tile", "crossbar", "anchor"): tile.crossbar.anchor,
        ("tile", "input", "anchor"): tile.input.anchor,
        ("tile", "adc", "anchor"): tile.adc.anchor,
        ("tile", "input_buffer", "anchor"): tile.input_buffer.anchor,
        ("tile", "local_digital", "anchor"): tile.local_digital.anchor,
        ("tile", "leakage"): tile.leakage,
    }
    if isinstance(tile.adc, SampledConverter):
        found["tile", "adc", "sampler"] = tile.adc.sampler
        found["tile", "adc", "front_end"] = tile.adc.front_end
    if chip.landing_pads is not None:
        found["landing_pads", "anchor"] = chip.landing_pads.anchor
    if chip.compute_cores is not None:
        cores = chip.compute_cores
        found["compute_cores", "light", "anchor"] = cores.light.anchor
        found["compute_cores", "heavy", "anchor"] = cores.heavy.anchor
        found["compute_cores", "scratchpad", "anchor"] = cores.scratchpad.anchor
    if chip.attention is not None:
        found |= {("attention", *path): anchor for path, anchor in chip.attention.anchors().items()}
    return {**found, ("technology", "anchor"): None} if chip.global_digital else found


def _check_point(point: Point, path: tuple[str, ...]) -> None:
    with _at(*path):
        technology.check(point)


def _converter_reads_coding(chip: Chip) -> None:
    """Who keeps the result of a read until it is converted."""
    adc, coding = chip.tile.adc, chip.tile.input.coding
    _turns_possible(chip)
    if adc.kind == "charge_decrement" and coding == "pulse_width":
        text = "cannot read pulse widths: it samples a settled voltage"
        raise _refused("kind", text, adc.kind, "Take bit_serial or amplitude inputs")
    if adc.kind == "discrete" and coding != "amplitude":
        text = f"reads the level that the amplifier of a column holds: not {coding} inputs"
        raise _refused("kind", text, adc.kind, "Take amplitude inputs")
    if not isinstance(adc, SampledConverter) or adc.sample_hold:
        return
    if coding == "pulse_width":
        text = f"a {adc.kind} converter reads a level: the charge of a pulse must be kept for it"
        raise _refused("sample_hold", text, False, "Set tile.adc.sample_hold: true")
    if chip.tile.input.coding == "bit_serial" and chip.tile.input.accumulate == "analog":
        text = f"a {adc.kind} converter reads a level: weighted reads must add up somewhere"
        raise _refused("sample_hold", text, False, "Set tile.adc.sample_hold: true, or accumulate: digital")


def _turns_possible(chip: Chip) -> None:
    adc = chip.tile.adc
    turns = int(adc.columns_per_converter)
    if turns > chip.tile.crossbar.lines:
        text = f"is more than the {chip.tile.crossbar.lines} columns of the array"
        raise _refused("columns_per_converter", text, turns)
    if turns > 1 and not isinstance(adc, SampledConverter):
        text = f"a converter of kind {adc.kind} takes part in every read of its column: it cannot serve others in turn"
        raise _refused("columns_per_converter", text, turns, "Set it to 1, or take ramp, sar or flash")


def _refused(field: str, rule: str, value: object, remedy: str = "") -> RuleError:
    return RuleError(rule, path=("tile", "adc", field), value=value, remedy=remedy)


def _counters_hold(chip: Chip) -> None:
    """Counts at full scale over the phases that a counter adds up."""
    adc = chip.tile.adc
    if not isinstance(adc, OscillatorConverter):
        return
    window = mvm(chip)
    each = adc.part().counts(window.read) * window.reads / window.conversions
    most = int(each * -(-window.phases // _COUNTERS))
    if most > 1 << int(adc.counter_bits):
        raise RuleError(
            f"must hold {most} counts at full scale ({adc.peak_frequency.text} over {_ns(window.read)}, "
            f"{window.phases} phases on {_COUNTERS} counters)",
            path=("tile", "adc", "counter_bits"),
            value=adc.counter_bits.text,
            remedy=f"Take at least {(most - 1).bit_length()}, or fewer bits",
        )


def _clocks_reachable(chip: Chip) -> None:
    at = chip.tile.local_digital.anchor
    fastest = at.fastest_clock.magnitude * technology.speed(scaling.origin(chip, at), scaling.here(chip))
    if chip.clocks.digital.magnitude > fastest:
        raise RuleError(
            f"must be at most {float(fastest) / 1e6:.4g} MHz at this node and supply, by the alpha-power law from "
            f"{at.fastest_clock.text} ({at.fastest_clock.origin or 'given'})",
            path=("clocks", "digital"),
            value=chip.clocks.digital.text,
        )
    _wires_in_time(chip)
    _slot_is_clocked(chip)


def _wires_in_time(chip: Chip) -> None:
    farthest = max([*chip.links.reach.row, *chip.links.reach.column], default=1)
    period = -(-(10**12) // chip.clocks.digital.magnitude).__int__()
    length = farthest * pitch(chip)
    needed = wire.cycles(length, chip.links.anchor.delay.magnitude, period)
    if needed > int(chip.links.latency):
        raise RuleError(
            f"a signal needs {needed} cycles for the longest link, {float(length):.3g} mm",
            path=("links", "latency"),
            value=chip.links.latency.text,
            remedy=f"Take at least {needed}, or a slower clock",
        )


def _slot_is_clocked(chip: Chip) -> None:
    section = chip.tile.input
    if section.coding == "pulse_width" and section.slot.magnitude * chip.clocks.mvm.magnitude < 10**12:
        raise RuleError(
            f"is shorter than a cycle of clocks.mvm, {chip.clocks.mvm.text}, which times the pulses",
            path=("tile", "input", "slot"),
            value=section.slot.text,
        )


def _fits_die(chip: Chip) -> None:
    if chip.die.area == "derived":
        return
    tile = tile_areas(chip).tile
    used = units_area(chip, tile)
    if used > chip.die.area.magnitude:
        raise RuleError(
            f"is smaller than its {chip.tiles} tiles of {float(tile):.4g} mm^2 and global units "
            f"({float(used):.4g} mm^2)",
            path=("die", "area"),
            value=chip.die.area.text,
            remedy="Enlarge it, use fewer tiles, or let it follow: die.area=derived",
        )


def _ns(time: Fraction) -> str:
    return f"{float(time) / 1000:g} ns"
