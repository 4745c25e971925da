"""The window of one MVM with pulse-width inputs and converters that integrate meanwhile."""

from fractions import Fraction


def pulse(magnitude_bits: int, slot: Fraction) -> Fraction:
    """Longest pulse [ps]: one slot [ps] per magnitude step, 2^bits of them (J Sec. IV-A: 128 ns for 7 bits)."""
    return slot * (1 << magnitude_bits)


def window(phases: int, longest_pulse: Fraction, phase_gap: Fraction, fixed: Fraction) -> Fraction:
    """Time of an MVM [ps]: fixed + phases x (pulse + gap).

    Converters count while the pulses last, so conversion adds nothing after the window. For the 64-core chip this
    gives the published 133 and 520 ns with fixed 4 ns and gap 1 ns.
    """
    return fixed + phases * (longest_pulse + phase_gap)
