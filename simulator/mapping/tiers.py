"""Which tier of which tile every piece gets, where tiles have several arrays."""

from collections.abc import Sequence

from simulator.chip.topology import Topology, on_tier
from simulator.mapping.place import snake_of
from simulator.mapping.split import Chain


def in_tiers(chains: Sequence[Chain], topology: Topology) -> list[list[str]]:
    """Tiers of one chip: the pieces in order over all tiles, then over their next tier.

    Neighbours in this order share no tile, so pieces of one layer wait for each other only where it has more of them
    than the chip has tiles. The caller knows that the chip has enough tiers, and that chains are single pieces.
    """
    tiles = snake_of(topology)
    return [[on_tier(n // len(tiles) + 1, tiles[n % len(tiles)])] for n in range(len(chains))]
