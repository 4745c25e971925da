"""What a chip file may say. Every physical value carries a unit; every leaf may carry its provenance."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from simulator.base.explain import RuleError
from simulator.base.units import Quantity
from simulator.chip.leaf import (
    Area,
    Bits,
    Count,
    Data,
    DataRate,
    Energy,
    Frequency,
    Length,
    Positive,
    Power,
    Ratio,
    Time,
    Voltage,
)

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]
Node = Annotated[str, Field(pattern=r"^(tile\[\d{1,4},\d{1,4}\]|global\[\d{1,4}\])$")]


class Section(BaseModel):
    """Base of all sections: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Technology(Section):
    """Process and supply."""

    node: Length
    supply: Voltage
    device: str = Field(max_length=80, description="Memory device, e.g. PCM")


class Grid(Section):
    """Tiles in rows and columns, numbered from 1; ``power_domain`` is what is switched on together."""

    rows: Positive
    columns: Positive
    power_domain: Literal["row", "tile", "chip"]


class Clocks(Section):
    """Clock domains; grants of their units fall on edges."""

    mvm: Frequency
    digital: Frequency


class Crossbar(Section):
    """The array: inputs drive rows, converters read columns."""

    rows: Positive
    columns: Positive
    devices_per_weight: Positive


class PulseWidthInput(Section):
    """Inputs as pulse durations: 2^magnitude_bits slots."""

    coding: Literal["pulse_width"]
    magnitude_bits: Bits
    slot: Time


class OscillatorConverter(Section):
    """Current-controlled oscillator and ripple counters that count while the input pulses last."""

    kind: Literal["oscillator_counter"]
    per_tile: Positive
    counter_bits: Bits
    peak_frequency: Frequency


class Integration(Section):
    """The MVM window: fixed + phases x (pulse + phase_gap); converters integrate while the pulses last."""

    fixed: Time
    phase_gap: Time
    register_transfer: Time


class InputBuffer(Section):
    """Storage in front of a tile: ``vectors`` whole inputs (host path), ``size`` bytes of window and residual
    (link path)."""

    vectors: Positive
    size: Data
    residual: Data


class LocalDigital(Section):
    """The digital unit of a tile: one output every ``cycles_per_output``, ``pipeline`` cycles deep."""

    cycles_per_output: Positive
    pipeline: Positive
    receive_vectors: Positive


class MvmShare(Section):
    """How the energy of an MVM splits over its parts."""

    input: Ratio
    crossbar: Ratio
    adc: Ratio

    @model_validator(mode="after")
    def _whole(self) -> "MvmShare":
        total = self.input.magnitude + self.crossbar.magnitude + self.adc.magnitude
        if total != 1:
            raise RuleError("shares must add up to 1", value=float(total))
        return self


class TileEnergy(Section):
    """Power while an MVM integrates, energy per value out of the local unit, power while its domain is on."""

    mvm_power: Power
    mvm_share: MvmShare
    output: Energy
    static: Power


class Tile(Section):
    """A core: crossbar, input modulators, converters, local digital unit."""

    area: Area
    macro_area: Area
    crossbar: Crossbar
    input: PulseWidthInput
    adc: OscillatorConverter
    integration: Integration
    read_modes: dict[Name, Positive] = Field(description="Name of a read mode -> number of phases")
    read_mode: Name
    input_buffer: InputBuffer
    local_digital: LocalDigital
    energy: TileEnergy

    @model_validator(mode="after")
    def _consistent(self) -> "Tile":
        if self.read_mode not in self.read_modes:
            names = ", ".join(self.read_modes)
            raise RuleError(f"must be one of {names}", path=("read_mode",), value=self.read_mode)
        if self.macro_area.magnitude > self.area.magnitude:
            raise RuleError(
                "cannot be larger than the tile", path=("macro_area",), value=self.macro_area.text
            )
        if int(self.adc.per_tile) != int(self.crossbar.columns):
            raise RuleError(
                f"this converter is not multiplexed: one per column, {self.crossbar.columns.text}",
                path=("adc", "per_tile"),
                value=self.adc.per_tile.text,
                remedy="Give as many converters as columns",
            )
        return self


class GlobalDigital(Section):
    """Shared units for recurrent layers, one a column, fed by the tile of ``row`` in its column."""

    units: Positive
    row: Positive
    area: Area
    cycles_per_input: Positive
    inputs_per_output: Positive
    outputs: Positive
    pipeline: Positive
    energy: Energy


class Reach(Section):
    """Neighbours: distances at which a tile has a link, along its row and its column."""

    row: list[Annotated[int, Field(ge=1, le=1000)]]
    column: list[Annotated[int, Field(ge=1, le=1000)]]


class Links(Section):
    """Point-to-point links of ``lanes`` bits a cycle; ``extra`` adds single ones, [from, to]."""

    lanes: Positive
    latency: Positive
    reach: Reach
    extra: list[tuple[Node, Node]] = []
    published: Count | None = None


class Host(Section):
    """The path to the host: one port in, one port out.

    ``im2col``: where input windows are formed. ``host``: every position's whole window crosses the port;
    ``tile``: the tile's input buffer keeps the window, only new values cross.
    """

    bandwidth: DataRate
    latency: Time
    im2col: Literal["host", "tile"]


class Die(Section):
    """The whole chip."""

    area: Area


class Chip(Section):
    """A chip file."""

    format: Literal[1]
    name: str = Field(min_length=1, max_length=120)
    documents: dict[Name, str] = {}
    placements: list[str] = []
    technology: Technology
    die: Die
    clocks: Clocks
    grid: Grid
    tile: Tile
    global_digital: GlobalDigital | None = None
    links: Links
    host: Host
    transport: Literal["host", "links"] = Field(description="How a layer's output reaches the next layer")

    @model_validator(mode="after")
    def _consistent(self) -> "Chip":
        _fits_die(self)
        _global_row_exists(self)
        return self

    @property
    def tiles(self) -> int:
        """Tiles on the chip."""
        return int(self.grid.rows) * int(self.grid.columns)


def _fits_die(chip: Chip) -> None:
    used = chip.tile.area.magnitude * chip.tiles
    if used > chip.die.area.magnitude:
        raise RuleError(
            f"is smaller than its {chip.tiles} tiles of {chip.tile.area.text} ({float(used):g} mm^2)",
            path=("die", "area"),
            value=chip.die.area.text,
            remedy="Enlarge die.area or use fewer tiles",
        )


def _global_row_exists(chip: Chip) -> None:
    unit = chip.global_digital
    if unit is None:
        return
    if int(unit.row) > int(chip.grid.rows):
        raise _out_of_grid("row", unit.row, f"{chip.grid.rows.text} rows")
    if int(unit.units) > int(chip.grid.columns):
        raise _out_of_grid("units", unit.units, f"{chip.grid.columns.text} columns")


def _out_of_grid(field: str, value: Quantity, size: str) -> RuleError:
    return RuleError(f"the grid has {size}", path=("global_digital", field), value=value.text)
