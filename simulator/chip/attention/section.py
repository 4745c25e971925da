"""The styles of attention unit that a chip file may choose from."""

from typing import Annotated

from pydantic import Field

from simulator.chip.attention.computation_crossbar import ComputationCrossbarAttention
from simulator.chip.attention.digital import DigitalAttention
from simulator.chip.attention.gain_cell import GainCellAttention

STYLES = ("digital", "gain_cell", "computation_crossbar")
"""Names of the styles."""
Attention = Annotated[
    DigitalAttention | GainCellAttention | ComputationCrossbarAttention, Field(discriminator="style")
]
