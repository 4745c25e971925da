"""Units that chip files are full of, without the library that knows them all and takes half a second to start."""

import re
from collections import Counter
from fractions import Fraction
from functools import cache

_PREFIXES = {
    "": 0,
    "f": -15,
    "p": -12,
    "n": -9,
    "u": -6,
    "m": -3,
    "k": 3,
    "M": 6,
    "G": 9,
    "T": 12,
}
_SYMBOLS: dict[str, dict[str, int]] = {
    "s": {"s": 1},
    "Hz": {"s": -1},
    "m": {"m": 1},
    "J": {"J": 1},
    "W": {"J": 1, "s": -1},
    "V": {"V": 1},
    "A": {"J": 1, "s": -1, "V": -1},
    "S": {"J": 1, "s": -1, "V": -2},
    "ohm": {"J": -1, "s": 1, "V": 2},
    "bit": {"bit": 1},
    "op": {"op": 1},
}
"""Symbol -> powers of the units that the others are made of."""
_ALONE = {"byte": 8, "KiB": 8 << 10, "MiB": 8 << 20}
"""Symbol without prefix -> bits."""
_TERM = re.compile(rf"([{''.join(_PREFIXES)}]?)({'|'.join(_SYMBOLS)})(?:\^([23]))?")


@cache
def factor(unit: str, base: str) -> Fraction | None:
    """How many ``base`` one ``unit`` is; None where this module does not know, or they differ in dimension."""
    one, other = _read(unit), _read(base)
    if one is None or other is None or one[1] != other[1]:
        return None
    return one[0] / other[0]


def _read(text: str) -> tuple[Fraction, Counter[str]] | None:
    """Size of a unit such as ``pJ/bit/mm``, and its dimension; None if any part of it is unknown."""
    size, powers = Fraction(1), Counter[str]()
    for place, term in enumerate(text.split("/")):
        sign = -1 if place else 1
        found = _TERM.fullmatch(term)
        if found:
            power = sign * int(found[3] or 1)
            size *= Fraction(10) ** (_PREFIXES[found[1]] * power)
            powers.update({name: each * power for name, each in _SYMBOLS[found[2]].items()})
        elif term in _ALONE:
            size *= Fraction(_ALONE[term]) ** sign
            powers["bit"] += sign
        else:
            return None
    return size, powers
