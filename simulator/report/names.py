"""What parts are called in tables, plots and sentences."""

from simulator.measure.bounds import PARTS

PART_NAMES = {
    **PARTS,
    "input": "input modulator",
    "word_lines": "word lines",
    "input_buffer": "input buffer",
    "tile_clock": "clock of tiles that are on",
    "tile_leakage": "leakage of tiles that are on",
}
"""Part of a resource or of an energy entry -> its name."""
