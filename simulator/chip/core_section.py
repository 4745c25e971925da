"""Section ``compute_cores``: digital units among the tiles, each with a scratchpad, on a mesh of circuits."""

from pydantic import Field

from simulator.chip.leaf import Area, Data, DataRate, Energy, OperationRate, Positive
from simulator.chip.section import Anchor, Section, library_anchor
from simulator.chip.tile import MemoryAnchor, sram_anchor
from simulator.parts import compute_core


class CoreAnchor(Anchor):
    """Energy of an operation, and area of a core of a rate."""

    rate: OperationRate
    energy: Energy
    area: Area


class Core(Section):
    """Cores of one kind: how many, and operations a second of each."""

    units: Positive
    rate: OperationRate
    anchor: CoreAnchor = library_anchor(
        CoreAnchor,
        node=compute_core.NODE,
        supply=compute_core.SUPPLY,
        rate=compute_core.RATE,
        energy=compute_core.ENERGY,
        area=compute_core.AREA,
    )


class Scratchpad(Section):
    """Memory of a core, where activations wait for whoever reads them; ``bandwidth`` of its port, each way."""

    size: Data
    bandwidth: DataRate
    anchor: MemoryAnchor = sram_anchor()


class ComputeCores(Section):
    """Light cores add, pool, rectify; heavy ones normalise, and multiply activations with each other.

    Cores stand beside tiles, spread evenly over the grid. A layer's activations are in the scratchpad of one core.
    """

    light: Core
    heavy: Core
    scratchpad: Scratchpad = Field(description="One a core")
