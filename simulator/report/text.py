"""Numbers and names for people. Nothing that a file says can steer a terminal."""

from collections.abc import Sequence
from math import floor, log10

from simulator.base.errors import printable

_LADDERS = {
    "ns": (("ps", 1e-3), ("ns", 1.0), ("us", 1e3), ("ms", 1e6), ("s", 1e9)),
    "nJ": (("pJ", 1e-3), ("nJ", 1.0), ("uJ", 1e3), ("mJ", 1e6), ("J", 1e9)),
    "GOPS": (("GOPS", 1.0), ("TOPS", 1e3)),
    "bit/s": (("bit/s", 1.0), ("kbit/s", 1e3), ("Mbit/s", 1e6), ("Gbit/s", 1e9), ("Tbit/s", 1e12)),
    "byte": (("byte", 1.0), ("KiB", 2.0**10), ("MiB", 2.0**20), ("GiB", 2.0**30)),
}
_FULL = {"ns": 1e4}
"""Below, a value keeps its unit: 1,518 ns stay nanoseconds. Other units give way at a thousand."""


def plain(text: object) -> str:
    """The text with whatever steers a terminal (control, direction and invisible characters) as "?"."""
    return "\n".join(map(printable, str(text).split("\n")))


def figure(value: float) -> str:
    """A number in five significant digits, thousands apart; whole numbers in full."""
    if isinstance(value, int) or value == int(value):
        return f"{int(value):,}"
    if abs(value) < 1e-4:
        return f"{value:.4e}"
    digits = max(0, 4 - floor(log10(abs(value))))
    return f"{value:,.{digits}f}"


def significant(value: float) -> str:
    """A number in at most five significant digits, without trailing zeros."""
    text = figure(value)
    return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text


def scaled(value: float, unit: str) -> str:
    """A value with the unit of its size: 12,346 ns as 12.346 us, 1,518 ns as it is, shares as percent."""
    if unit == "1":
        return percent(value)
    name, size = fitting(value, unit)
    return f"{figure(value / size)} {name}"


def fitting(value: float, unit: str) -> tuple[str, float]:
    """The unit that suits a value's size, and how many of ``unit`` it is."""
    ladder = _LADDERS.get(unit, ((unit, 1.0),))
    if not value or 1 <= abs(value) < _FULL.get(unit, 1e3):
        return unit, 1.0
    return next((step for step in reversed(ladder) if abs(value) >= step[1]), ladder[0])


def column(values: Sequence[float], unit: str) -> tuple[str, list[str]]:
    """Values to stand below each other: the unit that suits the largest, and texts with equal decimals."""
    largest = max(map(abs, values), default=0.0)
    name, size = fitting(largest, unit)
    decimals = max(0, 4 - floor(log10(largest / size))) if largest else 0
    least = 0.5 * 10**-decimals
    return name, [
        f"{v / size:,.{decimals}f}" if not v or abs(v / size) >= least else figure(v / size) for v in values
    ]


def counted(number: int, noun: str) -> str:
    """``1 request``, ``2 requests``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def percent(share: float) -> str:
    """A share with one decimal."""
    return f"{share:.1%}"
