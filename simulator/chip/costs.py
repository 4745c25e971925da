"""What work costs on a chip: energies of an MVM, an output, a byte; powers of a tile that is on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, partial

from simulator.chip import scaling
from simulator.chip.areas import buffer_size, digital_growth, digital_units, tile_areas
from simulator.chip.converter_base import SampledConverter
from simulator.chip.core_section import Core
from simulator.chip.cost import Cost, cost
from simulator.chip.schema import Chip
from simulator.chip.timing import anchor_size, converter, mvm, size
from simulator.parts import array, digital, landing_pad, leakage, offchip, sram, wire
from simulator.parts.activity import Activity, Factors, factors
from simulator.parts.converters.common import Use
from simulator.parts.inputs.common import Driven
from simulator.parts.law import picojoule

_WHOLE = Fraction(1)


@dataclass(frozen=True)
class Costs:
    """Energies [pJ]: ``input``, ``word_lines`` (None: told under input), ``crossbar``, ``adc`` and ``buffer`` an MVM,
    ``output`` a value out of a local unit, ``gates`` a value into a global unit (None: there is none), ``wire`` a byte
    between neighbours, ``host`` a byte, ``chip_link`` one between chips, ``kv_cache`` one read or written,
    ``compute`` an operation of the host, ``programming`` a weight, ``pad`` a value through a landing pad,
    ``light_core`` and ``heavy_core`` an operation there, ``scratchpad`` a byte in or out (None: not modelled),
    ``attention`` by part of an attention unit.
    Powers [mW] of a tile: ``clock``, ``leakage``.
    """

    input: Cost
    word_lines: Cost | None
    crossbar: Cost
    adc: Cost
    buffer: Cost
    output: Cost
    gates: Cost | None
    wire: Cost
    host: Cost | None
    compute: Cost | None
    chip_link: Cost | None
    kv_cache: Cost | None
    programming: Cost | None
    pad: Cost | None
    light_core: Cost | None
    heavy_core: Cost | None
    scratchpad: Cost | None
    attention: Mapping[str, Cost]
    clock: Cost
    leakage: Cost

    @property
    def mvm(self) -> Fraction:
        """Array, input modulators, word lines and converters, one MVM [pJ]."""
        lines = self.word_lines.value if self.word_lines else Fraction(0)
        return self.input.value + lines + self.crossbar.value + self.adc.value

    @cached_property
    def by_part(self) -> Mapping[str, Cost | None]:
        """What a byte (host, chip_link) or a value costs in parts that do nothing else."""
        return {
            "local_digital": self.output,
            "global_digital": self.gates,
            "host": self.host,
            "host_compute": self.compute,
            "kv_cache": self.kv_cache,
            "chip_link": self.chip_link,
            "landing_pad": self.pad,
            "light_core": self.light_core,
            "heavy_core": self.heavy_core,
            "programming": self.programming,
            **self.attention,
        }


def costs(chip: Chip) -> Costs:
    """Costs of a chip; InputError outside a law's range."""
    return Costs(
        input=_input(chip),
        word_lines=_word_lines(chip),
        crossbar=_crossbar(chip),
        adc=_adc(chip),
        buffer=_buffer(chip),
        output=_output(chip),
        gates=_gates(chip),
        wire=_wire(chip),
        host=_host(chip),
        compute=_compute(chip),
        chip_link=_chip_link(chip),
        kv_cache=_kv_cache(chip),
        programming=_programming(chip),
        pad=_pad(chip),
        light_core=_core(chip, chip.compute_cores.light) if chip.compute_cores else None,
        heavy_core=_core(chip, chip.compute_cores.heavy) if chip.compute_cores else None,
        scratchpad=_scratchpad(chip),
        attention=chip.attention.costs(partial(scaling.energy, chip)) if chip.attention else {},
        clock=_clock(chip),
        leakage=_leakage(chip),
    )


def _input(chip: Chip) -> Cost:
    section = chip.tile.input
    part = section.part()
    driven = _driven(chip)
    moved = part.moved() or driven.columns != int(section.anchor.columns)
    return cost(section.figure, part.energy(driven), scaling.energy(chip, section.anchor), moved=moved)


