"""Section ``tile`` of a chip file."""

from typing import Any, Literal

from pydantic import Field, model_validator

from simulator.base.explain import RuleError
from simulator.chip.converter_sections import AnyConverter
from simulator.chip.input_sections import InputSection
from simulator.chip.leaf import (
    Area,
    Capacity,
    Conductance,
    Data,
    Energy,
    EnergyPerBit,
    Frequency,
    Positive,
    Power,
    Ratio,
    Time,
    Voltage,
)
from simulator.chip.section import Anchor, Name, Section, library, library_anchor
from simulator.parts import digital, sram
from simulator.parts.array import Window
from simulator.parts.law import known

_PLANE = known(1, "count", "assumption", "a matrix a tile")
_TIER = known(1, "count", "assumption", "an array a tile")
_SLICE = known(1, "count", "assumption", "all devices of a weight on one column")
_BLOCK = known(1, "count", "assumption", "one block of rows")
_LANE = known(1, "count", "assumption", "one datapath")
_WORD = known(16, "count", "assumption", "half-precision floating point")


class CrossbarAnchor(Anchor):
    """Power while the array is read, and its area."""

    rows: Positive
    columns: Positive
    devices_per_weight: Positive
    power: Power | None = None
    area: Area


class ConductanceWindow(Section):
    """What a device conducts, in equal ``levels``, and the voltage of a full-scale input.

    ``down_over_up``: step of a depression pulse over that of a potentiation pulse.
    """

    low: Conductance
    high: Conductance
    levels: Positive
    read: Voltage
    down_over_up: Ratio = library(known(1, "ratio", "assumption", "symmetric"))

    @model_validator(mode="after")
    def _ordered(self) -> "ConductanceWindow":
        if self.high.magnitude <= self.low.magnitude:
            raise RuleError(
                "must be above tile.crossbar.conductance.low", path=("high",), value=self.high.text
            )
        if int(self.levels) < 2:
            raise RuleError("must be 2 at least", path=("levels",), value=self.levels.text)
        return self

    def part(self) -> Window:
        """The part with these parameters."""
        return Window(self.low.magnitude, self.high.magnitude, int(self.levels), self.down_over_up.magnitude)


class Backward(Section):
    """The array can also be driven at its columns and read at its rows, by the same modulators and converters.

    ``switch``: time to change direction.
    """

    switch: Time


