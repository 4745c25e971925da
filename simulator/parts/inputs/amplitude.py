"""Inputs as voltages: one read, a converter a row: capacitors that double with every bit, or a resistor ladder."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from simulator.parts.inputs.common import Driven, Reads, drive
from simulator.parts.law import Range, doublings, known

BITS = Range(1, 8, "capacitive converters of one to eight bits (Saberi et al., TCAS-I 58(8), 1736, 2011)")
LADDER = Range(1, 20, "resistor ladders of up to 20 bits (Analog Devices, AD5791 data sheet)")

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

    ``energy_each`` [pJ] a row and read, ``area_each`` [mm^2] a row, at the anchor's bits and columns. ``network``:
    *capacitive* doubles with every bit; a *ladder* has two resistors a bit.
    """

    bits: int
    settle: Fraction
    anchor_bits: int
    anchor_columns: int
    energy_each: Fraction
    area_each: Fraction
    network: Literal["capacitive", "ladder"] = "capacitive"

    def reads(self) -> Reads:
        """One read, one conversion."""
        (LADDER if self.network == "ladder" else BITS).check(self.bits, "magnitude_bits")
        return Reads(1, self.settle, 1)

    def energy(self, driven: Driven) -> Fraction:
        """Of the network."""
        return (
            self.energy_each
            * self._grown()
            * drive(driven.columns, self.anchor_columns)
            * driven.rows
            * driven.planes
        )

    def area(self, rows: int, columns: int) -> Fraction:
        """As the energy."""
        return self.area_each * self._grown() * rows * drive(columns, self.anchor_columns)

    def moved(self) -> bool:
        """Whether the bits differ from the anchor's."""
        return self.bits != self.anchor_bits

    def _grown(self) -> Fraction:
        """Size of the network over the anchor's."""
        if self.network == "ladder":
            return Fraction(self.bits, self.anchor_bits)
        return doublings(self.bits - self.anchor_bits)
