"""How a vector gets from where activations wait to a tile and back: a host port, or circuits of a mesh."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from simulator.base.errors import InputError
from simulator.chip.topology import chip_of, on_chip, physical
from simulator.mapping.lower.builder import Spot, constant
from simulator.mapping.lower.chip_path import seen
from simulator.mapping.lower.context import Context
from simulator.mapping.lower.mesh_routes import tree
from simulator.parts.port import transfer
from simulator.parts.streaming import Streaming
from simulator.program.form import Resource


@dataclass(frozen=True)
class Way:
    """Resources taken at one instant for each vector, and how long: at a ``rate`` [bit/s], and a delay [ps] at most."""

    unit: str
    part: str
    resources: tuple[int, ...]
    rate: Fraction
    link: Streaming
    delay: int = 0
    target: str = ""

    @property
    def cause(self) -> str:
        """Why somebody waits for what comes this way."""
        return "link" if self.part == "circuit" else "host"

    def time(self, size: int) -> int:
        """Time [ps] of a vector of ``size`` bytes, at least one; a circuit is held for all of it."""
        alone = transfer(size, self.rate)
        if self.part == "circuit":
            alone = max(alone, self.link.occupancy(size)) + self.delay
        return max(alone, 1)


def host_way(context: Context, direction: str, node: str) -> Way:
    """Through the host port of a node's chip, "in" or "out"."""
    port, name = context.port(direction, node)
    return Way(name, "host", (port,), context.hardware.host.rate, context.hardware.link, target=node)


def way_in(context: Context, reader: str, source: str, tiles: Sequence[str]) -> Way:
    """To tiles, from where a layer's reader finds the source; several on a mesh only."""
    if context.hardware.cores is None:
        return host_way(context, "in", tiles[0])
    core = fetched_from(context, reader, source)
    return _circuit(context, core, "out", beside(context, core), tiles)


def way_out(context: Context, layer: str, node: str) -> Way:
    """From a tile to where a layer's values wait."""
    if context.hardware.cores is None:
        return host_way(context, "out", node)
    core = context.cores[layer]
    return _circuit(context, core, "in", node, [beside(context, core)])


def fetched_from(context: Context, reader: str, source: str) -> str:
    """The core in whose scratchpad a reader finds a source: where it is, or its own for what comes from outside."""
    core, own = context.cores[source], context.cores[reader]
    return core if core and chip_of(core) == chip_of(own) else own


def present(context: Context, layer: str, core: str) -> int:
    """The stream whose operation p says: position p of a layer is in the scratchpad of a core."""
    home = context.cores[layer]
    if home == core or not context.carried:
        return seen(context, layer, chip_of(core))
    if (layer, core) not in context.moves:
        context.moves[layer, core] = _move(context, layer, home, core)
    return context.moves[layer, core]


def _move(context: Context, name: str, home: str, core: str) -> int:
    """A layer's positions from core to core, or from the host; an input crosses as a whole."""
    layer = context.graph[name]
    before = seen(context, name, chip_of(core))
    if not home or chip_of(home) != chip_of(core):
        way = host_way(context, "in", core)
    else:
        way = _circuit(context, core, "in", beside(context, home), [beside(context, core)])
    spot = Spot(way.unit, way.part, name, f"{home or 'host'} to {core}")
    stream = context.builder.stream(spot, way.resources)
    count = 1 if layer.kind == "input" else layer.positions
    size = layer.positions * layer.width // count
    context.builder.work(stream, constant(count, way.time(size), way.time(size), bytes=count * size))
    context.builder.wait(before, stream, cause="operand")
    return stream


def leave(context: Context, name: str) -> None:
    """An output's positions from its core to the host."""
    layer, way = context.graph[name], host_way(context, "out", context.cores[name])
    stream = context.builder.stream(Spot(way.unit, way.part, name, "leaves"), way.resources)
    time = way.time(layer.width)
    context.builder.work(stream, constant(layer.positions, time, time, bytes=layer.positions * layer.width))
    context.builder.wait(context.view(name), stream, lag=context.hardware.host.latency, cause="operand")


def beside(context: Context, core: str) -> str:
    """The tile that a core stands beside."""
    assert context.hardware.cores is not None
    chip, name = chip_of(core), core.rpartition("/")[2]
    return on_chip(chip, context.hardware.dies, context.hardware.cores.places[name])


def _circuit(context: Context, core: str, direction: str, source: str, targets: Sequence[str]) -> Way:
    """The port of a core's scratchpad and every link of a multicast tree, held together."""
    cores, hardware = context.hardware.cores, context.hardware
    assert cores is not None
    port = Resource(f"{context.here(core)}.scratchpad.{direction}", part="scratchpad")
    first, ends = physical(source), tuple(map(physical, targets))
    if (first, ends) not in context.trees:
        context.trees[first, ends] = tree(hardware.single, first, ends, set(), set()) or []
    links, chip = context.trees[first, ends], chip_of(context.here(source))
    if not links and ends != (first,):
        rule = f"finds no way from {first} to {', '.join(ends)}"
        raise InputError(rule, field="links", remedy="Add links (links.extra, links.reach)")
    named = [(on_chip(chip, hardware.dies, a), on_chip(chip, hardware.dies, b)) for a, b in links]
    numbers = (context.builder.resource(port), *(context.link(a, b) for a, b in named))
    target = targets[0] if len(targets) == 1 else f"{targets[0]} and {len(targets) - 1} more"
    unit = f"{context.here(core)}.scratchpad.{direction}"
    return Way(unit, "circuit", numbers, cores.bandwidth, hardware.link, len(links) * cores.hop, target)
