"""Landing pads at a chip's edge: words to durations and back, a counter a value; the only converters of such a chip."""

from fractions import Fraction

from simulator.parts.law import Range, doublings, known

COUNTER = Range(1, 12, "counters of a pad; built with 8 bits (Ambrogio et al. 2023)")

_CHIP = "34-tile chip (Ambrogio et al., Nature 620, 768, 2023)"
NODE = known("14 nm", "length", "source", f"{_CHIP}, Methods")
SUPPLY = known("0.8 V", "voltage", "source", f"{_CHIP}, Methods")
COUNTER_BITS = known(8, "count", "source", f"{_CHIP}, Extended Data Fig. 2: 8-bit words")
ENERGY = known(
    "1 pJ", "energy", "assumption", "two toggles a count of a few fF gates, 256 counts, and the edge detector"
)
AREA = known(
    "100 um^2", "area", "assumption", "counter of 8 bits, latch and edge detector of a value at 14 nm"
)


def energy(bits: int, anchor: int) -> Fraction:
    """Energy of a value over the anchor's: a counter of ``bits`` toggles 2^bits times."""
    COUNTER.check(bits, "counter_bits")
    return doublings(bits - anchor)


def area(bits: int, anchor: int) -> Fraction:
    """Area of a value's counter over the anchor's: a stage a bit."""
    COUNTER.check(bits, "counter_bits")
    return Fraction(bits, anchor)
