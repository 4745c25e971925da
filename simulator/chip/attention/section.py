"""The styles of attention unit that a chip file may choose from."""

from simulator.chip.attention.digital import DigitalAttention

STYLES = ("digital",)
"""Names of the styles."""
Attention = DigitalAttention