def _word_lines(chip: Chip) -> Cost | None:
    """Lines that connect a row's cells, where a file tells them apart from what drives the row."""
    section = chip.tile.input
    if section.coding != "bit_serial" or section.anchor.word_line_energy is None:
        return None
    figure, driven = section.anchor.word_line_energy, _driven(chip)
    moved = driven.columns != int(section.anchor.columns)
    return cost(figure, section.part().lines(driven), scaling.energy(chip, section.anchor), moved=moved)


def _driven(chip: Chip) -> Driven:
    lines, window, reads = size(chip.tile), mvm(chip), chip.tile.input.part().reads()
    phases = chip.tile.phases  # a row is driven in its group's reads only
    active = window.active / chip.tile.crossbar.groups
    return Driven(lines.rows, lines.columns, phases * reads.planes, phases * reads.conversions, active)


def _crossbar(chip: Chip) -> Cost:
    """Cells take their current from the supply, or from their inputs, for as long as they are driven."""
    at, window = chip.tile.crossbar.anchor, chip.tile.crossbar.conductance
    if at.power is None:
        assert window is not None
        square = usual(chip).square * window.read.magnitude**2
        power = window.part().power(size(chip.tile).total, square)
        assumed = "assumption" in (window.high.label, _magnitude_label(chip))
        return Cost(picojoule(power, _driven(chip).active), "assumption" if assumed else "derived")
    cells = array.devices(size(chip.tile), anchor_size(chip.tile))
    each = picojoule(at.power.magnitude, _driven(chip).active)
    return cost(at.power, each, cells, scaling.supply(chip, at))


def _magnitude_label(chip: Chip) -> str:
    return chip.tile.activity.magnitude.label if chip.tile.activity else "given"


def usual(chip: Chip) -> Activity:
    """Inputs for which the chip's energies hold."""
    given = chip.tile.activity
    return Activity(given.density.magnitude, given.magnitude.magnitude) if given else Activity(_WHOLE, _WHOLE)


def follows(
    chip: Chip, density: float | None, magnitude: float | None, level: float | None, driven: Fraction
) -> Factors:
    """Energies over the chip's for inputs of this density and magnitude; what nobody measured is as usual.

    ``level``: mean of the devices over their window, of those whose conductances a chip gives. ``driven``: share of
    the lines that have an input; the others are at rest.
    """
    if chip.tile.activity is None:
        return Factors()
    at = usual(chip)
    share = at.density if density is None else Fraction(str(density))
    mean = at.magnitude * share / at.density if magnitude is None else Fraction(str(magnitude))
    found = factors(chip.tile.input.coding, Activity(share, mean), at)
    found = Factors(found.rows * driven, found.array * driven)
    section = chip.tile.crossbar.conductance
    if section is None or level is None:
        return found
    window = section.part()
    return replace(found, array=found.array * window.at(Fraction(str(level))) / window.mean)


def _adc(chip: Chip) -> Cost:
    section, window, columns = chip.tile.adc, mvm(chip), chip.tile.crossbar.lines
    part, reads = converter(chip.tile), chip.tile.input.part().reads()
    use = Use(
        converters=chip.tile.converters,
        columns=columns,
        conversions=window.phases * window.conversions,
        reads=window.phases * window.reads,
        planes=window.phases * reads.planes,
        active=window.active,
    )
    made = cost(section.figure, part.energy(use), scaling.energy(chip, section.anchor), moved=part.moved())
    front = _columns(chip, use)
    return Cost(made.value + front.value, max(made, front, key=lambda each: each.value).label)


def _columns(chip: Chip, use: Use) -> Cost:
    """What each column has in front of converters of levels: front end, sampler."""
    adc = chip.tile.adc
    if not isinstance(adc, SampledConverter):
        return Cost(Fraction(0), "derived")
    each = picojoule(adc.front_end.power.magnitude, use.active) * scaling.energy(chip, adc.front_end)
    if adc.sample_hold:
        each += adc.sampler.energy.magnitude * scaling.energy(chip, adc.sampler) * use.reads
    return Cost(each * use.columns, adc.front_end.power.label)


