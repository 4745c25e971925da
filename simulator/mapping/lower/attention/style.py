"""What a style of attention unit answers, and what they share."""

from functools import singledispatch
from typing import Protocol

from simulator.base.errors import InputError
from simulator.mapping.lower.attention.seats import Seat, attention_resource, key_heads
from simulator.mapping.lower.builder import Spot
from simulator.mapping.lower.chip_path import seen
from simulator.mapping.lower.context import Context
from simulator.mapping.lower.reads import credit_index, reads, released_by
from simulator.mapping.lower.ways import present
from simulator.parts.attention.common import Unit
from simulator.program.form import Edge, Event, Int, Scope, Work
from simulator.workload.attention import Product
from simulator.workload.graph import Layer


class Style(Protocol):
    """Units of one style, in the lowering of one graph."""

    def work(self, layer: Layer, seat: Seat) -> Work:
        """Picoseconds of each position of a layer at its stage, and values, each of which costs what the part does."""

    def around(self, layer: Layer, seat: Seat, stage: int) -> None:
        """Streams beside that of a stage, and edges to it; it waits already for what the layer reads."""

    def keep(self, seat: Seat) -> None:
        """What becomes of every vector that the product of a seat looks at; called once a product."""


@singledispatch
def style_of(unit: Unit, context: Context) -> Style:
    """The style of a unit; each module of a style registers its own."""
    raise TypeError(f"no lowering for {type(unit).__name__}")


def served(context: Context, seat: Seat, server: str, kind: str) -> int:
    """A stream for a seat's product on another resource of its unit."""
    row = attention_resource(context.here(seat.unit), server)
    return context.builder.stream(
        Spot(row.name, row.part, seat.product.layer, kind), (context.builder.resource(row),)
    )


def memory(seat: Seat) -> str:
    """Which of the two memories of its unit: of keys, of values."""
    return "memory_keys" if seat.product.scores else "memory_values"


def write(context: Context, seat: Seat, work: Work) -> None:
    """Every vector that a seat's product looks at is written as soon as it is at the unit."""
    stream = served(context, seat, memory(seat), "write")
    context.builder.work(stream, work)
    context.builder.wait(second_known(context, seat.product, seat), stream, cause="operand")
    context.kept[seat.product.layer] = stream


def reserve(
    context: Context, layer: Layer, streams: tuple[int, int], there: int, first: Int | None = None
) -> None:
    """Of ``streams``, reader and writer: a vector is written when whoever may read the one in its place is through.

    ``there``: vectors for which there is room; ``first``: earliest that each position of the layer reads, by default
    all it may.
    """
    source, (reader, writer) = layer.inputs[1], streams
    second = context.graph[source.layer]
    first = reads(layer, source, second)[0] if first is None else first
    index = credit_index(released_by(first, second.positions), layer.positions, there)
    context.builder.edge(
        Edge(reader, writer, event=Event.FREE, index=index, scope=Scope.GLOBAL, cause="buffer")
    )


def check_arrays(context: Context, seat: Seat, rows: int) -> None:
    """InputError for heads that are longer than the ``rows`` of an array, or more than a unit has arrays for."""
    product, place = seat.product, context.hardware.name
    if product.share > rows:
        rule = f"a head of {product.share} values needs arrays of as many rows, whose charge adds up"
        raise InputError(rule, place=place, field="attention.rows", value=rows, remedy="Enlarge it")
    assert context.hardware.attention is not None
    needed, there = key_heads(context.seats, seat.unit), context.hardware.attention.unit.heads
    if needed > there:
        raise InputError(
            f"{seat.unit} serves layers of {needed} heads of keys in all, and each keeps arrays of its own",
            place=place,
            field="attention.heads",
            value=there,
            remedy="Take more attention.units (one a layer), or more heads",
        )


def second_known(context: Context, product: Product, seat: Seat) -> int:
    """The stream whose operation p says: the vector of position p that a product looks at is at its unit."""
    if context.hardware.cores is None:
        return seen(context, product.second, seat.chip)
    return present(context, product.second, seat.unit)
