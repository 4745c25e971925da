"""Keys and values of earlier tokens: written once, read by every later token of their sequence."""

from fractions import Fraction
from functools import lru_cache

import numpy as np

from simulator.mapping.lower.builder import Spot, constant
from simulator.mapping.lower.context import Context
from simulator.mapping.lower.host_work import whole
from simulator.parts.port import transfer
from simulator.program.form import Duration, Edge, Event, Int, Kind, Resource, Work
from simulator.workload.graph import Layer


def read_past(context: Context, layer: Layer, target: int) -> None:
    """What a layer looks back at streams out of the memory into ``target``, which ends no sooner.

    It is read when all of the layer's inputs are there; the token's own key or value is read with the others.
    """
    past = [source for source in layer.inputs if source.reach == "past"]
    if not past or not _timed(context):
        return
    cache, width = context.hardware.host.kv_cache, context.graph[past[0].layer].width
    assert cache is not None
    values, table = _reads(width, context.longest, cache.rate)
    stream = context.builder.stream(spot(layer.name, "read"), (memory(context),))
    context.builder.work(stream, Work(1, Duration(table=table), Duration(table=table), growing=values))
    for source in layer.inputs:
        context.builder.wait(context.view(source.layer), stream, cause="operand")
    context.builder.edge(Edge(stream, target, event=Event.START, lag=1, cause="host"))
    context.builder.edge(Edge(stream, target, Kind.FINISH, cause="host"))


def write_cached(context: Context) -> None:
    """Every token's keys and values go into the memory."""
    cache = context.hardware.host.kv_cache
    for layer in (context.graph[name] for name in context.cached if _timed(context)):
        assert cache is not None
        time = max(transfer(layer.width, cache.rate), 1)
        stream = context.builder.stream(spot(layer.name, "write"), (memory(context),))
        context.builder.work(stream, constant(1, time, time, values=layer.width))
        context.builder.wait(context.view(layer.name), stream, cause="operand")


def _timed(context: Context) -> bool:
    """Whether the memory takes time; only generation keeps something in it."""
    ideal = bool({"memory", "host"} & context.ideal)
    kept_here = context.hardware.host.kv_cache is not None and context.hardware.attention is None
    return bool(context.longest) and kept_here and not ideal


@lru_cache(maxsize=512)
def _reads(width: int, longest: int, rate: Fraction) -> tuple[Int, Int]:
    """Values of one byte and picoseconds of a token at each place, one array for all layers alike."""
    values = width * np.arange(1, longest + 1, dtype=np.int64)
    times = np.maximum(whole(values, Fraction(8 * 10**12) / rate), 1)
    for kept in (values, times):
        kept.setflags(write=False)
    return values, times


def spot(layer: str, kind: str) -> Spot:
    """Of a stream into or out of the memory."""
    return Spot("host.kv_cache", "kv_cache", layer, kind)


def memory(context: Context) -> int:
    """The memory's port."""
    return context.builder.resource(Resource("host.kv_cache", part="kv_cache"))