def _buffer(chip: Chip) -> Cost:
    """A byte a row, in and out."""
    at = chip.tile.input_buffer.anchor
    bits = 2 * 8 * int(chip.tile.crossbar.rows)
    grown = sram.energy(buffer_size(chip), at.size.magnitude)
    return cost(at.energy, at.energy.magnitude * bits, grown, scaling.energy(chip, at))


def _output(chip: Chip) -> Cost:
    at = chip.tile.local_digital.anchor
    return cost(
        at.energy, at.energy.magnitude, digital.energy(*digital_units(chip)), scaling.energy(chip, at)
    )


def _gates(chip: Chip) -> Cost | None:
    unit = chip.global_digital
    return cost(unit.energy, unit.energy.magnitude, scaling.energy(chip)) if unit else None


def _wire(chip: Chip) -> Cost:
    at = chip.links.anchor
    here, there = scaling.here(chip).supply, scaling.origin(chip, at).supply
    byte = 8 * wire.bit_energy(at.energy.magnitude, here, there, pitch(chip))
    moved = here != there or pitch(chip) != chip.links.pitch.length.magnitude
    return cost(at.energy, byte, moved=moved)


def pitch(chip: Chip) -> Fraction:
    """Distance of neighbouring tiles [mm]."""
    at = chip.links.pitch
    return wire.pitch(at.length.magnitude, tile_areas(chip).tile, at.tile_area.magnitude)


def _host(chip: Chip) -> Cost | None:
    figure = chip.host.energy or (offchip.ENERGY[chip.host.memory] if chip.host.memory else None)
    return cost(figure, offchip.energy(1, figure.magnitude)) if figure else None


def _compute(chip: Chip) -> Cost | None:
    figure = chip.host.compute_energy
    return cost(figure, figure.magnitude) if figure else None


def _chip_link(chip: Chip) -> Cost | None:
    figure = chip.chip_link.energy if chip.chip_link else None
    return cost(figure, offchip.energy(1, figure.magnitude)) if figure else None


def _kv_cache(chip: Chip) -> Cost | None:
    figure = chip.host.kv_cache.energy if chip.host.kv_cache else None
    return cost(figure, offchip.energy(1, figure.magnitude)) if figure else None


def _programming(chip: Chip) -> Cost | None:
    figure = chip.programming.energy if chip.programming else None
    return cost(figure, figure.magnitude) if figure else None


def _pad(chip: Chip) -> Cost | None:
    pads = chip.landing_pads
    if pads is None:
        return None
    grown = landing_pad.energy(int(pads.counter_bits), int(pads.anchor.counter_bits))
    figure = pads.anchor.energy
    return cost(figure, figure.magnitude, grown, scaling.energy(chip, pads.anchor))


def _core(chip: Chip, core: Core) -> Cost:
    figure = core.anchor.energy
    return cost(figure, figure.magnitude, scaling.energy(chip, core.anchor))


def _scratchpad(chip: Chip) -> Cost | None:
    if chip.compute_cores is None:
        return None
    memory = chip.compute_cores.scratchpad
    at = memory.anchor
    grown = sram.energy(memory.size.magnitude, at.size.magnitude)
    return cost(at.energy, 8 * at.energy.magnitude, grown, scaling.energy(chip, at))


def _clock(chip: Chip) -> Cost:
    """C V^2 f of the gates that are clocked."""
    at = chip.tile.local_digital.anchor
    frequency = chip.clocks.digital.magnitude / at.clock.magnitude
    return cost(
        at.clock_power, at.clock_power.magnitude, frequency, digital_growth(chip), scaling.energy(chip, at)
    )


def _leakage(chip: Chip) -> Cost:
    at = chip.tile.leakage
    area = tile_areas(chip).cmos / scaling.area(chip, at)
    power = leakage.power(at.power.magnitude, area, at.area.magnitude, scaling.supply(chip, at))
    return cost(at.power, power, moved=power != at.power.magnitude)
