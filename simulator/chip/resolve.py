"""From validated floats-with-units to integers: the only place where time is rounded.

Everything that the lowering needs of a chip, in picoseconds, bytes and names.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import Literal

from simulator.base.errors import InputError
from simulator.base.units import Quantity, whole_ps
from simulator.chip import timing
from simulator.chip.attention.base import AttentionSection
from simulator.chip.costs import pitch
from simulator.chip.precision import at_precision
from simulator.chip.schema import Chip, ChipLink, Host, Programming
from simulator.chip.timing import mvm_window
from simulator.chip.topology import Topology, build, edge, physical, repeated, spread, tile_of
from simulator.parts import streaming
from simulator.parts.attention.common import Unit
from simulator.parts.streaming import Streaming
from simulator.workload.graph import Layer

__all__ = ["Hardware", "mvm_window", "resolve"]

MOST_CHIPS = 64
"""Most chips of a pipeline."""


@dataclass(frozen=True)
class Mvm:
    """Timing of a tile's matrix-vector multiplication [ps].

    ``window`` from one to the next, ``latency`` from start to result (longer where samplers let the array go on),
    ``transfer`` of the result, ``period`` of the clock.
    """

    window: int
    latency: int
    transfer: int
    period: int


@dataclass(frozen=True)
class GlobalUnit:
    """A global digital unit as a streaming unit, and how many inputs make an output."""

    unit: Streaming
    inputs_per_output: int
    outputs: int


@dataclass(frozen=True)
class CachePath:
    """Memory for keys and values: size [byte], rate [bit/s]."""

    size: int
    rate: Fraction


@dataclass(frozen=True)
class HostPath:
    """Host: rate of its port [bit/s] each way, latency [ps], where windows are formed, operations a second."""

    rate: Fraction
    latency: int
    im2col: Literal["host", "tile"]
    compute: Fraction | None = None
    kv_cache: CachePath | None = None


@dataclass(frozen=True)
class ChipPath:
    """Link between neighbouring chips: rate [bit/s] each way, latency [ps]."""

    rate: Fraction
    latency: int


@dataclass(frozen=True)
class Programmer:
    """Writing weights: time of a row [ps], tiles at a time, writes that a device endures."""

    row: int
    tiles: int
    endurance: int


@dataclass(frozen=True)
class Pads:
    """Landing pads: the tiles beside them, values that each takes at once, and a step of the circuits [ps]."""

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    width: int
    step: int


@dataclass(frozen=True)
class Cores:
    """Compute cores: name -> the tile beside it, kind -> operations a second; rate of a scratchpad's port [bit/s],
    time of a signal from tile to tile [ps]."""

    places: Mapping[str, str]
    rates: Mapping[str, Fraction]
    bandwidth: Fraction
    hop: int


@dataclass(frozen=True)
class AttentionUnits:
    """Attention units of a chip: names, style, and what one is."""

    names: tuple[str, ...]
    style: str
    unit: Unit


@dataclass(frozen=True)
class Buffers:
    """Capacities: whole input vectors, bytes of window, bytes of residual, received partial-sum vectors."""

    vectors: int
    size: int
    residual: int
    receive: int


@dataclass(frozen=True)
class Hardware:
    """A chip in integers, or ``chips`` equal ones: ``single`` is the topology of one, ``topology`` that of all.

    With ``reload`` there is one chip, and ``chips`` are the sets of weights that it holds in turn. ``planes``: matrices
    that a tile can hold on top of each other, read one after the other; ``tiers``: arrays of a tile, likewise, with
    devices of their own. ``segment_inputs``: most inputs of a piece;
    ``devices`` a weight; ``sharing``: what pieces that share a tile need of their own. ``partial_sums`` add up over
    links, or at the host. ``backward``: time [ps] to change direction (None: there is one direction).
    ``magnitude_bits``, ``output_bits``: at most; ``mvms``: timing by both, where layers choose.
    """

    name: str
    rows: int
    columns: int
    topology: Topology
    mvm: Mvm
    local: Streaming
    link: Streaming
    unit: GlobalUnit | None
    host: HostPath
    buffers: Buffers
    transport: Literal["host", "links", "circuits", "mesh"]
    single: Topology
    chips: int = 1
    chip_link: ChipPath | None = None
    programmer: Programmer | None = None
    reload: bool = False
    pads: Pads | None = None
    cores: Cores | None = None
    attention: AttentionUnits | None = None
    planes: int = 1
    tiers: int = 1
    segment_inputs: int = 0
    devices: int = 1
    sharing: Literal["rows_and_columns", "columns"] = "rows_and_columns"
    partial_sums: Literal["links", "host"] = "links"
    backward: int | None = None
    magnitude_bits: int = 0
    output_bits: int = 0
    mvms: Mapping[tuple[int, int], Mvm] = field(default_factory=dict)

    def bits(self, layer: Layer) -> tuple[int, int]:
        """Magnitude bits of inputs and bits of results that a layer gets."""
        asked = layer.asked("magnitude_bits"), layer.asked("output_bits")
        return asked[0] or self.magnitude_bits, asked[1] or self.output_bits

    def mvm_of(self, layer: Layer) -> Mvm:
        """Timing of a layer's MVMs."""
        return self.mvms[self.bits(layer)] if self.mvms else self.mvm

    def site(self, name: str) -> str:
        """What is there of a tile, unit, port or link: sets of weights take turns on the same, and so do tiers."""
        return physical(name) if self.reload else tile_of(name) if self.tiers > 1 else name

    @property
    def arrays(self) -> int:
        """Arrays of a chip."""
        return len(self.single.tiles) * self.tiers

    @property
    def whole(self) -> bool:
        """Whether every layer has tiles of its own and is there once: packets and durations go to one place."""
        return self.transport in ("links", "circuits")

    @property
    def dies(self) -> int:
        """Chips that are there."""
        return 1 if self.reload else self.chips


