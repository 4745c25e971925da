"""Bit-serial inputs: one read a magnitude bit, level drivers and a shift register a row."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from simulator.parts.inputs.common import Driven, Reads, drive
from simulator.parts.law import Range, known

BITS = Range(1, 8, "one read a bit; built with up to 7 magnitude bits (Khaddam-Aljameh 2022, Wan 2022)")

NODE = known("32 nm", "length", "source", "ISAAC: Shafiee et al., ISCA 2016, Sec. VII")
SUPPLY = known("0.9 V", "voltage", "assumption", "nominal supply of the node; ISAAC gives none")
COLUMNS = known(128, "count", "source", "ISAAC, Table I")
ENERGY = known(
    "0.390625 pJ", "energy", "derived", "ISAAC, Table I: 4 mW over 8 x 128 one-bit drivers, a read of 100 ns"
)
AREA = known("0.166 um^2", "area", "derived", "ISAAC, Table I: 0.00017 mm^2 over 8 x 128 one-bit drivers")
REGISTER = known("2 um^2", "area", "assumption", "one flip-flop of a 32 nm library")


@dataclass(frozen=True)
class BitSerial:
    """Magnitude bits, time of a bit's read [ps] and where bits are added up.

    ``accumulate``: *digital* converts every bit and shifts and adds; *analog* integrates bit k for 2^k reads on a
    capacitor and converts once (Wan et al. 2022). ``energy_each`` [pJ] a row and read, ``area_each`` and ``register``
    [mm^2] a row and a bit, at the anchor's columns.
    """

    bits: int
    cycle: Fraction
    accumulate: Literal["digital", "analog"]
    anchor_columns: int
    energy_each: Fraction
    area_each: Fraction
    register: Fraction

    def reads(self) -> Reads:
        """As many reads as bits, or 2^bits - 1 of them and one conversion."""
        BITS.check(self.bits, "magnitude_bits")
        if self.accumulate == "digital":
            return Reads(self.bits, self.cycle, self.bits)
        return Reads((1 << self.bits) - 1, self.cycle, 1)

    def energy(self, driven: Driven) -> Fraction:
        """Charge of the row lines, once a read."""
        each = self.energy_each * drive(driven.columns, self.anchor_columns)
        return each * driven.rows * driven.reads

    def area(self, rows: int, columns: int) -> Fraction:
        """Driver and a register of sign and magnitude."""
        return rows * (self.area_each * drive(columns, self.anchor_columns) + self.register * (self.bits + 1))

    def moved(self) -> bool:
        """Energy is per read: nothing is extrapolated in bits."""
        return False
