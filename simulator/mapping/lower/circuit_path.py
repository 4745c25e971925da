"""Activations as durations: circuits from landing pads or tiles to tiles and pads, each held for whole steps.

A *read* takes, at one instant, the pads or the columns that send, every link of their multicast trees, and the columns
that integrate. What a layer's columns hold leaves in *output* steps: to output pads, or as the next layer's read.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from simulator.chip.resolve import Pads
from simulator.mapping.lower.asked import asked
from simulator.mapping.lower.builder import Spot, constant
from simulator.mapping.lower.circuits import Circuits, Slice, Turn
from simulator.mapping.lower.context import Context
from simulator.mapping.lower.host_path import from_view, input_bytes, transfers
from simulator.mapping.lower.ways import host_way
from simulator.mapping.placed import PlacedChain
from simulator.program.form import Edge, Event, Resource
from simulator.workload.graph import Layer, Source

_KEPT = ("", "none", "relu", "hard_sigmoid")
"""Activations that a tile's comparators do by the timing of their gate (Ambrogio et al. 2023, ED Fig. 2d)."""


@dataclass(frozen=True)
class _Reads:
    """Stream numbers of a layer's reads, one a turn; ``follows``: the layer whose columns send, if no pads do."""

    streams: tuple[int, ...]
    follows: str = ""


def lower_circuits(context: Context) -> dict[str, list[int]]:
    """All layers with weights; layer -> streams that leave by the host port, for ``lower_views``."""
    followed = _followed(context)
    circuits = Circuits(context.hardware.topology, _pads(context), context.hardware.chips)
    reads = {
        layer.name: _reads(context, circuits, layer, followed.get(layer.name, ""))
        for layer in context.graph.mapped
    }
    sends = {made.follows: made for made in reads.values() if made.follows}
    out: dict[str, list[int]] = {}
    for layer in context.graph.mapped:
        if layer.name in sends:
            _hand_over(context, reads[layer.name], sends[layer.name])
        else:
            out[layer.name] = _outputs(context, circuits, layer, reads[layer.name])
    return out


def _pads(context: Context) -> Pads:
    pads = context.hardware.pads
    assert pads is not None
    return pads


def _followed(context: Context) -> dict[str, str]:
    """Layer -> the layer whose durations it integrates as they are: no word in between."""
    graph, found = context.graph, {}
    readers = Counter(source.layer for layer in graph.layers for source in layer.inputs)
    for layer in graph.mapped:
        source = layer.inputs[0]
        before = graph[source.layer]
        alone = len(layer.inputs) == 1 and readers[before.name] == 1 and before.name not in graph.outputs
        plain = layer.kind == before.kind == "linear" and not (source.delay or source.reach)
        alike = before.activation in _KEPT and before.positions == layer.positions
        here = context.homes[before.name] == context.homes[layer.name]
        if alone and plain and alike and here:
            found[layer.name] = before.name
    return found


def _reads(context: Context, circuits: Circuits, layer: Layer, before: str) -> _Reads:
    placed = context.mapping.of(layer.name)
    senders = context.mapping.of(before) if before else ()
    turns = circuits.turns(placed, senders)
    streams = tuple(_read(context, layer, turn, number) for number, turn in enumerate(turns))
    for earlier, later in pairwise(streams):
        context.builder.wait(earlier, later, cause="operand")
        context.builder.credit(later, earlier, 1, cause="register")
    for turn, stream in zip(turns, streams, strict=True):
        for part in turn.slices:
            if part.pad:
                _feed(context, layer, part, stream)
            _mvms(context, part, stream, layer)
    return _Reads(streams, before)


