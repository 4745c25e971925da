"""Activations by way of the host: out of a port when complete, into tiles when the next layer needs them."""

from collections.abc import Sequence

import numpy as np

from simulator.chip.topology import chip_of
from simulator.mapping.lower.attention.units import around_stage, stage_work
from simulator.mapping.lower.builder import Spot, constant
from simulator.mapping.lower.chain import ChainStreams
from simulator.mapping.lower.chip_path import seen
from simulator.mapping.lower.context import Context
from simulator.mapping.lower.host_work import computing
from simulator.mapping.lower.kv_cache import read_past
from simulator.mapping.lower.reads import of_copy
from simulator.mapping.lower.ways import Way, fetched_from, present, way_in, way_out
from simulator.mapping.placed import PlacedChain
from simulator.mapping.split import Chain
from simulator.program.form import Duration, Edge, Event, Index, Int, Kind, Work
from simulator.workload.graph import Layer, Source
from simulator.workload.window import values_read


def feed_tile(context: Context, placed: PlacedChain, stage: int, mvm: int, source: Source) -> None:
    """Host to the input buffer of one tile, one vector per position."""
    layer = context.graph[placed.chain.layer]
    slot = mvm if "memory" in context.ideal else _slot(context, placed, stage, mvm)
    target, cause = slot, "operand"
    if context.carried:
        way = way_in(context, layer.name, source.layer, _receivers(context, placed, stage))
        spot = Spot(way.unit, way.part, layer.name, f"to {way.target}")
        target, cause = context.builder.stream(spot, way.resources), way.cause
        sizes = packed(context, layer, input_bytes(context, placed, stage, source), results=False)
        context.builder.work(target, transfers(way, sizes))
        context.builder.wait(target, slot, cause=cause)
        if "memory" not in context.ideal:
            context.builder.credit(slot, target, context.hardware.buffers.vectors)
    if placed.tiles[stage] in context.programs:  # the buffer is that of whoever has weights on the tile
        context.builder.wait(
            context.programs[placed.tiles[stage]], target, index=Index(scale=0), cause="buffer"
        )
    if target not in context.fed:
        context.fed.add(target)
        from_view(context, target, layer, source, cause=cause, chain=placed.chain)


def _receivers(context: Context, placed: PlacedChain, stage: int) -> list[str]:
    """Tiles that a vector reaches: on a mesh all of a copy and set with the same rows (multicast), else one."""
    if context.hardware.cores is None:
        return [placed.tiles[stage]]
    own, mine = placed.chain.pieces[stage], chip_of(placed.tiles[stage])
    rows = (mine, placed.chain.copy, own.matrix, own.rows)
    return [
        tile
        for other in context.mapping.of(placed.chain.layer)
        for tile, piece in zip(other.tiles, other.chain.pieces, strict=True)
        if (chip_of(tile), other.chain.copy, piece.matrix, piece.rows) == rows
    ]


def feed_residual(context: Context, placed: PlacedChain, local: int, source: Source) -> None:
    """Host to the link input of the last local unit: what it adds."""
    layer = context.graph[placed.chain.layer]
    target, cause = local, "operand"
    addition = context.graph[context.fusion.name(layer.name)]
    if context.carried:
        way = way_in(context, addition.name, source.layer, [placed.tiles[-1]])
        spot = Spot(way.unit, way.part, layer.name, f"residual to {placed.tiles[-1]}")
        target, cause = context.builder.stream(spot, way.resources), way.cause
        sizes = np.full(placed.chain.positions(layer.positions), placed.chain.width, np.int64)
        context.builder.work(target, transfers(way, sizes))
        context.builder.wait(target, local, cause=cause)
        if "memory" not in context.ideal:
            context.builder.credit(local, target, context.hardware.buffers.receive)
    from_view(context, target, addition, source, cause=cause, chain=placed.chain)


def lower_view(context: Context, name: str, chains: list[ChainStreams], left: Sequence[int] = ()) -> None:
    """What precedes a layer's positions at the host: its chains' way out, or the host's own work.

    ``left``: streams that have brought parts of every position out already.
    """
    view, layer = context.view(name), context.graph[name]
    if layer.kind == "input":
        context.builder.work(view, constant(1))
        return
    computed = context.computed(name)
    work = computing(context.hardware, layer, context.longest) if computed else constant(layer.positions)
    if name in context.seats:
        work = stage_work(context, layer)
    context.builder.work(view, work)
    for number, chain in enumerate(chains):
        _way_out(context, layer, number, chain, view)
    latency = 0 if "host" in context.ideal else context.hardware.host.latency
    for stream in left:
        context.builder.wait(stream, view, lag=latency, cause="host")
    if not chains and not left:
        for source in layer.inputs:
            from_view(
                context, view, layer, source, cause="host" if context.hardware.cores is None else "link"
            )
        if name in context.seats:
            around_stage(context, layer, view)
        else:
            read_past(context, layer, view)


