"""What every converter answers."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from simulator.parts.law import known

SAMPLE_NODE = known("32 nm", "length", "source", "ISAAC: Shafiee et al., ISCA 2016, Sec. VII")
SAMPLE_SUPPLY = known("0.9 V", "voltage", "assumption", "nominal supply of the node; ISAAC gives none")
SAMPLE_ENERGY = known(
    "0.001 pJ", "energy", "derived", "ISAAC (ISCA 2016), Table I: 10 uW over 8 x 128 samplers, 100 ns a read"
)
SAMPLE_AREA = known(
    "0.04 um^2", "area", "derived", "ISAAC (ISCA 2016), Table I: 0.00004 mm^2 over 8 x 128 samplers"
)
FRONT_NODE = known("14 nm", "length", "source", "Le Gallo et al. 2023, ED Table I")
FRONT_SUPPLY = known("0.85 V", "voltage", "source", "Le Gallo et al. 2023, Methods")
FRONT_POWER = known(
    "0.1 mW",
    "power",
    "assumption",
    "regulator and mirror of a line; the 34-tile chip spends 26.2 nJ / (512 x 300 ns) = 0.17 mW a column on all",
)
FRONT_AREA = known("300 um^2", "area", "assumption", "a quarter of a converter of the 64-core chip")


@dataclass(frozen=True)
class Use:
    """What an MVM asks of a tile's converters.

    ``converters`` on the tile, ``columns`` served, ``conversions`` per column, ``reads`` of the array,
    ``planes`` of input bits (1 where a read takes all), ``active`` time of the array [ps].
    """

    converters: int
    columns: int
    conversions: int
    reads: int
    active: Fraction
    planes: int = 1


class Converter(Protocol):
    """A kind of converter at its anchor's node and supply."""

    def shortest_read(self) -> Fraction:
        """How long a read must last for all bits [ps]; 0 for converters that sample at its end."""

    def conversion(self) -> Fraction:
        """Time of one conversion after a read [ps]; 0 for converters that count during it."""

    def energy(self, use: Use) -> Fraction:
        """Energy of an MVM [pJ], all converters of a tile."""

    def area(self, converters: int) -> Fraction:
        """Area [mm^2] of so many."""

    def moved(self) -> bool:
        """Whether a parameter that costs energy differs from the anchor's."""
