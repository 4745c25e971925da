"""The local digital unit: registers a column, a datapath a lane, link interfaces a wire, and their clock."""

from dataclasses import dataclass
from fractions import Fraction
from math import log2

from simulator.parts.law import Range, known, power_law

WORD = Range(8, 32, "floating point of 16 and 32 bits (Horowitz, ISSCC 2014); 8 bits extrapolated", " bits")
LANES = Range(1, 64, "lanes as copies of one datapath; beyond 64 their wiring is not covered (assumption)")
WIRES = Range(1, 256, "link interfaces as copies of one bit's (assumption)")

ENERGY_EXPONENT = log2((3.7 + 0.9) / (1.1 + 0.4))
"""Energy of multiply and add, 32 over 16 bits: 3.7 + 0.9 and 1.1 + 0.4 pJ at 45 nm (Horowitz, ISSCC 2014)."""
AREA_EXPONENT = log2((7700 + 4184) / (1640 + 1360))
"""Area of multiply and add, 32 over 16 bits: 7700 + 4184 and 1640 + 1360 um^2 at 45 nm (Dally, NIPS 2015 tutorial)."""

REGISTERS = known(
    0.45, "ratio", "assumption", "share of the area that grows with columns; no breakdown is published"
)
DATAPATH = known(0.45, "ratio", "assumption", "share of the area that grows with outputs a cycle")
INTERFACES = known(0.1, "ratio", "assumption", "share of the area that grows with the width of the links")


@dataclass(frozen=True)
class Unit:
    """Parameters of a local digital unit: columns it serves, outputs a cycle, bits of a word, bits of a link."""

    columns: int
    outputs: Fraction
    word: int
    link: int


@dataclass(frozen=True)
class Shares:
    """What the anchor's area is made of; the three add up to 1."""

    registers: Fraction
    datapath: Fraction
    interfaces: Fraction


def energy(unit: Unit, anchor: Unit) -> Fraction:
    """Energy of an output over the anchor's."""
    WORD.check(unit.word, "word_bits")
    return power_law(Fraction(unit.word, anchor.word), ENERGY_EXPONENT)


def area(unit: Unit, anchor: Unit, shares: Shares) -> Fraction:
    """Area, and with it clock power, over the anchor's at the same node."""
    LANES.check(unit.outputs if unit.outputs > 1 else 1, "lanes")
    WIRES.check(unit.link, "links.lanes")
    word = Fraction(unit.word, anchor.word)
    registers = Fraction(unit.columns, anchor.columns) * word
    datapath = unit.outputs / anchor.outputs * power_law(word, AREA_EXPONENT)
    interfaces = Fraction(unit.link, anchor.link)
    return shares.registers * registers + shares.datapath * datapath + shares.interfaces * interfaces
