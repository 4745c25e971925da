"""Current-controlled oscillator and counters: counts while the pulses last, one a column."""

from dataclasses import dataclass
from fractions import Fraction

from simulator.parts.converters.common import Use
from simulator.parts.law import Range, doublings, known, picojoule

BITS = Range(1, 12, "counters of up to 12 bits (Khaddam-Aljameh et al., JSSC 57(4), 1027, 2022, Sec. III)")
COUNTER = Range(4, 24, "ripple counters; built with 12 bits (Khaddam-Aljameh et al. 2022)")
FREQUENCY = Range(0.3, 6.6, "a tenth to twice the 3.3 GHz measured (Khaddam-Aljameh et al. 2022)", " GHz")

NODE = known("14 nm", "length", "source", "Le Gallo et al. 2023, ED Table I")
SUPPLY = known("0.85 V", "voltage", "source", "Le Gallo et al. 2023, Methods")
COUNTER_BITS = known(
    12, "count", "source", "Khaddam-Aljameh et al. 2022, Sec. III: two 12-bit ripple counters"
)
PEAK_FREQUENCY = known("3.3 GHz", "frequency", "source", "Khaddam-Aljameh et al. 2022, Sec. IV-A")
POWER = known(
    "0.256531640625 mW",
    "power",
    "assumption",
    "64-core chip: 65 % of 101.034 mW over 256 (Singh 2025: 60-70 %)",
)
AREA = known(
    "1269.53125 um^2", "area", "assumption", "64-core chip: 0.325 mm^2 over 256 (Singh 2025: 0.30-0.35 mm^2)"
)
COUNTER_SHARE = known(
    0.3, "ratio", "assumption", "counters' share of a converter's area; no breakdown is published"
)


@dataclass(frozen=True)
class Oscillator:
    """Bits, counter width and peak frequency [Hz]; ``power`` [mW] and ``area_each`` [mm^2] of one at the anchor."""

    bits: int
    counter_bits: int
    frequency: Fraction
    anchor_counter_bits: int
    anchor_frequency: Fraction
    power: Fraction
    area_each: Fraction
    counter_share: Fraction

    def shortest_read(self) -> Fraction:
        """2^bits periods of the oscillator at full scale: the least count is one period."""
        BITS.check(self.bits, "bits")
        FREQUENCY.check(self.frequency / 10**9, "peak_frequency")
        return doublings(self.bits) * 10**12 / self.frequency

    def conversion(self) -> Fraction:
        """None: the count is there when the pulses end."""
        return Fraction(0)

    def energy(self, use: Use) -> Fraction:
        """C V^2 f of the oscillator, as long as the array is on."""
        power = self.power * self.frequency / self.anchor_frequency
        return picojoule(power * use.converters, use.active)

    def area(self, converters: int) -> Fraction:
        """The counters' share grows with their width."""
        COUNTER.check(self.counter_bits, "counter_bits")
        counters = self.counter_share * Fraction(self.counter_bits, self.anchor_counter_bits)
        return converters * self.area_each * (1 - self.counter_share + counters)

    def moved(self) -> bool:
        """Whether the frequency differs; counter bits above the highest that toggles cost area, not energy."""
        return self.frequency != self.anchor_frequency

    def counts(self, read: Fraction) -> Fraction:
        """Counts at full scale over a read [ps]."""
        return self.frequency * read / 10**12
