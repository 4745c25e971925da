"""A column group on its tiles."""

from dataclasses import dataclass

from simulator.mapping.split import Chain


@dataclass(frozen=True)
class PlacedChain:
    """A chain with its tiles, first to last, and the global unit that finishes it, if any."""

    chain: Chain
    tiles: tuple[str, ...]
    unit: str | None
