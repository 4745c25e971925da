"""A chip file to start from: complete, commented, every constant with where it comes from."""

from dataclasses import dataclass
from fractions import Fraction
from string import Template
from typing import Literal, get_args

from simulator.base.errors import InputError
from simulator.base.yaml_file import parse
from simulator.chip.reader import validated
from simulator.parts import technology
from simulator.parts.technology import Point

Coding = Literal["pulse_width", "bit_serial", "amplitude"]
ConverterKind = Literal["oscillator_counter", "ramp", "sar", "flash", "charge_decrement"]
CODINGS: tuple[Coding, ...] = get_args(Coding)
KINDS: tuple[ConverterKind, ...] = get_args(ConverterKind)

_ANCHOR = Point(Fraction(14), Fraction("0.85"))
"""Node and supply at which the figures of the template hold: those of the 64-core chip."""
_FASTEST = 1000
"""Fastest digital clock there [MHz]."""
_USUAL = 400
"""Digital clock of that chip [MHz]; a new chip takes no faster one unasked."""

_INPUT = {
    "pulse_width": (
        "slot: {value: 1 ns, assumption: a cycle of the MVM clock} # an input lasts up to 2^magnitude_bits slots",
    ),
    "bit_serial": (
        "cycle: {value: 5 ns, assumption: to be chosen} # one read a bit",
        "accumulate: digital # or analog: the array adds up the bits, one conversion",
    ),
    "amplitude": ("settle: {value: 5 ns, assumption: to be chosen} # one read of all bits at once",),
}
_SAMPLED = "sample_hold: true # the array goes on while its results are converted"
_ADC = {
    "oscillator_counter": ("# one a column; counts while the inputs last",),
    "ramp": (
        _SAMPLED,
        "lsb_time: {value: 1 ns, assumption: a step a cycle of a 1 GHz counter}",
        "shared: true # one ramp for all converters of a tile",
    ),
    "sar": (_SAMPLED,),
    "flash": (_SAMPLED,),
    "charge_decrement": ("search: binary # or linear: equal packets",),
}
"""Lines of the sections ``tile.input`` and ``tile.adc`` that belong to a coding, a kind."""

_TEXT = Template("""\
# $title: a starting point. Change what you know; 'simulator show FILE' says what the chip is, '--sources' lists every
# constant. A value may carry where it comes from: {value: 1 ns, source: ...}, or derived, calibrated, assumption.
# Constants marked "as ibm14nm" are those of the 64-core chip of Le Gallo et al., Nature Electronics 6, 680 (2023), with
# the sources in chip_configs/ibm14nm.yaml; laws scale them from there (docs/parts). A part whose anchor is left out
# takes the one of the parts library.
format: 1
name: $name

technology:
  node: $node nm
  supply: $supply V
  device: $device # the memory cell; a name only
  anchor: # where the energies and areas of this file hold
    node: {value: 14 nm, assumption: as ibm14nm}
    supply: {value: 0.85 V, assumption: as ibm14nm}
die:
  area: derived # tiles, global units and the overhead; or the area of your die, in which they must fit
  overhead: {value: 0.822875 mm^2, assumption: "as ibm14nm, a tile: pads, wiring, what else there is"}
clocks:
  mvm: {value: 1 GHz, assumption: as ibm14nm} # times the inputs
  digital: {value: $clock MHz, assumption: "$clock_why"}
grid: # tiles
  rows: $grid_rows
  columns: $grid_columns
  power_domain: row # what is switched on together: row, tile or chip

tile:
  crossbar:
    rows: $rows # inputs of a tile
    columns: $columns # outputs of a tile
    devices_per_weight: {value: 4, assumption: as ibm14nm}
    anchor: # an array of this size draws this power while it is read, and takes this area
      rows: {value: 256, assumption: as ibm14nm}
      columns: {value: 256, assumption: as ibm14nm}
      devices_per_weight: {value: 4, assumption: as ibm14nm}
      power: {value: 17.68095 mW, assumption: as ibm14nm}
      area: {value: 0.262144 mm^2, assumption: as ibm14nm}
  input: # pulse_width, bit_serial or amplitude
    coding: $coding
    magnitude_bits: $input_bits # the sign comes on top
    $input_more
  adc: # oscillator_counter, ramp, sar, flash or charge_decrement
    kind: $converter
    bits: $bits
    columns_per_converter: $sharing # columns that take turns on one converter
    $adc_more
  integration: # MVM = fixed + phases x (read + phase_gap)
    fixed: {value: 4 ns, assumption: as ibm14nm}
    phase_gap: {value: 1 ns, assumption: as ibm14nm} # of an array of the anchor's size
    register_transfer: {value: 1 ns, assumption: as ibm14nm}
  read_modes: # name -> phases: reads of the array that make one MVM
    one_phase: {value: 1, assumption: as ibm14nm}
    four_phase: {value: 4, assumption: as ibm14nm}
  read_mode: one_phase
  input_buffer:
    vectors: {value: 2, assumption: double buffer} # whole inputs, where layers talk by way of the host
    size: {value: 8 KiB, assumption: as ibm14nm} # window of a convolution, where layers talk over the links
    residual: {value: 16 KiB, assumption: as ibm14nm} # values that wait for a residual sum
  local_digital: # scales, adds partial sums, applies the activation
    cycles_per_output: {value: 1, assumption: as ibm14nm}
    lanes: {value: 1, assumption: as ibm14nm} # outputs at a time
    word_bits: {value: 16, assumption: as ibm14nm}
    pipeline: {value: 21, assumption: as ibm14nm} # cycles
    receive_vectors: {value: 2, assumption: double buffer}
    anchor: # such a unit costs this energy an output and this power, and takes this area
      columns: {value: 256, assumption: as ibm14nm}
      cycles_per_output: {value: 1, assumption: as ibm14nm}
      lanes: {value: 1, assumption: as ibm14nm}
      word_bits: {value: 16, assumption: as ibm14nm}
      link_lanes: {value: 8, assumption: as ibm14nm}
      clock: {value: 400 MHz, assumption: as ibm14nm}
      fastest_clock: {value: 1 GHz, assumption: as ibm14nm}
      energy: {value: 110.5648 pJ, assumption: as ibm14nm}
      clock_power: {value: 58.64 mW, assumption: as ibm14nm}
      area: {value: 0.755951424 mm^2, assumption: as ibm14nm}
  leakage: # of a tile that is on
    power: {value: 14.66 mW, assumption: as ibm14nm}
    area: {value: 1.129856 mm^2, assumption: "as ibm14nm, the tile less its array"}

links: # between tiles
  lanes: {value: 8, assumption: as ibm14nm} # bits a cycle
  latency: {value: 1, assumption: as ibm14nm} # cycles
  reach: # distances at which a tile has a link, along its row and its column
    row: [1, 2]
    column: [1]
  pitch: # distance of neighbouring tiles of this area
    length: {value: 1.2 mm, assumption: as ibm14nm}
    tile_area: {value: 1.392 mm^2, assumption: as ibm14nm}

host: # outside the chip
  bandwidth: {value: 25.6 Gbit/s, assumption: as ibm14nm} # each way
  latency: {value: 1 us, assumption: as ibm14nm}
  im2col: $im2col # where the windows of a convolution are formed: host or tile
transport: $transport # how layers talk: by way of the host, or over the links

accuracy: # how exact results are (docs/accuracy.md); bits, rows, devices and phases stand above
  devices: {1: hermes-one-device, 2: hermes-two-device} # by devices a polarity, half of devices_per_weight
  weight_scale: tile # what shares the largest weight: tile or column
  converter_range: calibrated # full scale: max, calibrated or granular
  range_margin: {value: 0, assumption: as ibm14nm}
  partial_sums: {value: 8, assumption: as ibm14nm} # bits between tiles
  local_arithmetic: half # or exact
  compensation: {gain: global, vectors: {value: 64, assumption: as ibm14nm}} # gains: none, global or column
""")


