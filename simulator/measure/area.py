"""Areas that throughput is divided by."""

from simulator.chip.schema import Chip

AREAS = {
    "macro": "array, input modulators and converters of all tiles",
    "tiles": "all tiles and global digital units",
    "die": "the whole die",
}
"""Name of an area -> what it holds."""


def areas(chip: Chip) -> dict[str, float]:
    """Areas of a chip [mm^2], by the names of ``AREAS``."""
    unit = chip.global_digital
    shared = float(unit.area) * int(unit.units) if unit else 0.0
    return {
        "macro": float(chip.tile.macro_area) * chip.tiles,
        "tiles": float(chip.tile.area) * chip.tiles + shared,
        "die": float(chip.die.area),
    }
