"""Section ``attention`` of style ``rewritten_array``: keys and values are programmed into arrays like a tile's."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

from simulator.base.units import whole_ps
from simulator.chip.attention.base import AttentionSection, Scale
from simulator.chip.cost import Cost, cost
from simulator.chip.leaf import Area, Count, Energy, Frequency, Positive, Time
from simulator.chip.section import Anchor, Component, library_anchor
from simulator.parts.attention import digital
from simulator.parts.attention.rewritten_array import Reading, RewrittenArray


class ArrayFigures(Component):
    """Energy of an MVM by cell, driver of a line in and converter of a line out; of a device written; areas alike."""

    cell: Energy
    driver: Energy
    converter: Energy
    device: Energy
    cell_area: Area
    driver_area: Area
    converter_area: Area


class SoftmaxAnchor(Anchor):
    """Energy of a softmax value; area of what computes one a cycle."""

    energy: Energy
    area: Area


class RewrittenAttention(AttentionSection):
    """Each head: ``arrays`` of ``rows`` (its values) by ``columns`` (tokens) for keys, as many turned round for values.

    ``heads``: of a unit, each with arrays of its own. ``mvm``: from inputs to results, of all arrays of a head at once.
    ``write``: time of a line (a token's key or value of a head), all of its ``devices`` a value at once, ``writers``
    lines of keys and as many of values at a time. ``softmax`` values a cycle and head, ``pipeline`` cycles deep.
    """

    style: Literal["rewritten_array"]
    rows: Positive
    columns: Positive
    arrays: Positive
    mvm: Time
    write: Time
    writers: Positive
    devices: Positive
    endurance: Count
    clock: Frequency
    softmax: Positive
    pipeline: Positive
    array: ArrayFigures
    anchor: SoftmaxAnchor = library_anchor(
        SoftmaxAnchor,
        node=digital.NODE,
        supply=digital.SUPPLY,
        energy=digital.VALUE_ENERGY,
        area=digital.VALUE_AREA,
    )

    def unit(self) -> RewrittenArray:
        """See ``AttentionSection``."""
        return RewrittenArray(
            int(self.heads), whole_ps(10**12 / self.clock.magnitude), int(self.rows),
            int(self.arrays) * int(self.columns), whole_ps(self.mvm.magnitude), whole_ps(self.write.magnitude),
            int(self.writers), int(self.softmax), int(self.pipeline), int(self.endurance),
        )  # fmt: skip

    def costs(self, energy: Scale) -> Mapping[str, Cost]:
        """See ``AttentionSection``: a multiply-accumulate, a softmax value, a value written.

        A line without a token or a value of the head costs nothing (assumption).
        """
        at, rows, columns = self.array, int(self.rows), int(self.columns)
        reading = Reading(at.cell.magnitude, at.driver.magnitude, at.converter.magnitude)
        return {
            "attention_scores": cost(at.converter, reading.whole(rows, columns) / (rows * columns)),
            "attention_mix": cost(at.converter, reading.whole(columns, rows) / (rows * columns)),
            "attention_softmax": cost(self.anchor.energy, self.anchor.energy.magnitude, energy(self.anchor)),
            "attention_memory": cost(at.device, int(self.devices) * at.device.magnitude),
        }

    def area(self, area: Scale) -> Fraction:
        """See ``AttentionSection``."""
        at, rows, columns = self.array, int(self.rows), int(self.columns)
        size = Reading(at.cell_area.magnitude, at.driver_area.magnitude, at.converter_area.magnitude)
        each = size.whole(rows, columns) + size.whole(columns, rows)
        softmax = int(self.softmax) * self.anchor.area.magnitude * area(self.anchor)
        return int(self.heads) * (int(self.arrays) * each + softmax)

    def anchors(self) -> Mapping[tuple[str, ...], Anchor]:
        """See ``AttentionSection``."""
        return {("anchor",): self.anchor}
