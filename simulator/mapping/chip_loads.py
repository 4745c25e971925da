"""Whole layers on chips in a row."""

from collections.abc import Sequence


def least_fullest(loads: Sequence[int], chips: int) -> int:
    """The smallest load of the fullest chip when layers of these loads are put on so many chips in order."""
    low, high = max(loads), sum(loads)
    while low < high:
        middle = (low + high) // 2
        if filled(loads, middle)[-1] < chips:
            high = middle
        else:
            low = middle + 1
    return low


def filled(loads: Sequence[int], capacity: int, least: int = 1) -> list[int]:
    """Chip, from 0, of each layer when chips of a capacity are filled one after the other, ``least`` at least."""
    chip, used, homes = 0, 0, []
    for number, load in enumerate(loads):
        if used and (used + load > capacity or len(loads) - number < least - chip):
            chip, used = chip + 1, 0
        used += load
        homes.append(chip)
    return homes
