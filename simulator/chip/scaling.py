"""From the anchor of a part to the chip's node and supply."""

from fractions import Fraction

from simulator.chip.schema import Chip
from simulator.chip.section import Anchor, Component
from simulator.parts import technology
from simulator.parts.technology import Point

_NM = 10**6
"""Nanometres in a millimetre."""


def here(chip: Chip) -> Point:
    """Node and supply of the chip."""
    return Point(chip.technology.node.magnitude * _NM, chip.technology.supply.magnitude)


def origin(chip: Chip, anchor: Anchor | None = None) -> Point:
    """Node and supply at which the figures of an anchor hold; of the file's figures if None."""
    if isinstance(anchor, Component):
        return here(chip)
    base = chip.technology.anchor
    node = anchor.node if anchor and anchor.node else base.node
    supply = anchor.supply if anchor and anchor.supply else base.supply
    return Point(node.magnitude * _NM, supply.magnitude)


def area(chip: Chip, anchor: Anchor | None = None) -> Fraction:
    """Factor from an anchor's areas to the chip's."""
    return technology.area(origin(chip, anchor), here(chip))


def energy(chip: Chip, anchor: Anchor | None = None) -> Fraction:
    """Factor from an anchor's switching energies to the chip's."""
    return technology.energy(origin(chip, anchor), here(chip))


def supply(chip: Chip, anchor: Anchor | None = None) -> Fraction:
    """Supply of the chip over that of an anchor."""
    return here(chip).supply / origin(chip, anchor).supply
