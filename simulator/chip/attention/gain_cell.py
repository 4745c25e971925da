"""Section ``attention`` of style ``gain_cell``: keys and values on capacitors (Leroux et al. 2025)."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

from simulator.base.errors import InputError
from simulator.base.units import whole_ps
from simulator.chip.attention.base import AttentionSection, Scale
from simulator.chip.cost import Cost, cost
from simulator.chip.leaf import Area, Energy, Positive, Time
from simulator.chip.section import Anchor, Component
from simulator.parts.attention import gain_cell


class HeadFigures(Component):
    """A head: energies of a token over a full window, and its area.

    ``scores``, ``mix``: pulses into keys and into values; ``digital`` and routing; ``write`` of key and value.
    """

    scores: Energy
    mix: Energy
    digital: Energy
    write: Energy
    area: Area


class GainCellAttention(AttentionSection):
    """Arrays of ``rows`` (values of a head) by ``columns`` (tokens), as many as hold the last ``window`` tokens.

    ``heads``: of a unit, each with arrays of its own. A query's ``pulse`` is as long as it may be, a score's too;
    ``digital``: counting, sum over arrays, routing. ``write`` of a vector; ``decay``: until 1/e of it is left.
    """

    style: Literal["gain_cell"]
    rows: Positive
    columns: Positive
    window: Positive
    pulse: Time
    digital: Time
    write: Time
    decay: Time
    head: HeadFigures

    def unit(self) -> gain_cell.GainCell:
        """See ``AttentionSection``."""
        times = (self.pulse, self.digital, self.write, self.decay)
        ticks = (whole_ps(time.magnitude) for time in times)
        return gain_cell.GainCell(int(self.heads), 1, int(self.rows), int(self.window), *ticks)

    def check(self) -> None:
        """See ``AttentionSection``."""
        if int(self.window) % int(self.columns):
            rule = f"must be a multiple of the {self.columns.text} columns of an array"
            raise InputError(rule, field="window", value=self.window.text)
        if not self.decay.magnitude:
            raise InputError("must be longer than nothing", field="decay", value=self.decay.text)

    def energies(self) -> gain_cell.Energies:
        """Of a token and head."""
        at = self.head
        return gain_cell.Energies(
            at.scores.magnitude, at.mix.magnitude, at.digital.magnitude, at.write.magnitude
        )

    def costs(self, energy: Scale) -> Mapping[str, Cost]:
        """See ``AttentionSection``: a multiply-accumulate of pulses, a head's result, a key or value of a head.

        A column without a token takes no current (assumption).
        """
        at, cells = self.head, int(self.rows) * int(self.window)
        return {
            "attention_scores": cost(at.scores, at.scores.magnitude / cells),
            "attention_mix": cost(at.mix, at.mix.magnitude / cells),
            "attention_digital": cost(at.digital, at.digital.magnitude),
            "attention_memory": cost(at.write, at.write.magnitude / 2),
        }

    def area(self, area: Scale) -> Fraction:
        """See ``AttentionSection``."""
        return int(self.heads) * self.head.area.magnitude

    def anchors(self) -> Mapping[tuple[str, ...], Anchor]:
        """See ``AttentionSection``: nothing is scaled."""
        return {}
