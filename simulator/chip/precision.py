"""A chip at the bits that a layer asks for."""

from simulator.base.units import Quantity, count
from simulator.chip.schema import Chip


def at_precision(chip: Chip, magnitude_bits: int | None, output_bits: int | None) -> Chip:
    """The chip with inputs and results of so many bits (None: its own).

    Its own bits where ``tile.precision`` is fixed: it then spends them whatever is asked.
    """
    tile = chip.tile
    if tile.precision == "fixed":
        return chip
    section = tile.input.model_copy(update=_bits("magnitude_bits", magnitude_bits))
    adc = tile.adc.model_copy(update=_bits("bits", output_bits))
    return chip.model_copy(update={"tile": tile.model_copy(update={"input": section, "adc": adc})})


def _bits(field: str, value: int | None) -> dict[str, Quantity]:
    return {} if value is None else {field: count(value)}
