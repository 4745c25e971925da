"""Cells of memories; their figures are in ``cells.yaml``, each with its source."""

from fractions import Fraction
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from simulator.base.yaml_file import explain, load
from simulator.chip.leaf import Bits, Positive
from simulator.chip.section import Section


class Cell(Section):
    """Area in squares of the feature size, and what a cell holds."""

    squares: Positive
    bits: Bits

    def area(self, bits: int, feature: Fraction) -> Fraction:
        """Area [mm^2] of cells for so many bits, at a feature size [mm]; nothing around them is counted."""
        return -(-bits // int(self.bits)) * int(self.squares) * feature**2


class _File(Section):
    cells: dict[str, Cell]


@cache
def cells() -> dict[str, Cell]:
    """All of them by their short names."""
    document = load(Path(__file__).with_name("cells.yaml"))
    try:
        return _File.model_validate(document.data).cells
    except ValidationError as error:
        raise explain(error, document, _File) from error
