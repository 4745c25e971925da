"""Attention on rewritten arrays: keys and values are programmed line by line, then both products are MVMs."""

from dataclasses import dataclass

import numpy as np

from simulator.base.errors import InputError
from simulator.mapping.lower.attention import counts
from simulator.mapping.lower.attention.seats import Seat
from simulator.mapping.lower.attention.style import (
    Style,
    check_arrays,
    reserve,
    style_of,
    write,
)
from simulator.mapping.lower.builder import constant
from simulator.mapping.lower.context import Context
from simulator.mapping.lower.reads import reads
from simulator.parts.attention.rewritten_array import RewrittenArray
from simulator.program.form import Work
from simulator.workload.graph import Layer


@style_of.register
def _style(unit: RewrittenArray, context: Context) -> Style:
    return _Rewritten(unit, context)


@dataclass(frozen=True)
class _Rewritten:
    unit: RewrittenArray
    context: Context

    def work(self, layer: Layer, seat: Seat) -> Work:
        """An MVM of all arrays of a head a query; those that share a head of keys take turns."""
        product, longest = seat.product, self.context.longest
        seconds, turns = self.context.graph[product.second].positions, product.heads // product.key_heads
        met = counts.met(layer.positions, seconds, product.causal, longest)
        if seat.stage == "softmax":
            return counts.work(self.unit.values(met, turns), met * product.heads, self.unit.drain, longest)
        times = np.full_like(met, turns * self.unit.mvm)
        return counts.work(times, met * product.share * product.heads, 0, longest)

    def around(self, layer: Layer, seat: Seat, stage: int) -> None:
        """Products wait until what they look at is written; lines are taken in turn."""
        if seat.stage == "softmax":
            return
        written = self.context.kept[layer.name]
        self.context.builder.wait(
            written, stage, index=self.context.last(layer, layer.inputs[1]), cause="operand"
        )
        if not self.context.longest:
            self._fits(layer, seat)
            reserve(self.context, layer, (stage, written), self.unit.tokens)

    def keep(self, seat: Seat) -> None:
        """A token's lines are written as soon as it is there; meanwhile no array of these is read."""
        check_arrays(self.context, seat, self.unit.rows)
        layer = self.context.graph[seat.product.second]
        busy, values = max(self.unit.writing(seat.product.key_heads), 1), layer.positions * layer.width
        write(self.context, seat, constant(layer.positions, busy, busy, values=values))

    def _fits(self, layer: Layer, seat: Seat) -> None:
        first, last = reads(layer, layer.inputs[1], self.context.graph[seat.product.second])
        needed = int((last - first).max()) + 1
        if needed > self.unit.tokens:
            raise InputError(
                f"all of {needed} tokens must be written at once; the arrays of a head hold {self.unit.tokens}",
                place=self.context.hardware.name,
                field="attention.arrays",
                remedy="Take more, or shorter sequences",
            )
