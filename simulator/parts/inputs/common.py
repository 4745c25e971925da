"""What every input coding answers, and how drivers grow with the row that they drive."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

WIRE = Fraction(1, 2)
"""Share of a driver that grows with the length of its row (assumption: half drives the line, half is control)."""


@dataclass(frozen=True)
class Reads:
    """Reads of the array in one phase: how many, how long each [ps], and how many results are converted.

    ``planes`` of input bits (1 where a read takes all bits); ``done``: bits of the input that earlier conversions of
    the same input have dealt with, one number a conversion.
    """

    number: int
    duration: Fraction
    conversions: int
    planes: int = 1
    done: tuple[int, ...] = (0,)


@dataclass(frozen=True)
class Driven:
    """What the modulators of a tile drive during one MVM: rows, columns, planes of bits in all, conversions in all,
    time the array is on [ps]."""

    rows: int
    columns: int
    planes: int
    conversions: int
    active: Fraction


class Input(Protocol):
    """An input coding at its anchor's node and supply."""

    def reads(self) -> Reads:
        """Reads of one phase."""

    def energy(self, driven: Driven) -> Fraction:
        """Energy of an MVM [pJ], all rows."""

    def area(self, rows: int, columns: int) -> Fraction:
        """Area [mm^2], all rows."""

    def moved(self) -> bool:
        """Whether bits or slot differ from the anchor's."""


def drive(columns: int, anchor: int) -> Fraction:
    """Driver of a row of ``columns`` cells over one of ``anchor`` cells."""
    return 1 - WIRE + WIRE * Fraction(columns, anchor)
