"""Pulse-width modulation: a counter and a driver a row; 2^bits slots, whatever the data."""

from dataclasses import dataclass
from fractions import Fraction

from simulator.parts.inputs.common import Driven, Reads, drive
from simulator.parts.law import Range, known, picojoule

BITS = Range(
    1, 10, "2^bits slots; built with 7 (Khaddam-Aljameh et al. 2022) and 8 bits (Ambrogio et al. 2023)"
)

NODE = known("14 nm", "length", "source", "Le Gallo et al. 2023, ED Table I")
SUPPLY = known("0.85 V", "voltage", "source", "Le Gallo et al. 2023, Methods")
COLUMNS = known(256, "count", "source", "Le Gallo et al. 2023, Sec. I")
MAGNITUDE_BITS = known(7, "count", "source", "Khaddam-Aljameh et al. 2022, Sec. IV-A")
POWER = known(
    "0.0690662109375 mW",
    "power",
    "assumption",
    "64-core chip: 17.5 % of 101.034 mW over 256 rows (Singh 2025)",
)
AREA = known(
    "186.9375 um^2", "area", "assumption", "64-core chip: 0.635 mm^2 less array and converters, over 256 rows"
)


@dataclass(frozen=True)
class PulseWidth:
    """Magnitude bits and slot [ps]; ``power`` [mW] and ``area`` [mm^2] of one row at the anchor's bits and columns."""

    bits: int
    slot: Fraction
    anchor_bits: int
    anchor_columns: int
    power: Fraction
    area_each: Fraction

    def reads(self) -> Reads:
        """One read of 2^bits slots (J Sec. IV-A: 128 ns for 7 bits)."""
        BITS.check(self.bits, "magnitude_bits")
        return Reads(1, self.slot * (1 << self.bits), 1)

    def energy(self, driven: Driven) -> Fraction:
        """Power of counters and drivers, on as long as the array is: more bits cost through the time."""
        power = self.power * driven.rows * drive(driven.columns, self.anchor_columns)
        return picojoule(power, driven.active)

    def area(self, rows: int, columns: int) -> Fraction:
        """A bit of counter and comparator a bit and one for the sign."""
        bits = Fraction(self.bits + 1, self.anchor_bits + 1)
        return self.area_each * rows * bits * drive(columns, self.anchor_columns)

    def moved(self) -> bool:
        """Power does not depend on bits: energy away from the anchor is still power x time."""
        return False
