"""What a style of attention unit answers, and what they share."""

from functools import singledispatch
from typing import Protocol

from simulator.mapping.lower.attention.seats import Seat, attention_resource
from simulator.mapping.lower.builder import Spot
from simulator.mapping.lower.chip_path import seen
from simulator.mapping.lower.context import Context
from simulator.mapping.lower.ways import present
from simulator.parts.attention.common import Unit
from simulator.program.form import Work
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


def second_known(context: Context, product: Product, seat: Seat) -> int:
    """The stream whose operation p says: the vector of position p that a product looks at is at its unit."""
    if context.hardware.cores is None:
        return seen(context, product.second, seat.chip)
    return present(context, product.second, seat.unit)
