"""Activations by way of the host: out of a port when complete, into tiles when the next layer needs them."""

from collections.abc import Sequence

import numpy as np

from simulator.mapping.lower.builder import Spot, constant
from simulator.mapping.lower.chain import ChainStreams
from simulator.mapping.lower.chip_path import seen
from simulator.mapping.lower.context import Context
from simulator.mapping.lower.host_work import computing
from simulator.mapping.lower.kv_cache import read_past
from simulator.mapping.lower.reads import of_copy
from simulator.mapping.placed import PlacedChain
from simulator.mapping.split import Chain
from simulator.parts.port import transfer
from simulator.program.form import Duration, Edge, Event, Index, Int, Kind, Work
from simulator.workload.graph import Layer, Source
from simulator.workload.window import values_read


def feed_tile(context: Context, placed: PlacedChain, stage: int, mvm: int, source: Source) -> None:
    """Host to the input buffer of one tile, one vector per position."""
    layer = context.graph[placed.chain.layer]
    slot = mvm if "memory" in context.ideal else _slot(context, placed, stage, mvm)
    target, cause = slot, "operand"
    if "host" not in context.ideal:
        port, name = context.port("in", placed.tiles[stage])
        spot = Spot(name, "host", layer.name, f"to {placed.tiles[stage]}")
        target = context.builder.stream(spot, (port,))
        sizes = input_bytes(context, placed, stage, source)
        context.builder.work(target, transfers(context, sizes))
        context.builder.wait(target, slot, cause="host")
        if "memory" not in context.ideal:
            context.builder.credit(slot, target, context.hardware.buffers.vectors)
        cause = "host"
    if placed.tiles[stage] in context.programs:  # the buffer is that of whoever has weights on the tile
        context.builder.wait(
            context.programs[placed.tiles[stage]], target, index=Index(scale=0), cause="buffer"
        )
    from_view(context, target, layer, source, cause=cause, chain=placed.chain)


def feed_residual(context: Context, placed: PlacedChain, local: int, source: Source) -> None:
    """Host to the link input of the last local unit: what it adds."""
    layer = context.graph[placed.chain.layer]
    target, cause = local, "operand"
    if "host" not in context.ideal:
        port, name = context.port("in", placed.tiles[-1])
        spot = Spot(name, "host", layer.name, f"residual to {placed.tiles[-1]}")
        target = context.builder.stream(spot, (port,))
        sizes = np.full(placed.chain.positions(layer.positions), placed.chain.width, np.int64)
        context.builder.work(target, transfers(context, sizes))
        context.builder.wait(target, local, cause="host")
        if "memory" not in context.ideal:
            context.builder.credit(local, target, context.hardware.buffers.receive)
        cause = "host"
    addition = context.graph[context.fusion.name(layer.name)]
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
    context.builder.work(view, work)
    for number, chain in enumerate(chains):
        _way_out(context, layer, number, chain, view)
    latency = 0 if "host" in context.ideal else context.hardware.host.latency
    for stream in left:
        context.builder.wait(stream, view, lag=latency, cause="host")
    if not chains and not left:
        for source in layer.inputs:
            from_view(context, view, layer, source, cause="host")
        read_past(context, layer, view)


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


def transfers(context: Context, sizes: Int) -> Work:
    """Host port operations of these sizes [bytes]."""
    rate = context.hardware.host.rate
    total = int(sizes.sum())
    if (sizes == sizes[:1]).all():
        time = max(transfer(int(sizes[:1].sum()), rate), 1)
        return constant(len(sizes), time, time, bytes=total)
    kinds, which = np.unique(sizes, return_inverse=True)
    times = np.array([max(transfer(int(size), rate), 1) for size in kinds], np.int64)
    table = times[which]
    return Work(len(sizes), Duration(table=table), Duration(table=table), bytes=total)


def from_view(
    context: Context, target: int, layer: Layer, source: Source, *, cause: str, chain: Chain | None = None
) -> None:
    """``target`` waits for what its operations read, at the host of its chip."""
    view = seen(context, source.layer, context.homes[layer.name])
    why = "recurrence" if source.delay else cause if view == context.view(source.layer) else "link"
    index = context.last(layer, source)
    if chain is not None:
        index = of_copy(index, chain)
    context.builder.wait(view, target, index=index, cause=why)


def _way_out(context: Context, layer: Layer, number: int, chain: ChainStreams, view: int) -> None:
    """One column group's values out of the host port; the host's latency ends the way."""
    mine = Index(-chain.chain.copy, 1, chain.chain.copies)
    if "host" in context.ideal:
        context.builder.wait(chain.end, view, index=mine, cause="operand")
        return
    port, name = context.port("out", chain.node)
    spot = Spot(name, "host", layer.name, f"from {chain.node}")
    out = context.builder.stream(spot, (port,))
    positions = chain.chain.positions(layer.positions)
    context.builder.work(out, transfers(context, np.full(positions, chain.width, np.int64)))
    context.builder.wait(chain.end, out, cause="operand")
    context.builder.wait(out, view, lag=context.hardware.host.latency, index=mine, cause="host")
    if "memory" not in context.ideal:
        context.builder.credit(out, chain.end, context.hardware.buffers.receive)
