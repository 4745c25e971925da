"""Digital attention units: keys and values go into SRAM and stream out of it again for every position."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from simulator.base.errors import InputError
from simulator.mapping.lower.attention import counts
from simulator.mapping.lower.attention.seats import Seat, width
from simulator.mapping.lower.attention.style import Style, second_known, served, style_of
from simulator.mapping.lower.builder import constant
from simulator.mapping.lower.context import Context
from simulator.mapping.lower.host_work import whole
from simulator.mapping.lower.reads import credit_index, reads, released_by
from simulator.parts.attention.digital import Digital
from simulator.parts.port import transfer
from simulator.program.form import Edge, Event, Int, Kind, Scope, Work
from simulator.workload.graph import Layer

_BUFFERS = 2
"""Positions whose keys or values have left the memory: one at work, one behind it (assumption)."""


@style_of.register
def _style(unit: Digital, context: Context) -> Style:
    return _Digital(unit, context)


@dataclass(frozen=True)
class _Digital:
    unit: Digital
    context: Context

    def work(self, layer: Layer, seat: Seat) -> Work:
        """Multiply-accumulates of scores and mix, values of softmax."""
        met, heads = self._met(layer, seat), seat.product.heads
        if seat.stage == "softmax":
            times, values = self.unit.values(met, heads), met * heads
        else:
            each = met * seat.product.share
            times, values = self.unit.products(each, heads), each * heads
        return counts.work(times, values, self.unit.drain, self.context.longest)

    def around(self, layer: Layer, seat: Seat, stage: int) -> None:
        """Keys or values stream out of the memory into the stage, which ends no sooner than the last arrives."""
        if seat.stage == "softmax":
            return
        builder, kept = self.context.builder, self.context.kept[layer.name]
        read = served(self.context, seat, _memory(seat), "read")
        sizes = self._met(layer, seat) * seat.product.width
        builder.work(read, counts.work(self._times(sizes), sizes, 0, self.context.longest))
        builder.wait(kept, read, index=self.context.last(layer, layer.inputs[1]), cause="operand")
        builder.credit(stage, read, _BUFFERS)
        builder.edge(Edge(read, stage, event=Event.START, lag=1, cause="buffer"))
        builder.edge(Edge(read, stage, Kind.FINISH, cause="buffer"))
        if not self.context.longest:
            self._reserve(layer, seat, stage, kept)

    def keep(self, seat: Seat) -> None:
        """A vector is written as soon as it is there."""
        layer = self.context.graph[seat.product.second]
        write = served(self.context, seat, _memory(seat), "write")
        busy = max(transfer(layer.width, self.unit.rate), 1)
        self.context.builder.work(
            write, constant(layer.positions, busy, busy, values=layer.positions * layer.width)
        )
        self.context.builder.wait(second_known(self.context, seat.product, seat), write, cause="operand")
        self.context.kept[seat.product.layer] = write

    def _met(self, layer: Layer, seat: Seat) -> Int:
        product = seat.product
        seconds = self.context.graph[product.second].positions
        return counts.met(layer.positions, seconds, product.causal, self.context.longest)

    def _times(self, sizes: Int) -> Int:
        """Picoseconds of each position's bytes through the port, the total rounded once."""
        passed = whole(np.cumsum(sizes), Fraction(8 * 10**12) / self.unit.rate)
        return np.asarray(np.diff(passed, prepend=0), np.int64)

    def _reserve(self, layer: Layer, seat: Seat, stage: int, write: int) -> None:
        """A vector is written when there is room: whoever may read the one in its place is through with it."""
        second = self.context.graph[seat.product.second]
        first, last = reads(layer, layer.inputs[1], second)
        each = width(self.context.seats, seat.unit)
        needed, there = int((last - first).max()) + 1, self.unit.positions(each)
        if needed > there:
            raise InputError(
                f"keys and values of {needed} positions take {needed * each:,} bytes at {seat.unit}, which serves "
                f"{_layers(self.context, seat)}; it has {self.unit.size:,}",
                place=self.context.hardware.name,
                field="attention.kv.size",
                remedy="Enlarge it, or take more attention.units",
            )
        index = credit_index(released_by(first, second.positions), layer.positions, there)
        edge = Edge(stage, write, event=Event.FREE, index=index, scope=Scope.GLOBAL, cause="buffer")
        self.context.builder.edge(edge)


def _memory(seat: Seat) -> str:
    """Which of the two memories: of keys, of values."""
    return "memory_keys" if seat.product.scores else "memory_values"


def _layers(context: Context, seat: Seat) -> str:
    served = {
        other.product.layer
        for other in context.seats.values()
        if other.unit == seat.unit and other.stage == "mix"
    }
    return f"{len(served)} of the layers"
