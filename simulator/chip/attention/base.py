"""What sections of all styles of attention unit share."""

from collections.abc import Callable, Mapping
from fractions import Fraction

from simulator.chip.cost import Cost
from simulator.chip.leaf import Positive
from simulator.chip.section import Anchor, Section
from simulator.parts.attention.common import Unit

Scale = Callable[[Anchor], Fraction]
"""Factor from an anchor to the node and supply of the chip."""


class AttentionSection(Section):
    """``units`` of the chip, each of which works on ``heads`` of a layer at a time.

    A unit serves whole layers, several if there are more layers than units.
    """

    units: Positive
    heads: Positive

    def unit(self) -> Unit:
        """A unit with these parameters, in integers."""
        raise NotImplementedError

    def check(self) -> None:
        """InputError for parameters outside the range of a law."""

    def costs(self, energy: Scale) -> Mapping[str, Cost]:
        """Part of a stream -> what one of its values costs [pJ]."""
        raise NotImplementedError

    def area(self, area: Scale) -> Fraction:
        """Area of a unit [mm^2]."""
        raise NotImplementedError

    def anchors(self) -> Mapping[tuple[str, ...], Anchor]:
        """Path below the section -> anchor from which something is scaled."""
        raise NotImplementedError