def packed(context: Context, layer: Layer, values: Int, *, results: bool) -> Int:
    """Bytes of so many values: INT8; where layers choose their bits, those of inputs with their sign, or of results."""
    if not context.hardware.mvms:
        return values
    inputs, outputs = context.hardware.bits(layer)
    return -(-values * (outputs if results else inputs + 1) // 8)


def input_bytes(context: Context, placed: PlacedChain, stage: int, source: Source) -> Int:
    """Bytes that cross to one tile for each position that it computes, INT8, shape (positions,).

    With im2col at the host the piece's rows of the whole window; with im2col at the tile the values of all
    channels at positions not read before, of those of its blocks where the matrix has blocks; every copy gets all.
    """
    layer, chain = context.graph[placed.chain.layer], placed.chain
    piece = chain.pieces[stage]
    if layer.window is None or context.hardware.host.im2col == "host":
        return np.full(chain.positions(layer.positions), piece.height, np.int64)
    fresh = values_read(layer, context.graph[source.layer]).new
    fresh = fresh * piece.blocks // layer.matrices[piece.matrix].blocks
    if chain.copies == 1:
        return fresh
    shares = np.add.reduceat(fresh, np.arange(0, layer.positions, chain.copies))
    return shares[: chain.positions(layer.positions)]


def _slot(context: Context, placed: PlacedChain, stage: int, mvm: int) -> int:
    """An input vector holds a place in the tile's buffer from its arrival to the end of its MVM."""
    buffer, name = context.input_buffer(placed.tiles[stage], placed.chain.layer)
    spot = Spot(name, "input_buffer", placed.chain.layer, "input")
    slot = context.builder.stream(spot, (buffer,), gap=0)
    positions = placed.chain.positions(context.graph[placed.chain.layer].positions)
    context.builder.work(slot, constant(positions))
    context.builder.wait(slot, mvm, cause="operand")
    context.builder.edge(Edge(mvm, slot, Kind.HOLD, Event.DONE, cause="buffer"))
    return slot


def transfers(way: Way, sizes: Int) -> Work:
    """Operations that carry vectors of these sizes [bytes] one way."""
    total = int(sizes.sum())
    if (sizes == sizes[:1]).all():
        time = way.time(int(sizes[:1].sum()))
        return constant(len(sizes), time, time, bytes=total)
    kinds, which = np.unique(sizes, return_inverse=True)
    times = np.array([way.time(int(size)) for size in kinds], np.int64)
    table = times[which]
    return Work(len(sizes), Duration(table=table), Duration(table=table), bytes=total)


def from_view(
    context: Context, target: int, layer: Layer, source: Source, *, cause: str, chain: Chain | None = None
) -> None:
    """``target`` waits for what its operations read, at the host of its chip or in a scratchpad."""
    if context.hardware.cores is None:
        view = seen(context, source.layer, context.homes[layer.name])
    else:
        home = fetched_from(context, layer.name, source.layer) if chain else context.cores[layer.name]
        view = present(context, source.layer, home)
    why = "recurrence" if source.delay else cause if view == context.view(source.layer) else "link"
    index = context.last(layer, source)
    if chain is not None:
        index = of_copy(index, chain)
    context.builder.wait(view, target, index=index, cause=why)


def _way_out(context: Context, layer: Layer, number: int, chain: ChainStreams, view: int) -> None:
    """One column group's values out of the tiles; the host's latency ends the way to it."""
    mine = Index(-chain.chain.copy, 1, chain.chain.copies)
    if not context.carried:
        context.builder.wait(chain.end, view, index=mine, cause="operand")
        return
    way = way_out(context, layer.name, chain.node)
    spot = Spot(way.unit, way.part, layer.name, f"from {chain.node}")
    out = context.builder.stream(spot, way.resources)
    positions = chain.chain.positions(layer.positions)
    sizes = packed(context, layer, np.full(positions, chain.width, np.int64), results=True)
    context.builder.work(out, transfers(way, sizes))
    context.builder.wait(chain.end, out, cause="operand")
    latency = context.hardware.host.latency if context.hardware.cores is None else 0
    context.builder.wait(out, view, lag=latency, index=mine, cause=way.cause)
    if "memory" not in context.ideal:
        context.builder.credit(out, chain.end, context.hardware.buffers.receive)
