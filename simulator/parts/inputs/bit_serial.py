"""Bit-serial inputs: a plane of bits at a time, level drivers and a shift register a row."""

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
PHASES = known(1, "count", "assumption", "all bits in one phase")
WHOLE = known(3, "count", "source", "Wan et al. 2022: two phases for inputs of more than 3 magnitude bits")


@dataclass(frozen=True)
class BitSerial:
    """Magnitude bits, time of a bit's read [ps] and where bits are added up.

    ``accumulate``: *digital* converts every bit and shifts and adds; *analog* integrates bit k for 2^k reads on a
    capacitor and converts once (Wan et al. 2022), or, with two ``phases``, once for either half of an input of more
    than ``whole`` bits: the upper half first, which is the larger one (assumption). ``energy_each`` [pJ] a row and
    plane of bits, ``area_each`` and ``register`` [mm^2] a row and a bit, at the anchor's columns. ``line``: energy
    [pJ] of a row's word line a plane, and of its first connection a conversion.
    """

    bits: int
    cycle: Fraction
    accumulate: Literal["digital", "analog"]
    anchor_columns: int
    energy_each: Fraction
    area_each: Fraction
    register: Fraction
    phases: int = 1
    whole: int = 8
    line: tuple[Fraction, Fraction] = (Fraction(0), Fraction(0))

    def reads(self) -> Reads:
        """As many reads as bits, or 2^bits - 1 of them and one conversion, of all bits or of either half."""
        BITS.check(self.bits, "magnitude_bits")
        if self.accumulate == "digital":
            return Reads(self.bits, self.cycle, self.bits, self.bits)
        parts: tuple[int, ...] = (self.bits,)
        if self.phases == 2 and self.bits > self.whole:
            parts = (self.bits - self.bits // 2, self.bits // 2)
        reads = sum((1 << part) - 1 for part in parts)
        return Reads(reads, self.cycle, len(parts), self.bits, (0, parts[0])[: len(parts)])

    def energy(self, driven: Driven) -> Fraction:
        """Charge of the rows, once a plane of bits, however long its voltage stays."""
        return self.energy_each * self._grown(driven) * driven.planes

    def lines(self, driven: Driven) -> Fraction:
        """Charge of the word lines."""
        plane, first = self.line
        return (plane * driven.planes + first * driven.conversions) * self._grown(driven)

    def area(self, rows: int, columns: int) -> Fraction:
        """Driver and a register of sign and magnitude."""
        return rows * (self.area_each * drive(columns, self.anchor_columns) + self.register * (self.bits + 1))

    def moved(self) -> bool:
        """Energy is per plane: nothing is extrapolated in bits."""
        return False

    def _grown(self, driven: Driven) -> Fraction:
        return driven.rows * drive(driven.columns, self.anchor_columns)
