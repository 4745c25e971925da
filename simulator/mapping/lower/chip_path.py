"""Activations from chip to chip: at which chip's host each layer is known, and the links between neighbours."""

from simulator.mapping.lower.builder import Spot, constant
from simulator.mapping.lower.context import Context
from simulator.parts.port import transfer
from simulator.program.form import Resource


def seen(context: Context, layer: str, chip: int) -> int:
    """The stream whose operation p says: position p of a layer is known at the host of a chip.

    Hosts of neighbouring chips are linked; each link carries what anybody behind it reads, once.
    """
    home = context.homes[layer]
    if context.hardware.chip_link is None or "network" in context.ideal or chip == home:
        return context.view(layer)
    if (layer, chip) not in context.hops:
        context.hops[layer, chip] = _hop(context, layer, chip - 1 if chip > home else chip + 1, chip)
    return context.hops[layer, chip]


def _hop(context: Context, name: str, source: int, target: int) -> int:
    """A layer's positions over one link; an input crosses as a whole."""
    layer, link = context.graph[name], context.hardware.chip_link
    assert link is not None
    before = seen(context, name, source)
    ends = f"c{source}->c{target}"
    resource = context.builder.resource(Resource(ends, part="chip_link"))
    stream = context.builder.stream(Spot(ends, "chip_link", name, "to next chip"), (resource,))
    count = 1 if layer.kind == "input" else layer.positions
    size = layer.positions * layer.width // count
    busy = max(transfer(size, link.rate), 1)
    context.builder.work(stream, constant(count, busy, busy + link.latency, bytes=count * size))
    context.builder.wait(before, stream, cause="operand")
    return stream
