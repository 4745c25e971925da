"""The styles of attention unit that a chip file may choose from."""

from typing import Annotated

from pydantic import Field

from simulator.chip.attention.computation_crossbar import ComputationCrossbarAttention
from simulator.chip.attention.digital import DigitalAttention
from simulator.chip.attention.gain_cell import GainCellAttention
from simulator.chip.attention.rewritten_array import RewrittenAttention

STYLES = ("digital", "gain_cell", "rewritten_array", "computation_crossbar")
"""Names of the styles."""
Attention = Annotated[
    DigitalAttention | GainCellAttention | RewrittenAttention | ComputationCrossbarAttention,
    Field(discriminator="style"),
]