def resolve(chip: Chip, chips: int = 1, *, reload: bool = False) -> Hardware:
    """Integers of a chip, or of so many equal ones; InputError where a link makes no sense.

    ``reload``: one chip that holds ``chips`` sets of weights in turn.
    """
    if not 1 <= chips <= MOST_CHIPS:
        raise InputError(f"must be between 1 and {MOST_CHIPS}", field="--chips", value=chips)
    tile = chip.tile
    if reload and int(tile.crossbar.tiers) > 1:
        raise InputError(f"is for tiles of one array; those of {chip.name} have tiers", field="--reload")
    digital, one = clock_period(chip.clocks.digital), build(chip)
    return Hardware(
        name=chip.name,
        rows=int(tile.crossbar.rows),
        columns=int(tile.crossbar.columns),
        topology=one if chips == 1 else repeated(one, chips, sets=reload),
        single=one,
        chips=chips,
        chip_link=None if reload else _between(chip.chip_link),
        programmer=_programmer(chip.programming),
        reload=reload,
        pads=_pads(chip),
        cores=_cores(chip, one),
        attention=_attention(chip),
        planes=int(tile.crossbar.planes),
        tiers=int(tile.crossbar.tiers),
        segment_inputs=int(tile.crossbar.segment_inputs or tile.crossbar.rows),
        devices=int(tile.crossbar.devices_per_weight),
        sharing=tile.crossbar.sharing,
        partial_sums=chip.partial_sums,
        backward=whole_ps(tile.crossbar.backward.switch.magnitude) if tile.crossbar.backward else None,
        magnitude_bits=int(tile.input.magnitude_bits),
        output_bits=int(tile.adc.bits),
        mvms=_mvms(chip),
        mvm=_mvm(chip),
        local=_local(chip, digital),
        link=streaming.link(digital, int(chip.links.lanes), int(chip.links.latency)),
        unit=_global(chip, digital),
        host=_host(chip.host),
        buffers=Buffers(
            int(tile.input_buffer.vectors),
            int(tile.input_buffer.size),
            int(tile.input_buffer.residual),
            int(tile.local_digital.receive_vectors),
        ),
        transport=chip.transport,
    )


