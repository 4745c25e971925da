"""Attention on computation crossbars: for every position keys or values are read from a memory, set and multiplied."""

from dataclasses import dataclass

import numpy as np

from simulator.mapping.lower.attention import counts
from simulator.mapping.lower.attention.digital import InMemory
from simulator.mapping.lower.attention.seats import Seat, attention_resource
from simulator.mapping.lower.attention.style import Style, style_of
from simulator.mapping.lower.builder import Spot, constant
from simulator.mapping.lower.context import Context
from simulator.parts.attention.computation_crossbar import ComputationCrossbar
from simulator.program.form import Edge, Event, Int, Work
from simulator.workload.graph import Layer


@style_of.register
def _style(unit: ComputationCrossbar, context: Context) -> Style:
    return _Crossbars(unit, context)


@dataclass(frozen=True)
class _Crossbars(InMemory):
    unit: ComputationCrossbar

    def work(self, layer: Layer, seat: Seat) -> Work:
        """Positions abreast follow by their share of a position's time; counted are multiply-accumulates."""
        times, values, drain = self._times(layer, seat)
        busy = -(-times // self.unit.abreast)
        return counts.work(busy, values, times - busy + drain, self.context.longest)

    def around(self, layer: Layer, seat: Seat, stage: int) -> None:
        """Beside reading from the memory: conversions, which are counted."""
        super().around(layer, seat, stage)
        inner, outer = self._sides(layer, seat)
        unit, soft = self.unit, seat.stage == "softmax"
        made = unit.value_conversions(outer) if soft else unit.conversions(inner, outer)
        times = -(-self._times(layer, seat)[0] // unit.abreast)
        stream = self._counted(seat, layer.name, "converters", "convert")
        work = counts.work(times, made * seat.product.heads, 0, self.context.longest)
        self.context.builder.work(stream, work)
        self.context.builder.edge(Edge(stage, stream, event=Event.START, lag=1, cause="operand"))

    def keep(self, seat: Seat) -> None:
        """Written as into any memory; what that costs is counted apart from what reading does."""
        super().keep(seat)
        layer = self.context.graph[seat.product.second]
        stream = self._counted(seat, seat.product.layer, "writing", "written")
        self.context.builder.work(
            stream, constant(layer.positions, 1, 1, values=layer.positions * layer.width)
        )
        self.context.builder.wait(self.context.kept[seat.product.layer], stream, cause="operand")

    def _counted(self, seat: Seat, layer: str, part: str, kind: str) -> int:
        """A stream that takes nobody's time."""
        place = attention_resource(self.context.here(seat.unit), part)
        return self.context.builder.stream(Spot(place.name, place.part, layer, kind))

    def _sides(self, layer: Layer, seat: Seat) -> tuple[Int, Int]:
        """Rows and columns of a head's product at each position; of softmax, one and its values."""
        met = self._met(layer, seat)
        share = np.full_like(met, seat.product.share)
        if seat.stage == "softmax":
            return np.ones_like(met), met
        return (share, met) if seat.stage == "scores" else (met, share)

    def _times(self, layer: Layer, seat: Seat) -> tuple[Int, Int, int]:
        """Picoseconds of a position, what is counted of it, and picoseconds that come behind."""
        inner, outer = self._sides(layer, seat)
        heads = seat.product.heads
        if seat.stage == "softmax":
            return self.unit.values(outer, heads), outer * heads, self.unit.drain
        read = self.unit.transfer(self._met(layer, seat) * seat.product.width)
        times = np.maximum(self.unit.product(inner, outer, heads), read * self.unit.abreast)
        return times, inner * outer * heads, 0
