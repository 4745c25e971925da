"""What a chip file may say around the tile (``simulator.chip.tile``). Every leaf may carry its provenance."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from simulator.base.explain import RuleError
from simulator.base.units import Quantity
from simulator.chip.accuracy import Accuracy
from simulator.chip.attention.section import Attention
from simulator.chip.core_section import ComputeCores
from simulator.chip.leaf import (
    Area,
    Count,
    Data,
    DataRate,
    Energy,
    EnergyPerBit,
    EnergyPerLength,
    Frequency,
    Length,
    OperationRate,
    Positive,
    Time,
    Voltage,
)
from simulator.chip.pad_section import LandingPads
from simulator.chip.section import Anchor, Name, Section, library, library_anchor
from simulator.chip.tile import Tile
from simulator.parts import wire
from simulator.parts.offchip import Interface

MOST_TILES = 100_000
"""Most tiles of a chip."""
Site = Annotated[str, Field(pattern=r"^tile\[\d{1,4},\d{1,4}\]$")]
Node = Annotated[str, Field(pattern=r"^(tile\[\d{1,4},\d{1,4}\]|global\[\d{1,4}\])$")]


class TechnologyAnchor(Section):
    """Where the figures of this file hold."""

    node: Length
    supply: Voltage


class Technology(Section):
    """Process and supply; figures of the file are scaled from ``anchor``."""

    node: Length
    supply: Voltage
    device: str = Field(max_length=80, description="Memory device, e.g. PCM")
    anchor: TechnologyAnchor


class Grid(Section):
    """Tiles in rows and columns, numbered from 1; ``power_domain`` is what is switched on together.

    ``absent``: sites that hold no tile.
    """

    rows: Positive
    columns: Positive
    absent: list[Site] = Field(default_factory=list)
    power_domain: Literal["row", "tile", "chip"]


class Clocks(Section):
    """Clock domains; grants of their units fall on edges."""

    mvm: Frequency
    digital: Frequency


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


class WireAnchor(Anchor):
    """Energy of a bit over a millimetre, and delay of a millimetre."""

    energy: EnergyPerLength
    delay: Time = library(wire.DELAY)


class Pitch(Section):
    """Distance of neighbouring tiles whose area is ``tile_area``; it grows with the side of a tile."""

    length: Length
    tile_area: Area


class Links(Section):
    """Point-to-point links of ``lanes`` bits a cycle; ``extra`` adds single ones, [from, to]."""

    lanes: Positive
    latency: Positive
    reach: Reach
    extra: list[tuple[Node, Node]] = Field(default_factory=list)
    published: Count | None = None
    pitch: Pitch
    anchor: WireAnchor = library_anchor(
        WireAnchor, node=wire.NODE, supply=wire.SUPPLY, energy=wire.ENERGY, delay=wire.DELAY
    )


class KvCache(Section):
    """Memory beside the host's processor for keys and values of earlier tokens, where tokens are generated.

    ``size``: requests wait until there is room; ``bandwidth``: reads and writes together; ``energy`` a bit of either.
    Without the section they take neither room, time nor energy.
    """

    size: Data
    bandwidth: DataRate
    energy: EnergyPerBit | None = None


class Host(Section):
    """The path to the host: one port in, one port out.

    ``im2col``: where input windows are formed. ``host``: every position's whole window crosses the port;
    ``tile``: the tile's input buffer keeps the window, only new values cross. ``memory``: kind of memory behind the
    port, whose energy a bit is in the library; ``energy``: energy a bit instead. Without both the host costs none.
    ``compute``: operations a second of its processor, ``compute_energy``: energy of one; a multiply-accumulate
    is two. Without ``compute`` products of two activations are refused, and other work is in ``latency``.
    """

    bandwidth: DataRate
    latency: Time
    im2col: Literal["host", "tile"]
    memory: Interface | None = None
    energy: EnergyPerBit | None = None
    compute: OperationRate | None = None
    compute_energy: Energy | None = None
    kv_cache: KvCache | None = None


class ChipLink(Section):
    """Between neighbours of a row of chips (``--chips``): each way, beyond the host ports of both.

    Without the section a host that all chips share hands activations on in no further time. Without ``energy`` the
    link costs none.
    """

    bandwidth: DataRate
    latency: Time
    energy: EnergyPerBit | None = None


class WeightMemory(Section):
    """Where weights wait for their turn: what it holds, a byte a weight, and its area."""

    size: Data
    area: Area


class Programming(Section):
    """Writing weights while the chip runs (``--reload``).

    ``row_time``: all devices of a row of a tile at once, row after row; ``tiles`` of the chip at a time; ``energy`` a
    weight; ``endurance``: how often a device can be written. ``always``: on this chip weights take turns unasked.
    ``memory``: on this chip; without it weights come from outside, which takes no further time.
    """

    row_time: Time
    tiles: Positive
    energy: Energy
    endurance: Count
    always: bool = False
    memory: WeightMemory | None = None


class Die(Section):
    """The whole chip: a given area, or ``derived`` from tiles, global units and ``overhead`` a tile (pads, wiring)."""

    area: Area | Literal["derived"]
    overhead: Area | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "Die":
        if self.area == "derived" and self.overhead is None:
            raise RuleError("must be given where die.area is derived", path=("overhead",))
        return self


class Chip(Section):
    """A chip file."""

    format: Literal[1]
    name: str = Field(min_length=1, max_length=120)
    documents: dict[Name, str] = Field(default_factory=dict)
    placements: list[str] = Field(default_factory=list)
    technology: Technology
    die: Die
    clocks: Clocks
    grid: Grid
    tile: Tile
    global_digital: GlobalDigital | None = None
    links: Links
    host: Host
    chip_link: ChipLink | None = None
    programming: Programming | None = None
    accuracy: Accuracy | None = None
    landing_pads: LandingPads | None = None
    compute_cores: ComputeCores | None = None
    attention: Attention | None = None
    transport: Literal["host", "links", "circuits", "mesh"] = Field(
        description="How a layer's output reaches the next layer"
    )

    partial_sums: Literal["links", "host"] = Field(
        default="links", description="Where partial sums of a layer's pieces add up"
    )

    @model_validator(mode="after")
    def _consistent(self) -> "Chip":
        _countable(self)
        _global_row_exists(self)
        _for_transport(self)
        return self

    @property
    def tiles(self) -> int:
        """Tiles on the chip."""
        return int(self.grid.rows) * int(self.grid.columns) - len(set(self.grid.absent))


def _for_transport(chip: Chip) -> None:
    """What only some ways from layer to layer know how to do."""
    if chip.partial_sums == "host" and chip.transport != "host":
        rule = f"is for transport=host: with transport={chip.transport} partial sums stay on the chip"
        raise RuleError(rule, path=("partial_sums",), value=chip.partial_sums)
    if int(chip.tile.crossbar.tiers) > 1 and chip.partial_sums != "host":
        rule = "needs partial_sums=host: a piece on a tier stands for itself"
        raise RuleError(rule, path=("tile", "crossbar", "tiers"), value=chip.tile.crossbar.tiers.text)
    if chip.tile.precision == "layer" and chip.transport == "circuits":
        rule = "must be fixed with transport=circuits: all durations of a chip have the same bits"
        raise RuleError(rule, path=("tile", "precision"), value=chip.tile.precision)


def _countable(chip: Chip) -> None:
    for number, site in enumerate(chip.grid.absent):
        row, column = map(int, site[5:-1].split(","))
        if not (1 <= row <= int(chip.grid.rows) and 1 <= column <= int(chip.grid.columns)):
            raise RuleError("is not a site of the grid", path=("grid", "absent", number), value=site)
    if chip.tiles < 1:
        raise RuleError("must leave a tile", path=("grid", "absent"))
    if chip.tiles > MOST_TILES:
        rule = f"a chip may have at most {MOST_TILES} tiles, this one has {chip.tiles}"
        raise RuleError(rule, path=("grid", "rows"), value=chip.grid.rows.text)


def _global_row_exists(chip: Chip) -> None:
    unit = chip.global_digital
    if unit is None:
        return
    if int(unit.row) > int(chip.grid.rows):
        raise _out_of_grid("row", unit.row, f"{chip.grid.rows.text} rows")
    if int(unit.units) > int(chip.grid.columns):
        raise _out_of_grid("units", unit.units, f"{chip.grid.columns.text} columns")
    missing = {f"tile[{int(unit.row)},{c}]" for c in range(1, int(unit.units) + 1)} & set(chip.grid.absent)
    if missing:
        rule = f"feeds units from {min(missing)}, which is absent"
        raise RuleError(rule, path=("global_digital", "row"), value=unit.row.text)


def _out_of_grid(field: str, value: Quantity, size: str) -> RuleError:
    return RuleError(f"the grid has {size}", path=("global_digital", field), value=value.text)