def _read(context: Context, layer: Layer, turn: Turn, number: int) -> int:
    """The circuits of one turn, and the arrays at their ends."""
    step, window = _pads(context).step, context.hardware.mvm.window
    numbers = _taken(context, turn)
    unit = turn.pads[0] if turn.pads else f"{turn.senders[0]}.adc"
    spot = Spot(unit, "landing_pad" if turn.pads else "circuit", layer.name, "read")
    stream = context.builder.stream(spot, numbers, name=f"{layer.name} read {number + 1}")
    sent = sum(part.height for part in turn.slices if part.pad) * (window // step)
    context.builder.work(stream, constant(layer.positions, window, window, values=layer.positions * sent))
    return stream


def _taken(context: Context, turn: Turn) -> tuple[int, ...]:
    """What the circuits of a turn take at one instant: pads, columns that send, and links unless these are ideal."""
    step = _pads(context).step
    resources = [Resource(pad, period=step, part="landing_pad") for pad in turn.pads]
    resources += [Resource(f"{tile}.adc", part="adc") for tile in turn.senders]
    if "network" not in context.ideal:
        resources += [Resource("->".join(ends), part="link") for ends in turn.links]
    return tuple(map(context.builder.resource, resources))


def _mvms(context: Context, part: Slice, read: int, layer: Layer) -> None:
    """The MVMs of a read, a picosecond behind its grant and done with it: nobody else can have their tiles."""
    window = context.hardware.mvm.window
    for tile, piece in zip(part.tiles, part.pieces, strict=True):
        spot = Spot(f"{tile}.crossbar", "crossbar", layer.name, "mvm")
        numbers = tuple(
            context.builder.resource(Resource(f"{tile}.{unit}", part=unit)) for unit in ("crossbar", "adc")
        )
        name = f"{layer.name} {piece.name} {piece.rows[0]} mvm {tile}"
        mvm = context.builder.stream(spot, numbers, name=name)
        macs = layer.positions * piece.macs
        work = constant(layer.positions, window - 1, window - 1, macs=macs)
        context.builder.work(mvm, replace(work, asked=asked(context, layer, piece)))
        context.builder.edge(Edge(read, mvm, event=Event.START, lag=1, cause="operand"))


def _feed(context: Context, layer: Layer, part: Slice, read: int) -> None:
    """Words of one slice through the host port into its pad, once for all tiles that the circuit feeds."""
    piece = part.pieces[0]
    source = Source(layer.name, 1) if piece.reads < 0 else layer.inputs[piece.reads]
    target, cause = read, "operand"
    if "host" not in context.ideal:
        way = host_way(context, "in", part.tiles[0])
        spot = Spot(way.unit, way.part, layer.name, f"to {part.pad} {piece.name} {piece.rows[0]}")
        target, cause = context.builder.stream(spot, way.resources), way.cause
        sizes = input_bytes(context, part.placed, part.stage, source)
        context.builder.work(target, transfers(way, sizes))
        context.builder.wait(target, read, cause="host")
        if "memory" not in context.ideal:
            context.builder.credit(read, target, context.hardware.buffers.vectors)
    from_view(context, target, layer, source, cause=cause)


def _hand_over(context: Context, before: _Reads, after: _Reads) -> None:
    """The next layer's reads take what the columns hold; they are free for the next position after the last."""
    for read in after.streams:
        context.builder.wait(before.streams[-1], read, cause="operand")
    context.builder.credit(after.streams[-1], before.streams[0], 1, cause="register")


def _outputs(context: Context, circuits: Circuits, layer: Layer, reads: _Reads) -> list[int]:
    """Output steps of a layer, and their words through the host port."""
    placed, step, left = context.mapping.of(layer.name), _pads(context).step, []
    for number, turn in enumerate(circuits.outputs(placed)):
        spot = Spot(turn.pads[0], "landing_pad", layer.name, "output")
        numbers = _taken(context, turn)
        stream = context.builder.stream(spot, numbers, name=f"{layer.name} output {number + 1}")
        values = layer.positions * sum(chain.chain.width for chain in turn.chains)
        context.builder.work(stream, constant(layer.positions, step, step, values=values))
        context.builder.wait(reads.streams[-1], stream, cause="operand")
        context.builder.credit(stream, reads.streams[0], 1, cause="register")
        left.append(_leave(context, layer, turn.chains, stream))
    return left


def _leave(context: Context, layer: Layer, chains: Sequence[PlacedChain], stream: int) -> int:
    """Words of one output step through the host port; the stream that a view waits for."""
    if "host" in context.ideal:
        return stream
    way = host_way(context, "out", chains[0].tiles[-1])
    spot = Spot(way.unit, way.part, layer.name, f"from {chains[0].chain.layer} {chains[0].chain.group}")
    out = context.builder.stream(spot, way.resources)
    width = sum(placed.chain.width for placed in chains)
    context.builder.work(out, transfers(way, np.full(layer.positions, width, np.int64)))
    context.builder.wait(stream, out, cause="operand")
    if "memory" not in context.ideal:
        context.builder.credit(out, stream, context.hardware.buffers.vectors)
    return out
