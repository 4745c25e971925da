"""Inputs as voltages: one read, a digital-to-analog converter a row whose size doubles with every bit."""

from dataclasses import dataclass
from fractions import Fraction

from simulator.parts.inputs.common import Driven, Reads, drive
from simulator.parts.law import Range, doublings, known

BITS = Range(1, 8, "capacitive converters of one to eight bits (Saberi et al., TCAS-I 58(8), 1736, 2011)")

NODE = known("32 nm", "length", "source", "ISAAC: Shafiee et al., ISCA 2016, Sec. VII")
SUPPLY = known("0.9 V", "voltage", "assumption", "nominal supply of the node; ISAAC gives none")
COLUMNS = known(128, "count", "source", "ISAAC, Table I")
ANCHOR_BITS = known(1, "count", "source", "ISAAC, Table I: one-bit converters")
ENERGY = known(
    "0.390625 pJ",
    "energy",
    "derived",
    "ISAAC, Table I: 4 mW over 8 x 128 one-bit converters, a read of 100 ns",
)
AREA = known("0.166 um^2", "area", "derived", "ISAAC, Table I: 0.00017 mm^2 over 8 x 128 one-bit converters")


@dataclass(frozen=True)
class Amplitude:
    """Magnitude bits and time until the lines have settled [ps].

    ``energy_each`` [pJ] a row and read, ``area_each`` [mm^2] a row, at the anchor's bits and columns.
    """

    bits: int
    settle: Fraction
    anchor_bits: int
    anchor_columns: int
    energy_each: Fraction
    area_each: Fraction

    def reads(self) -> Reads:
        """One read, one conversion."""
        BITS.check(self.bits, "magnitude_bits")
        return Reads(1, self.settle, 1)

    def energy(self, driven: Driven) -> Fraction:
        """The capacitors of a converter double with every bit."""
        each = self.energy_each * doublings(self.bits - self.anchor_bits)
        return each * drive(driven.columns, self.anchor_columns) * driven.rows * driven.reads

    def area(self, rows: int, columns: int) -> Fraction:
        """As the energy."""
        each = self.area_each * doublings(self.bits - self.anchor_bits)
        return each * rows * drive(columns, self.anchor_columns)

    def moved(self) -> bool:
        """Whether the bits differ from the anchor's."""
        return self.bits != self.anchor_bits
