"""Section ``landing_pads``: the converters of a chip whose tiles have none."""

from simulator.chip.leaf import Area, Bits, Energy, Positive
from simulator.chip.section import Anchor, Section, library, library_anchor
from simulator.parts import landing_pad


class PadAnchor(Anchor):
    """Energy of a value that becomes a duration or a word, area of its counter."""

    counter_bits: Bits
    energy: Energy
    area: Area


class LandingPads(Section):
    """Pads at edge tiles, spread evenly around the grid: ``inputs`` turn words into durations, ``outputs`` back.

    A pad handles ``width`` values at once, each with a counter of ``counter_bits``.
    """

    inputs: Positive
    outputs: Positive
    width: Positive
    counter_bits: Bits = library(landing_pad.COUNTER_BITS)
    anchor: PadAnchor = library_anchor(
        PadAnchor,
        node=landing_pad.NODE,
        supply=landing_pad.SUPPLY,
        counter_bits=landing_pad.COUNTER_BITS,
        energy=landing_pad.ENERGY,
        area=landing_pad.AREA,
    )
