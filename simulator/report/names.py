"""What parts are called in tables, plots and sentences."""

from simulator.measure.bounds import PARTS

PART_NAMES = {**PARTS, "input": "input modulator", "tile_static": "tiles, being on"}
"""Part of a resource or of an energy entry -> its name."""
