"""What sections ``tile.adc`` have in common; kinds are in ``converter_sections`` and ``kinds``."""

from simulator.chip.leaf import Area, Bits, Energy, Positive, Power
from simulator.chip.section import Anchor, Section, library, library_anchor
from simulator.parts.converters.common import (
    FRONT_AREA,
    FRONT_NODE,
    FRONT_POWER,
    FRONT_SUPPLY,
    SAMPLE_AREA,
    SAMPLE_ENERGY,
    SAMPLE_NODE,
    SAMPLE_SUPPLY,
)
from simulator.parts.law import known

_ONE = known(1, "count", "assumption", "a converter a column")


class ConverterSection(Section):
    """What all converters have: ``bits`` of a result, ``columns_per_converter`` that take turns."""

    bits: Bits
    columns_per_converter: Positive = library(_ONE)


class Sampler(Anchor):
    """A column's sampler: energy a sample and area."""

    energy: Energy
    area: Area


class FrontEnd(Anchor):
    """What keeps a column's line at its voltage and mirrors its current: power while the array is on, area."""

    power: Power
    area: Area


class SampledConverter(ConverterSection):
    """Converters of a level.

    ``sample_hold``: levels wait in samplers, one a column, so that the array goes on while they are converted.
    """

    sample_hold: bool = False
    sampler: Sampler = library_anchor(
        Sampler, node=SAMPLE_NODE, supply=SAMPLE_SUPPLY, energy=SAMPLE_ENERGY, area=SAMPLE_AREA
    )
    front_end: FrontEnd = library_anchor(
        FrontEnd, node=FRONT_NODE, supply=FRONT_SUPPLY, power=FRONT_POWER, area=FRONT_AREA
    )
