"""Points that no other point beats."""

from collections.abc import Sequence

_SMALL = ("ns", "nJ", "mm^2", "tiles", "mW", "%")
"""Units of figures of which less is better."""


def sign(unit: str) -> int:
    """1 if more of a figure with this unit is better, -1 if less is."""
    return -1 if unit in _SMALL else 1


def front(points: Sequence[tuple[float, float]], signs: tuple[int, int]) -> list[bool]:
    """For each point whether none is at least as good in both figures and better in one; equal points stay together."""
    signed = [(x * signs[0], y * signs[1]) for x, y in points]
    order = sorted(range(len(signed)), key=lambda number: signed[number], reverse=True)
    best, last = float("-inf"), None
    kept = [False] * len(signed)
    for number in order:
        point = signed[number]
        kept[number] = point == last or point[1] > best
        if kept[number]:
            best, last = point[1], point
    return kept
