"""Attention on gain cells: a token's key and value are written, then pulses go through the keys and the values."""

from dataclasses import dataclass

import numpy as np

from simulator.base.errors import InputError
from simulator.mapping.lower.attention import counts
from simulator.mapping.lower.attention.seats import Seat
from simulator.mapping.lower.attention.style import (
    Style,
    check_arrays,
    reserve,
    served,
    style_of,
    write,
)
from simulator.mapping.lower.builder import constant
from simulator.mapping.lower.context import Context
from simulator.mapping.lower.reads import reads
from simulator.parts.attention.gain_cell import GainCell
from simulator.program.form import Work
from simulator.workload.graph import Layer


@style_of.register
def _style(unit: GainCell, context: Context) -> Style:
    return _GainCell(unit, context)


@dataclass(frozen=True)
class _GainCell:
    unit: GainCell
    context: Context

    def work(self, layer: Layer, seat: Seat) -> Work:
        """Pulses into the keys; what comes out of the values is counted and added up, head by head.

        Queries that share a head of keys take turns.
        """
        if seat.stage == "scores":
            return self._pulses(layer, seat)
        busy = max(self._turns(seat) * self.unit.digital, 1)
        return constant(layer.positions, busy, busy, values=layer.positions * seat.product.heads)

    def around(self, layer: Layer, seat: Seat, stage: int) -> None:
        """Pulses wait for what is written; those into the values keep the charge of the scores until they end."""
        builder, written = self.context.builder, self.context.kept[layer.name]
        index = self.context.last(layer, layer.inputs[1])
        pulses = stage
        if seat.stage == "mix":
            assert seat.block is not None
            pulses = served(self.context, seat, "mix", "pulses")
            builder.work(pulses, self._pulses(layer, seat))
            builder.wait(self.context.view(layer.inputs[0].layer), pulses, cause="operand")
            builder.wait(pulses, stage, cause="operand")
            builder.credit(pulses, self.context.view(seat.block.scores.layer), 1)
        builder.wait(written, pulses, index=index, cause="operand")
        if not self.context.longest:
            self._slide(layer, seat, pulses, written)

    def keep(self, seat: Seat) -> None:
        """A key or value of all heads is written at once, over that of the token that leaves the window."""
        self._check(seat)
        positions, busy = self.context.graph[seat.product.second].positions, max(self.unit.write, 1)
        work = constant(positions, busy, busy, values=positions * seat.product.key_heads)
        write(self.context, seat, work)

    def _pulses(self, layer: Layer, seat: Seat) -> Work:
        """One pulse a query, through all tokens at once; counted are multiply-accumulates."""
        product, longest = seat.product, self.context.longest
        seconds = self.context.graph[product.second].positions
        met = counts.met(layer.positions, seconds, product.causal, longest, self.unit.window)
        times = np.full_like(met, self._turns(seat) * self.unit.pulse)
        return counts.work(times, met * product.share * product.heads, 0, longest)

    def _turns(self, seat: Seat) -> int:
        return seat.product.heads // seat.product.key_heads

    def _slide(self, layer: Layer, seat: Seat, pulses: int, written: int) -> None:
        """A vector is written when whoever looks at the one in its place has been through."""
        second, window = self.context.graph[seat.product.second], self.unit.window
        first, _ = reads(layer, layer.inputs[1], second)
        if seat.product.causal:
            own = np.arange(layer.positions) + second.positions - layer.positions
            first = np.maximum(own - window + 1, 0)
        reserve(self.context, layer, (pulses, written), window, first)

    def _check(self, seat: Seat) -> None:
        """InputError for heads that find no arrays, and for a sequence that must be there as a whole."""
        check_arrays(self.context, seat, self.unit.rows)
        product, unit, place = seat.product, self.unit, self.context.hardware.name
        length = self.context.graph[product.second].positions
        if not product.causal and length > unit.window:
            rule = f"all of {length} tokens must be there at once, which look at each other"
            remedy = "Enlarge it, or take shorter sequences"
            raise InputError(rule, place=place, field="attention.window", value=unit.window, remedy=remedy)
