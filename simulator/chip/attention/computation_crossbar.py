"""Section ``attention`` of style ``computation_crossbar``: crossbars that read their operands from a large memory."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

from simulator.base.errors import InputError
from simulator.base.units import whole_ps
from simulator.chip.attention.base import AttentionSection, Scale
from simulator.chip.cost import Cost, cost
from simulator.chip.leaf import Area, Bits, Data, DataRate, Energy, EnergyPerBit, Positive, Time
from simulator.chip.section import Anchor, Component, Section
from simulator.parts.attention.computation_crossbar import ComputationCrossbar


class CrossbarFigures(Component):
    """A crossbar with drivers and converter: energy of a ``conversion`` with all that leads to it, and area.

    ``set``: energy of an operand of a product.
    """

    conversion: Energy
    set: Energy
    area: Area


class FunctionFigures(Component):
    """The function unit of a head: energy of a softmax value beyond its products, area."""

    energy: Energy
    area: Area


class DenseCrossbars(Section):
    """Memory of a unit for keys and values, INT8; ``bandwidth`` of the port of the keys, and of that of the values.

    ``write_time`` of a vector; ``read`` and ``write``: energy.
    """

    size: Data
    bandwidth: DataRate
    write_time: Time
    read: EnergyPerBit
    write: EnergyPerBit
    area: Area


class ComputationCrossbarAttention(AttentionSection):
    """``crossbars`` of ``rows`` x ``columns`` cells for a head of each of ``abreast`` positions.

    Operands have ``value_bits``, a column of cells and a read for each; ``converter_bits`` tell so many rows of bits
    apart (``rows_per_read``, 2^bits - 1 of them); one ``conversion`` a column, in turn; ``set_time`` of a row of
    operands. A softmax value takes ``softmax_products`` on the crossbars and the function unit's ``function_time``.
    """

    style: Literal["computation_crossbar"]
    crossbars: Positive
    abreast: Positive
    rows: Positive
    columns: Positive
    value_bits: Bits
    converter_bits: Bits
    rows_per_read: Positive
    conversion: Time
    set_time: Time
    softmax_products: Positive
    function_time: Time
    crossbar: CrossbarFigures
    function: FunctionFigures
    memory: DenseCrossbars

    def unit(self) -> ComputationCrossbar:
        """See ``AttentionSection``."""
        memory = self.memory
        times = (self.conversion, self.set_time, memory.write_time)
        conversion, set_time, write = (whole_ps(time.magnitude) for time in times)
        return ComputationCrossbar(
            int(self.heads), 1, int(memory.size), memory.bandwidth.magnitude, int(self.crossbars),
            int(self.abreast), int(self.rows), int(self.columns), int(self.value_bits), int(self.rows_per_read),
            conversion, set_time, write, int(self.softmax_products), whole_ps(self.function_time.magnitude),
        )  # fmt: skip

    def check(self) -> None:
        """See ``AttentionSection``."""
        most = min((1 << int(self.converter_bits)) - 1, int(self.rows))
        if int(self.rows_per_read) > most and int(self.rows_per_read) != int(self.rows):
            rule = f"must be at most {most}, sums that a converter tells apart, or all {self.rows.text} rows"
            raise InputError(rule, field="rows_per_read", value=self.rows_per_read.text)
        if self.memory.write.magnitude < self.memory.read.magnitude:
            rule = f"must be at least that of reading, {self.memory.read.text}"
            raise InputError(rule, field="memory.write", value=self.memory.write.text)
        if int(self.columns) < int(self.value_bits):
            rule = f"must be at least the {self.value_bits.text} columns of a value"
            raise InputError(rule, field="columns", value=self.columns.text)

    def costs(self, energy: Scale) -> Mapping[str, Cost]:
        """See ``AttentionSection``: an operand set, a softmax value, a conversion, a byte read or written.

        What a written byte costs beyond a read one is told apart.
        """
        crossbar, memory = self.crossbar, self.memory
        operand = cost(crossbar.set, crossbar.set.magnitude)
        return {
            "attention_scores": operand,
            "attention_softmax": cost(self.function.energy, self.function.energy.magnitude),
            "attention_mix": operand,
            "attention_converters": cost(crossbar.conversion, crossbar.conversion.magnitude),
            "attention_memory": cost(memory.read, 8 * memory.read.magnitude),
            "attention_writing": cost(memory.write, 8 * (memory.write.magnitude - memory.read.magnitude)),
        }

    def area(self, area: Scale) -> Fraction:
        """See ``AttentionSection``."""
        crossbars = self.unit().total * self.crossbar.area.magnitude
        return crossbars + int(self.heads) * self.function.area.magnitude + self.memory.area.magnitude

    def anchors(self) -> Mapping[tuple[str, ...], Anchor]:
        """See ``AttentionSection``: nothing is scaled."""
        return {}