class Crossbar(Section):
    """The array: inputs drive rows, converters read columns.

    Its power is the anchor's, or follows from ``conductance`` by Ohm's law.
    ``planes``: as many matrices may share the devices of a tile, each with that share of ``devices_per_weight``, and
    are read one after the other.
    ``tiers``: arrays on top of each other, each with its own devices, that share the tile's modulators, converters and
    digital unit; one is read at a time.
    ``slices``: columns of devices that a weight is spread over, each converted by itself
    and added with its place value. ``row_blocks``: blocks of rows, each with columns and converters
    of its own, whose results are added.
    """

    rows: Positive
    columns: Positive
    devices_per_weight: Positive
    planes: Positive = library(_PLANE)
    tiers: Positive = library(_TIER)
    slices: Positive = library(_SLICE)
    row_blocks: Positive = library(_BLOCK)
    rows_per_read: Positive | None = Field(
        default=None,
        description="Most rows of an array driven at a time, group after group; all if not given",
    )
    conductance: ConductanceWindow | None = None
    segment_inputs: Positive | None = Field(
        default=None, description="Most inputs of a piece, all rows if not given"
    )
    sharing: Literal["rows_and_columns", "columns"] = Field(
        default="rows_and_columns", description="What pieces that share a tile need of their own"
    )
    backward: Backward | None = None
    anchor: CrossbarAnchor

    @model_validator(mode="after")
    def _divisible(self) -> "Crossbar":
        for name, parts, whole, what in (
            ("slices", self.slices, self.devices_per_weight, "devices of a weight"),
            ("row_blocks", self.row_blocks, self.rows, "rows of the tile"),
        ):
            if int(whole) % int(parts):
                raise RuleError(f"must divide the {whole.text} {what}", path=(name,), value=parts.text)
        if self.rows_per_read is not None and int(self.rows_per_read) > self.height:
            rule = f"must be at most the {self.height} rows of an array"
            raise RuleError(rule, path=("rows_per_read",), value=self.rows_per_read.text)
        return self

    @property
    def height(self) -> int:
        """Rows of an array."""
        return int(self.rows) // int(self.row_blocks)

    @property
    def groups(self) -> int:
        """Groups of rows that are driven one after the other."""
        return -(-self.height // int(self.rows_per_read or self.height))

    @property
    def lines(self) -> int:
        """Columns of devices, each converted by itself."""
        return int(self.columns) * int(self.slices) * int(self.row_blocks)

    @model_validator(mode="after")
    def _one_power(self) -> "Crossbar":
        if self.segment_inputs is not None and int(self.segment_inputs) > int(self.rows):
            rule = f"must be at most the {self.rows.text} rows of the array"
            raise RuleError(rule, path=("segment_inputs",), value=self.segment_inputs.text)
        if (self.anchor.power is None) == (self.conductance is None):
            rule = "give either anchor.power or conductance, from which power follows"
            raise RuleError(rule, path=("anchor", "power"))
        return self


class Integration(Section):
    """The MVM window beyond its reads: ``fixed`` once, ``phase_gap`` after every read at the anchor's array size."""

    fixed: Time
    phase_gap: Time
    register_transfer: Time


class MemoryAnchor(Anchor):
    """Energy of a bit in or out at a capacity, area of a bit."""

    size: Capacity
    energy: EnergyPerBit
    bit_area: Area


def sram_anchor() -> Any:
    """The library's SRAM, where a file gives no anchor."""
    return library_anchor(
        MemoryAnchor,
        node=sram.NODE,
        supply=sram.SUPPLY,
        size=sram.CAPACITY,
        energy=sram.ENERGY,
        bit_area=sram.BIT_AREA,
    )


class InputBuffer(Section):
    """Storage in front of a tile: ``vectors`` whole inputs (host path), ``size`` bytes of window and residual
    (link path)."""

    vectors: Positive
    size: Data
    residual: Data
    anchor: MemoryAnchor = sram_anchor()


class AreaShares(Section):
    """What the area of a local digital unit is made of."""

    registers: Ratio = library(digital.REGISTERS)
    datapath: Ratio = library(digital.DATAPATH)
    interfaces: Ratio = library(digital.INTERFACES)

    @model_validator(mode="after")
    def _whole(self) -> "AreaShares":
        total = self.registers.magnitude + self.datapath.magnitude + self.interfaces.magnitude
        if total != 1:
            raise RuleError("shares must add up to 1", value=float(total))
        return self


class LocalDigitalAnchor(Anchor):
    """Energy of an output, clock power, area (with all else of the tile), and the fastest clock of such logic."""

    columns: Positive
    cycles_per_output: Positive
    lanes: Positive
    word_bits: Positive
    link_lanes: Positive
    clock: Frequency
    fastest_clock: Frequency
    energy: Energy
    clock_power: Power
    area: Area
    shares: AreaShares = Field(default_factory=AreaShares)


class LocalDigital(Section):
    """The digital unit of a tile: ``lanes`` outputs every ``cycles_per_output``, ``pipeline`` cycles deep."""

    cycles_per_output: Positive
    lanes: Positive = library(_LANE)
    word_bits: Positive = library(_WORD)
    pipeline: Positive
    receive_vectors: Positive
    anchor: LocalDigitalAnchor


class LeakageAnchor(Anchor):
    """Leakage of a tile that is on, and the area of CMOS that leaks: the tile without its array."""

    power: Power
    area: Area


class Activity(Section):
    """Inputs for which the energies of a tile hold: share that is not zero, mean magnitude over full scale.

    Given, energies follow a layer's own inputs where somebody measured them, and these where nobody did. Without the
    section an MVM costs the same whatever its data.
    """

    density: Ratio
    magnitude: Ratio

    @model_validator(mode="after")
    def _possible(self) -> "Activity":
        if not 0 < self.magnitude.magnitude <= self.density.magnitude:
            rule = "must be above 0 and at most the density"
            raise RuleError(rule, path=("magnitude",), value=self.magnitude.text)
        return self


class Tile(Section):
    """A core: crossbar, input modulators, converters, local digital unit."""

    crossbar: Crossbar
    input: InputSection
    adc: AnyConverter
    integration: Integration
    read_modes: dict[Name, Positive] = Field(description="Name of a read mode -> number of phases")
    read_mode: Name
    input_buffer: InputBuffer
    local_digital: LocalDigital
    leakage: LeakageAnchor
    activity: Activity | None = None
    precision: Literal["fixed", "layer"] = Field(
        default="fixed",
        description="Bits of inputs and results: always the tile's, or those each layer asks for",
    )

    @model_validator(mode="after")
    def _consistent(self) -> "Tile":
        if self.crossbar.conductance and not self.activity:
            raise RuleError(
                "must be given where the array's power follows from conductances", path=("activity",)
            )
        if self.read_mode not in self.read_modes:
            names = ", ".join(self.read_modes)
            raise RuleError(f"must be one of {names}", path=("read_mode",), value=self.read_mode)
        return self

    @property
    def phases(self) -> int:
        """Phases of the read mode."""
        return int(self.read_modes[self.read_mode])

    @property
    def converters(self) -> int:
        """Converters, each for so many columns of devices."""
        return -(-self.crossbar.lines // int(self.adc.columns_per_converter))
