"""A column group on its tiles: MVMs, local units that add partial sums on the way, a global unit at the end."""

from dataclasses import dataclass, replace

from simulator.mapping.lower.asked import asked
from simulator.mapping.lower.builder import Builder, Spot, constant
from simulator.mapping.lower.context import Context
from simulator.mapping.placed import PlacedChain
from simulator.mapping.split import Chain
from simulator.program.form import Edge, Event, Index, Kind, Scope

FORWARD, BACKWARD = 0, 1
"""Set-up classes of an array that is used in either direction."""


@dataclass(frozen=True)
class ChainStreams:
    """Stream numbers of a lowered chain: MVM and local unit per stage, and the one that ends it.

    ``width`` is the number of values that leave the end per position, ``node`` where it stands, ``chain`` what
    it computes.
    """

    mvms: tuple[int, ...]
    locals: tuple[int, ...]
    end: int
    width: int
    node: str
    chain: Chain


def lower_chain(context: Context, placed: PlacedChain) -> ChainStreams:
    """Streams and edges of one chain, inputs and outputs left open."""
    positions = placed.chain.positions(context.graph[placed.chain.layer].positions)
    mvms = tuple(_mvm(context, placed, stage, positions) for stage in range(len(placed.tiles)))
    locals_ = tuple(_local(context, placed, stage, positions) for stage in range(len(placed.tiles)))
    for stage, (mvm, local) in enumerate(zip(mvms, locals_, strict=True)):
        context.builder.wait(mvm, local, lag=context.hardware.mvm.transfer, cause="operand")
        if "memory" not in context.ideal:
            register(context.builder, mvm, local, shared=context.mapping.shares(placed.tiles[stage]))
        if stage:
            _partial_sum(context, placed, stage, locals_[stage - 1], local)
    if placed.unit is None:
        return ChainStreams(mvms, locals_, locals_[-1], placed.chain.width, placed.tiles[-1], placed.chain)
    return _with_unit(context, placed, mvms, locals_)


def _mvm(context: Context, placed: PlacedChain, stage: int, positions: int) -> int:
    tile, piece = placed.tiles[stage], placed.chain.pieces[stage]
    spot = Spot(f"{tile}.crossbar", "crossbar", placed.chain.layer, "mvm")
    direction = BACKWARD if placed.chain.backward else FORWARD
    stream = context.builder.stream(spot, context.crossbar(tile), setup_class=direction)
    layer = context.graph[placed.chain.layer]
    mvm = context.hardware.mvm_of(layer)
    times = mvm.window, mvm.latency
    work = constant(positions, *times, macs=positions * piece.macs)
    context.builder.work(
        stream, replace(work, asked=asked(context, layer, piece, backward=placed.chain.backward))
    )
    return stream


def _local(context: Context, placed: PlacedChain, stage: int, positions: int) -> int:
    tile, width = placed.tiles[stage], placed.chain.width
    spot = Spot(f"{tile}.local", "local_digital", placed.chain.layer, "local")
    stream = context.builder.stream(spot, (context.local(tile),))
    unit = context.hardware.local
    times = unit.occupancy(width), unit.latency(width)
    context.builder.work(stream, constant(positions, *times, values=positions * width))
    return stream


def register(builder: Builder, mvm: int, local: int, *, shared: bool) -> None:
    """Counters keep their result until the local unit has emptied the register of the one before.

    On a shared tile that is no reason for other columns to wait: the next MVM of this piece waits instead, which
    starts it at the same time.
    """
    if shared:
        builder.credit(local, mvm, 2, cause="register")
        return
    index = Index(-1)
    builder.edge(Edge(local, mvm, Kind.HOLD, Event.FREE, index=index, scope=Scope.GLOBAL, cause="register"))


def _partial_sum(context: Context, placed: PlacedChain, stage: int, before: int, local: int) -> None:
    """Partial sums stream from one local unit through a link into the next."""
    unit, link = context.hardware.local, context.hardware.link
    if "memory" not in context.ideal:
        context.builder.credit(local, before, context.hardware.buffers.receive)
    if "network" in context.ideal:
        context.builder.follow(
            before, local, start=unit.first_out, done=unit.first_out, free=unit.last_in, cause="operand"
        )
        return
    hop = hop_stream(context, placed, placed.tiles[stage - 1], placed.tiles[stage], "partial sum")
    context.builder.follow(
        before, hop, start=unit.first_out, done=link.first_out, free=link.last_in, cause="operand"
    )
    context.builder.follow(
        hop, local, start=link.first_out, done=unit.first_out, free=unit.last_in, cause="link"
    )


def hop_stream(context: Context, placed: PlacedChain, source: str, target: str, kind: str) -> int:
    """Packets of a chain over one link: its width in bytes per position, INT8."""
    layer, width = placed.chain.layer, placed.chain.width
    positions = placed.chain.positions(context.graph[layer].positions)
    spot = Spot(f"{source}->{target}", "link", layer, kind)
    stream = context.builder.stream(spot, (context.link(source, target),))
    link = context.hardware.link
    times = link.occupancy(width), link.latency(width)
    context.builder.work(stream, constant(positions, *times, bytes=positions * width))
    return stream


def _with_unit(
    context: Context, placed: PlacedChain, mvms: tuple[int, ...], locals_: tuple[int, ...]
) -> ChainStreams:
    """The last local unit streams into the global unit of its column."""
    assert placed.unit is not None
    assert context.hardware.unit is not None
    unit, inputs = context.hardware.unit.unit, placed.chain.width
    width = inputs // context.hardware.unit.inputs_per_output
    positions = context.graph[placed.chain.layer].positions
    spot = Spot(placed.unit, "global_digital", placed.chain.layer, "gates")
    stream = context.builder.stream(spot, (context.unit(placed.unit),))
    context.builder.work(
        stream, constant(positions, unit.occupancy(inputs), unit.latency(inputs), values=positions * inputs)
    )
    local, link = context.hardware.local, context.hardware.link
    before, ready = locals_[-1], local.first_out
    if "network" not in context.ideal:
        hop = hop_stream(context, placed, placed.tiles[-1], placed.unit, "gates")
        context.builder.follow(
            before, hop, start=ready, done=link.first_out, free=link.last_in, cause="operand"
        )
        before, ready = hop, link.first_out
    context.builder.follow(
        before, stream, start=ready, done=unit.first_out, free=unit.last_in, cause="operand"
    )
    if "memory" not in context.ideal:
        context.builder.credit(stream, locals_[-1], context.hardware.buffers.receive)
    return ChainStreams(mvms, locals_, stream, width, placed.unit, placed.chain)
