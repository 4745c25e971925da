"""Areas that throughput is divided by."""

from simulator.chip.areas import die_area, tile_areas, units_area
from simulator.chip.schema import Chip

AREAS = {
    "macro": "array, input modulators and converters of all tiles",
    "tiles": "all tiles and global digital units",
    "die": "the whole die",
}
"""Name of an area -> what it holds."""


def areas(chip: Chip, chips: int = 1) -> dict[str, float]:
    """Areas of so many equal chips [mm^2], by the names of ``AREAS``."""
    tile = tile_areas(chip)
    return {
        "macro": float(chips * tile.macro * chip.tiles),
        "tiles": float(chips * units_area(chip, tile.tile)),
        "die": float(chips * die_area(chip, tile.tile)),
    }
