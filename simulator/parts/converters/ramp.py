"""Single-slope converter: a comparator and a latch a converter, a ramp for all of them or one each."""

from dataclasses import dataclass
from fractions import Fraction

from simulator.parts.converters.common import Use
from simulator.parts.law import Range, doublings, known, picojoule

BITS = Range(1, 12, "2^bits steps; single-slope converters beyond 12 bits are not built for array columns")

_FAN = "Fan et al., ISCAS 2022 (65 nm, 190 x 5 um, 48 uW, 8 bit, 10.2 fJ a step; a hybrid of SAR and single slope)"
LSB = known("1 ns", "time", "assumption", "a step of the ramp a cycle of a 1 GHz counter")
NODE = known("65 nm", "length", "source", _FAN)
SUPPLY = known("1.1 V", "voltage", "assumption", "nominal supply of the node")
ANCHOR_BITS = known(8, "count", "source", _FAN)
COMPARATOR = known("0.005 mW", "power", "assumption", f"bias of a comparator, half of {_FAN} at 256 ns")
LEVEL = known(
    "0.005 pJ", "energy", "assumption", f"counter code to a latch, a step; the other half of {_FAN}"
)
AREA = known("950 um^2", "area", "source", _FAN)
LATCH = known(0.3, "ratio", "assumption", "latches' share of the area")
GENERATOR_POWER = known("0.05 mW", "power", "assumption", "ramp generator: ten comparators")
GENERATOR_AREA = known("5000 um^2", "area", "assumption", "ramp generator: some five converters")


@dataclass(frozen=True)
class Ramp:
    """Bits, time a step [ps], one ramp for all; powers [mW], energies [pJ] and areas [mm^2] of one at the anchor."""

    bits: int
    lsb_time: Fraction
    shared: bool
    anchor_bits: int
    comparator: Fraction
    level: Fraction
    area_each: Fraction
    latch_share: Fraction
    generator_power: Fraction
    generator_area: Fraction

    def shortest_read(self) -> Fraction:
        """None: it compares what was sampled."""
        return Fraction(0)

    def conversion(self) -> Fraction:
        """2^bits steps."""
        BITS.check(self.bits, "bits")
        return self.lsb_time * doublings(self.bits)

    def energy(self, use: Use) -> Fraction:
        """Comparators and generators for the time of the ramp, one code a step to every latch."""
        each = picojoule(self.comparator, self.conversion()) + self.level * doublings(self.bits)
        ramps = -(-use.columns // use.converters) * (1 if self.shared else use.converters)
        generator = picojoule(self.generator_power, self.conversion()) * ramps
        return use.conversions * (use.columns * each + generator)

    def area(self, converters: int) -> Fraction:
        """Latches grow with the bits; one generator, or one each."""
        latches = self.latch_share * Fraction(self.bits, self.anchor_bits)
        generators = self.generator_area * (1 if self.shared else converters)
        return converters * self.area_each * (1 - self.latch_share + latches) + generators

    def moved(self) -> bool:
        """Whether the bits differ from the anchor's."""
        return self.bits != self.anchor_bits