@dataclass(frozen=True)
class Choices:
    """What a new chip is asked for. ``node`` [nm], ``supply`` [V], None: the nominal one of the nearest node."""

    name: str = "my chip"
    rows: int = 256
    columns: int = 256
    grid: tuple[int, int] = (8, 8)
    coding: Coding = "pulse_width"
    input_bits: int = 7
    converter: ConverterKind = "oscillator_counter"
    bits: int = 8
    sharing: int = 1
    node: float = 14
    supply: float | None = None
    device: str = "PCM"
    transport: Literal["host", "links"] = "links"


def chip_text(choices: Choices) -> str:
    """The chip file. Raises InputError for choices that no law covers or that contradict each other."""
    supply = _supply(choices.node) if choices.supply is None else choices.supply
    clock, why = _clock(choices.node, supply)
    text = _TEXT.substitute(
        title=choices.name,
        name=_quoted(choices.name, "name"),
        node=f"{choices.node:g}",
        supply=f"{supply:g}",
        device=_quoted(choices.device, "device"),
        clock=clock,
        clock_why=why,
        grid_rows=choices.grid[0],
        grid_columns=choices.grid[1],
        rows=choices.rows,
        columns=choices.columns,
        coding=choices.coding,
        input_bits=choices.input_bits,
        input_more=_lines(_INPUT[choices.coding]),
        converter=choices.converter,
        bits=choices.bits,
        sharing=choices.sharing,
        adc_more=_lines(_ADC[choices.converter]),
        im2col="tile" if choices.transport == "links" else "host",
        transport=choices.transport,
    )
    validated(parse(text, "new chip"), "new chip")
    return text


def _supply(node: float) -> float:
    """Nominal supply of the nearest node of the tables."""
    nearest = min(technology.SUPPLY, key=lambda each: abs(each - node))
    return 0.85 if node == _ANCHOR.node else float(technology.SUPPLY[nearest])


def _clock(node: float, supply: float) -> tuple[int, str]:
    """Digital clock [MHz], and where it comes from."""
    here = Point(Fraction(str(node)), Fraction(str(supply)))
    fastest = int(_FASTEST * technology.speed(_ANCHOR, here))
    if fastest >= _USUAL:
        return _USUAL, "as ibm14nm"
    return fastest, "the fastest at this node and supply by the alpha-power law"


def _lines(lines: tuple[str, ...]) -> str:
    """Lines of a section of ``tile``."""
    return "\n    ".join(lines)


def _quoted(text: str, field: str) -> str:
    """A text for one line of YAML. Raises InputError for what is no line."""
    if not text.isprintable() or not text.strip() or '"' in text or "\\" in text:
        raise InputError("must be a line of plain text without quotes", field=field, value=text)
    return f'"{text}"'
