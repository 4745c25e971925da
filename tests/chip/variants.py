"""The 64-core chip with overrides, from a file that is read once."""

from functools import cache
from pathlib import Path

from simulator.base.document import Document
from simulator.chip.reader import chip_document, chip_from
from simulator.chip.schema import Chip

CHIPS = Path(__file__).parents[2] / "chip_configs"


@cache
def document() -> Document:
    return chip_document(CHIPS / "ibm14nm.yaml")


def chip(*sets: str) -> Chip:
    """``chip("tile.adc.bits=9")``: overrides; the die follows its tiles."""
    return chip_from(document(), "ibm14nm.yaml", ["die.area=derived", *sets]).chip
