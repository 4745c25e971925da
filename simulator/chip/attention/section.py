"""The styles of attention unit that a chip file may choose from."""

from typing import Annotated

from pydantic import Field

from simulator.chip.attention.digital import DigitalAttention
from simulator.chip.attention.gain_cell import GainCellAttention

STYLES = ("digital", "gain_cell")
"""Names of the styles."""
Attention = Annotated[DigitalAttention | GainCellAttention, Field(discriminator="style")]
