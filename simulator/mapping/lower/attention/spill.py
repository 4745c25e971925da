"""Keys and values of positions for which a unit has no room: in the host's memory for them."""

import numpy as np

from simulator.mapping.lower.attention import counts
from simulator.mapping.lower.attention.seats import Seat, width
from simulator.mapping.lower.attention.style import second_known
from simulator.mapping.lower.context import Context
from simulator.mapping.lower.kv_cache import memory, spot
from simulator.parts.port import transfers
from simulator.program.form import Edge, Event, Int, Kind
from simulator.workload.graph import Layer


def held(context: Context, seat: Seat, vectors: Int) -> Int:
    """Of so many vectors from the first on, those that the unit holds; shape of ``vectors``."""
    limit = _limit(context, seat)
    return vectors if limit is None else np.asarray(np.minimum(vectors, limit), np.int64)


def spills(context: Context, seat: Seat) -> bool:
    """Whether a sequence is longer than what the unit holds of it."""
    limit, ideal = _limit(context, seat), bool({"memory", "host"} & context.ideal)
    return limit is not None and not ideal and _length(context, seat) > limit


def write_rest(context: Context, seat: Seat) -> None:
    """Vectors that are not held go into the host's memory."""
    places = np.arange(1, _length(context, seat) + 1, dtype=np.int64)
    sizes = np.diff(places - held(context, seat, places), prepend=0) * seat.product.width
    stream = _stream(context, seat, "spilled", sizes)
    context.builder.wait(second_known(context, seat.product, seat), stream, cause="operand")
    context.kept[_rest(seat)] = stream


def read_rest(context: Context, layer: Layer, seat: Seat, stage: int, met: Int) -> None:
    """Those that a position meets stream into its stage, which ends no sooner.

    A position that meets none asks for nothing, and so waits for the memory (1 ps) all the same.
    """
    stream = _stream(context, seat, "read back", (met - held(context, seat, met)) * seat.product.width)
    query, second = layer.inputs
    context.builder.wait(context.view(query.layer), stream, index=context.last(layer, query), cause="operand")
    written, index = context.kept[_rest(seat)], context.last(layer, second)
    context.builder.wait(written, stream, index=index, cause="operand")
    context.builder.edge(Edge(stream, stage, event=Event.START, lag=1, cause="host"))
    context.builder.edge(Edge(stream, stage, Kind.FINISH, cause="host"))


def _stream(context: Context, seat: Seat, kind: str, sizes: Int) -> int:
    cache = context.hardware.host.kv_cache
    assert cache is not None
    stream = context.builder.stream(spot(seat.product.layer, kind), (memory(context),))
    context.builder.work(stream, counts.work(transfers(sizes, cache.rate), sizes, 0, context.longest))
    return stream


def _rest(seat: Seat) -> str:
    """Name of the stream that writes what is not held."""
    return f"{seat.product.layer} spilled"


def _length(context: Context, seat: Seat) -> int:
    return context.longest or context.graph[seat.product.second].positions


def _limit(context: Context, seat: Seat) -> int | None:
    units = context.hardware.attention
    assert units is not None
    return units.unit.spills_from(width(context.seats, seat.unit))
