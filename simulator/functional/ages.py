"""When each tile was written: tiles are not as old as one another."""

from collections.abc import Callable

from simulator.chip.schema import Chip
from simulator.mapping.plan import Mapping

Ages = Callable[[str], float]
"""Tile -> seconds since its devices were written."""


def ages(mapping: Mapping, chip: Chip, after: float) -> Ages:
    """Ages ``after`` seconds since the last tile was written.

    Tiles are written in their order (tiers in that of the pieces), as many at a time and as fast as the chip's section
    ``programming`` says; all at once without it.
    """
    if chip.programming is None:
        return lambda tile: after
    section = chip.programming
    each = float(section.row_time) * 1e-12 * mapping.hardware.rows
    order = mapping.arrays if mapping.hardware.tiers > 1 else mapping.tiles
    turn = {tile: number // int(section.tiles) for number, tile in enumerate(order)}
    last = max(turn.values(), default=0)
    return lambda tile: after + (last - turn[tile]) * each