def clock_period(frequency: Quantity) -> int:
    """Period of a clock in whole picoseconds, rounded up like every other time."""
    return whole_ps(10**12 / frequency.magnitude)


def _mvm(chip: Chip) -> Mvm:
    times = timing.mvm(chip)
    return Mvm(
        window=whole_ps(times.occupancy),
        latency=whole_ps(times.latency),
        transfer=whole_ps(chip.tile.integration.register_transfer.magnitude),
        period=clock_period(chip.clocks.mvm),
    )


def _mvms(chip: Chip) -> dict[tuple[int, int], Mvm]:
    """Timing at all bits for which the laws of modulators and converters hold, where layers choose."""
    if chip.tile.precision == "fixed":
        return {}
    found = {}
    inputs, outputs = int(chip.tile.input.magnitude_bits), int(chip.tile.adc.bits)
    for bits in product(range(1, inputs + 1), range(1, outputs + 1)):
        with suppress(InputError):
            found[bits] = _mvm(at_precision(chip, *bits))
    return found


def _pads(chip: Chip) -> Pads | None:
    pads = chip.landing_pads
    if pads is None:
        return None
    places = edge(chip)
    return Pads(
        spread(places, int(pads.inputs)),
        spread(places, int(pads.outputs)),
        int(pads.width),
        whole_ps(timing.step(chip)),
    )


def _cores(chip: Chip, one: Topology) -> Cores | None:
    section = chip.compute_cores
    if section is None:
        return None
    tiles = list(one.tiles)
    kinds = {"light": section.light, "heavy": section.heavy}
    places = {
        f"{kind}[{number}]": tile
        for kind, core in kinds.items()
        for number, tile in enumerate(spread(tiles, int(core.units)), 1)
    }
    if chip.attention:
        units = _attention_names(chip.attention)
        places |= dict(zip(units, spread(tiles, len(units)), strict=True))
    rates = {kind: core.rate.magnitude for kind, core in kinds.items()}
    hop = whole_ps(pitch(chip) * chip.links.anchor.delay.magnitude)
    return Cores(places, rates, section.scratchpad.bandwidth.magnitude, hop)


def _attention(chip: Chip) -> AttentionUnits | None:
    section = chip.attention
    if section is None:
        return None
    return AttentionUnits(_attention_names(section), section.style, section.unit())


def _attention_names(section: AttentionSection) -> tuple[str, ...]:
    return tuple(f"attention[{number}]" for number in range(1, int(section.units) + 1))


def _host(host: Host) -> HostPath:
    compute, cache = host.compute.magnitude if host.compute else None, host.kv_cache
    path = CachePath(int(cache.size), cache.bandwidth.magnitude) if cache else None
    return HostPath(host.bandwidth.magnitude, whole_ps(host.latency.magnitude), host.im2col, compute, path)


def _between(link: ChipLink | None) -> ChipPath | None:
    return ChipPath(link.bandwidth.magnitude, whole_ps(link.latency.magnitude)) if link else None


def _programmer(section: Programming | None) -> Programmer | None:
    if section is None:
        return None
    return Programmer(whole_ps(section.row_time.magnitude), int(section.tiles), int(section.endurance))


def _local(chip: Chip, period: int) -> Streaming:
    unit = chip.tile.local_digital
    return Streaming(period, int(unit.cycles_per_output), int(unit.pipeline), int(unit.lanes))


def _global(chip: Chip, period: int) -> GlobalUnit | None:
    unit = chip.global_digital
    if unit is None:
        return None
    stream = Streaming(period, int(unit.cycles_per_input), int(unit.pipeline))
    return GlobalUnit(stream, int(unit.inputs_per_output), int(unit.outputs))
