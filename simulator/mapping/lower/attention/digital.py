"""Digital attention units: keys and values go into SRAM and stream out of it again for every position."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from simulator.base.errors import InputError
from simulator.mapping.lower.attention import counts
from simulator.mapping.lower.attention.seats import Seat, attention_resource, width
from simulator.mapping.lower.attention.spill import held, read_rest, spills, write_rest
from simulator.mapping.lower.attention.style import Style, memory, reserve, style_of, write
from simulator.mapping.lower.builder import Spot, constant
from simulator.mapping.lower.context import Context
from simulator.mapping.lower.reads import reads
from simulator.parts.attention.digital import Digital, Memory
from simulator.program.form import Edge, Event, Int, Work
from simulator.workload.graph import Layer


@style_of.register
def _style(unit: Digital, context: Context) -> Style:
    return _Digital(unit, context)


@dataclass(frozen=True)
class InMemory:
    """Keys and values in a memory of the unit, which streams them out for every position."""

    unit: Memory
    context: Context
    otherwise: ClassVar[str] = ""
    """What else may be done about sequences that are too long."""

    def around(self, layer: Layer, seat: Seat, stage: int) -> None:
        """Keys or values are read while the stage lasts, which waits until they are written."""
        if seat.stage == "softmax":
            return
        builder, kept = self.context.builder, self.context.kept[layer.name]
        builder.wait(kept, stage, index=self.context.last(layer, layer.inputs[1]), cause="operand")
        sizes = held(self.context, seat, self._met(layer, seat)) * seat.product.width
        place = attention_resource(self.context.here(seat.unit), memory(seat))
        read = builder.stream(Spot(place.name, place.part, layer.name, "read"))
        builder.work(read, counts.work(self.unit.transfer(sizes), sizes, 0, self.context.longest))
        builder.edge(Edge(stage, read, event=Event.START, lag=1, cause="operand"))
        if not self.context.longest:
            self._reserve(layer, seat, stage, kept)
        if spills(self.context, seat):
            read_rest(self.context, layer, seat, stage, self._met(layer, seat))

    def keep(self, seat: Seat) -> None:
        """A vector is written as soon as it is there."""
        write(self.context, seat, self._written(self.context.graph[seat.product.second], seat))
        if spills(self.context, seat):
            write_rest(self.context, seat)

    def _written(self, layer: Layer, seat: Seat) -> Work:
        busy = self.unit.written(layer.width)
        if not spills(self.context, seat):
            return constant(layer.positions, busy, busy, values=layer.positions * layer.width)
        places = np.arange(1, (self.context.longest or layer.positions) + 1, dtype=np.int64)
        here = np.diff(held(self.context, seat, places), prepend=0)
        return counts.work(here * busy, here * layer.width, 0, self.context.longest)

    def _met(self, layer: Layer, seat: Seat) -> Int:
        product = seat.product
        seconds = self.context.graph[product.second].positions
        return counts.met(layer.positions, seconds, product.causal, self.context.longest)

    def _reserve(self, layer: Layer, seat: Seat, stage: int, write: int) -> None:
        """A vector is written when there is room: whoever may read the one in its place is through with it."""
        second = self.context.graph[seat.product.second]
        first, last = reads(layer, layer.inputs[1], second)
        each = width(self.context.seats, seat.unit)
        needed, there = int((last - first).max()) + 1, self.unit.positions(each)
        if spills(self.context, seat):
            there = needed
        if needed > there:
            raise InputError(
                f"keys and values of {needed} positions take {needed * each:,} bytes at {seat.unit}, which serves "
                f"{_layers(self.context, seat)}; it has {self.unit.size:,}",
                place=self.context.hardware.name,
                field="attention.kv.size",
                remedy=f"Enlarge it, or take more attention.units{self.otherwise}",
            )
        reserve(self.context, layer, (stage, write), there)


@dataclass(frozen=True)
class _Digital(InMemory):
    unit: Digital
    otherwise: ClassVar[str] = ", or let it spill: attention.kv.overflow=spill"

    def work(self, layer: Layer, seat: Seat) -> Work:
        """Multiply-accumulates of scores and mix, as fast as keys or values come; values of softmax."""
        met, heads = self._met(layer, seat), seat.product.heads
        if seat.stage == "softmax":
            times, values = self.unit.values(met, heads), met * heads
        else:
            each = met * seat.product.share
            read = self.unit.transfer(held(self.context, seat, met) * seat.product.width)
            times, values = np.maximum(self.unit.products(each, heads), read), each * heads
        return counts.work(times, values, self.unit.drain, self.context.longest)


def _layers(context: Context, seat: Seat) -> str:
    served = {
        other.product.layer
        for other in context.seats.values()
        if other.unit == seat.unit and other.stage == "mix"
    }
    return f"{len(served)} of the layers"
