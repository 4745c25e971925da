"""Activations over the on-chip links: one packet a position and column group, multicast to all who read it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from simulator.base.errors import InputError
from simulator.mapping.lower.builder import Spot, constant
from simulator.mapping.lower.chain import ChainStreams
from simulator.mapping.lower.context import Context
from simulator.mapping.lower.reads import credit_index, reads, released_by
from simulator.program.form import Edge, Event, Index, Int, Scope
from simulator.workload.graph import Layer, Source


@dataclass(frozen=True)
class Reader:
    """A stream on a tile that reads a layer's packets: an MVM (window) or a local unit (residual)."""

    stream: int
    tile: str
    layer: Layer
    source: Source
    capacity: int
    field: str


@dataclass(frozen=True)
class Sender:
    """A column group of the layer that is sent, by the name under which others read it."""

    layer: Layer
    number: int
    chain: ChainStreams


def on_chip(context: Context, name: str) -> str | None:
    """The layer with weights behind this one if its values can stay on the chip, pooled on the way or not."""
    home = context.fusion.home(name)
    layer = context.graph[home]
    if layer.matrices:
        return home
    if layer.kind == "max_pool2d":
        return on_chip(context, layer.inputs[0].layer)
    return None


def deliver(context: Context, name: str, chains: Sequence[ChainStreams], readers: Sequence[Reader]) -> None:
    """Send every position of a layer to its readers' tiles."""
    width = sum(chain.width for chain in chains)
    for number, chain in enumerate(chains):
        sender = Sender(context.graph[name], number, chain)
        packet = _packet(context, sender)
        arrived = _hops(context, sender, packet, readers)
        for reader in readers:
            _arrive(context, reader, arrived[reader.tile])
            if "memory" not in context.ideal:
                _reserve(context, sender.layer, reader, packet, width)


def _complete(context: Context, sender: Sender, name: str) -> int:
    """The stream whose operation p says that position p of this column group is complete at its node."""
    layer = context.graph[name]
    if context.graph[context.fusion.home(name)].matrices:
        return sender.chain.end
    source = layer.inputs[0]
    before = _complete(context, sender, source.layer)
    spot = Spot(sender.chain.node, "local_digital", name, f"pooled {sender.number}")
    pooled = context.builder.stream(spot)
    context.builder.work(pooled, constant(layer.positions))
    index = context.last(layer, source)
    context.builder.wait(before, pooled, index=index, cause="operand")
    return pooled


def _packet(context: Context, sender: Sender) -> int:
    """Packets in the transmit buffer; it stalls the chain when they cannot leave."""
    layer = sender.layer
    spot = Spot(f"{sender.chain.node}.transmit", "transmit_buffer", layer.name, f"packet {sender.number}")
    packet = context.builder.stream(spot)
    context.builder.work(packet, constant(layer.positions))
    context.builder.wait(_complete(context, sender, layer.name), packet, cause="operand")
    if "memory" not in context.ideal:
        index = Index(table=_sent_before(context, layer.name, context.hardware.buffers.receive))
        edge = Edge(packet, sender.chain.end, event=Event.FREE, index=index, scope=Scope.GLOBAL)
        context.builder.edge(replace(edge, cause="buffer"))
    return packet


def _sent_before(context: Context, name: str, depth: int) -> Int:
    """Per operation n of the chain: the last packet complete with operation n - depth, which must have left."""
    layer = context.graph[name]
    home = context.graph[context.fusion.home(name)]
    last = np.arange(layer.positions, dtype=np.int64)
    while not home.matrices:
        producer = context.graph[home.inputs[0].layer]
        last = reads(home, home.inputs[0], producer)[1][last]
        home = context.graph[context.fusion.home(producer.name)]
    return np.searchsorted(last, np.arange(home.positions) - depth, side="right").astype(np.int64) - 1


def _hops(context: Context, sender: Sender, packet: int, readers: Sequence[Reader]) -> dict[str, int]:
    """The multicast tree; tile -> the stream whose operation says that a packet has arrived there."""
    if "network" in context.ideal:
        return {reader.tile: packet for reader in readers}
    node = sender.chain.node
    before = context.hardware.topology.routes(node)
    at = {node: packet}
    for reader in readers:
        for target in _path(before, node, reader.tile, sender.layer.name):
            if target not in at:
                at[target] = _hop(context, sender, (before[target], target), at[before[target]])
    return at


def _path(before: dict[str, str], source: str, target: str, name: str) -> list[str]:
    """Nodes after the source up to the target."""
    path = [target]
    while path[-1] != source:
        if path[-1] not in before:
            raise InputError(
                f"no path of links from {source} to {target}",
                field=f"links (layer {name})",
                remedy="Add links (links.extra), or set transport=host",
            )
        path.append(before[path[-1]])
    return path[-2::-1]


def _hop(context: Context, sender: Sender, ends: tuple[str, str], before: int) -> int:
    """Packets over one link of the tree, behind the hop (or the transmit buffer) before it."""
    chain, layer, link = sender.chain, sender.layer, context.hardware.link
    spot = Spot("->".join(ends), "link", layer.name, f"activations {sender.number}")
    hop = context.builder.stream(spot, (context.link(*ends),))
    times = link.occupancy(chain.width), link.latency(chain.width)
    context.builder.work(hop, constant(layer.positions, *times, bytes=layer.positions * chain.width))
    if ends[0] == chain.node:
        context.builder.wait(before, hop, cause="operand")
    else:
        lags = {"start": link.first_out, "done": link.first_out, "free": link.last_in}
        context.builder.follow(before, hop, **lags, cause="link")
    return hop


def _arrive(context: Context, reader: Reader, arrived: int) -> None:
    index = context.last(reader.layer, reader.source)
    cause = "recurrence" if reader.source.delay else "link"
    context.builder.wait(arrived, reader.stream, index=index, cause=cause)


def _reserve(context: Context, producer: Layer, reader: Reader, packet: int, width: int) -> None:
    """A packet leaves only when the reader's buffer has room for its position."""
    first, last = reads(reader.layer, reader.source, producer)
    capacity, needed = reader.capacity // width, int((last - first).max()) + 1
    if capacity < needed:
        raise InputError(
            f"layer {reader.layer.name} keeps {needed * width} bytes of {producer.name} at {reader.tile}; "
            f"the buffer has {reader.capacity}",
            field=reader.field,
            remedy="Enlarge the buffer, or set transport=host",
        )
    index = credit_index(released_by(first, producer.positions), reader.layer.positions, capacity)
    edge = Edge(reader.stream, packet, index=index, scope=Scope.GLOBAL, cause="buffer")
    context.builder.edge(edge)
