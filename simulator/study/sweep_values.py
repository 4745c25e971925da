"""The values of an axis: a list, or a range by steps or by a factor, {from: 1 ns, to: 8 ns, factor: 2}."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from simulator.base.errors import InputError
from simulator.base.units import split_number

_KEYS = {"from", "to", "step"}, {"from", "to", "factor"}
_RANGE = "Write a list, {from: 64, to: 512, step: 64} or {from: 64, to: 512, factor: 2}"


def size(values: Any) -> int:
    """How many values there are, without listing them. InputError for what is neither list nor range."""
    if isinstance(values, list):
        return _some(len(values), values)
    first, last, step, _, grows = _range(values)
    if grows:
        return _some(sum(1 for _ in _powers(first, last, step)), values)
    return _some(int((last - first) / step) + 1 if (last - first) / step >= 0 else 0, values)


def listed(values: Any) -> list[Any]:
    """All values: numbers as numbers, with a unit as text."""
    if isinstance(values, list):
        return values
    first, last, step, unit, grows = _range(values)
    steps = (first + n * step for n in range(size(values)))
    numbers = _powers(first, last, step) if grows else steps
    return [_value(number, unit) for number in numbers]


def _some(count: int, values: Any) -> int:
    if count < 1:
        raise InputError("holds no value, so the grid is empty", value=values or None, remedy=_RANGE)
    return count


def _powers(first: Fraction, last: Fraction, factor: Fraction) -> Iterator[Fraction]:
    value = first
    while value <= last:
        yield value
        value *= factor


def _range(values: Any) -> tuple[Fraction, Fraction, Fraction, str, bool]:
    """First, last, step or factor, unit, and whether it is a factor."""
    if not isinstance(values, dict) or set(values) not in _KEYS:
        raise InputError("must be a list of values or a range", value=values, remedy=_RANGE)
    first, last = _number(values["from"]), _number(values["to"])
    grows = "factor" in values
    step = _number(values["factor" if grows else "step"])
    if first[1] != last[1] or (step[1] != ("" if grows else first[1])):
        rule = "must have one unit" + ("; a factor has none" if grows else "")
        raise InputError(rule, value=values, remedy="Write it like {from: 1 ns, to: 4 ns, step: 1 ns}")
    if grows and not (step[0] > 1 and first[0] > 0 and last[0] / first[0] < step[0] ** 64):
        raise InputError("must start above 0 and grow by a factor above 1, at most 64 times", value=values)
    if step[0] == 0:
        raise InputError("must have a step other than 0", value=values)
    return first[0], last[0], step[0], first[1], grows


def _number(value: Any) -> tuple[Fraction, str]:
    parts = None if isinstance(value, bool) else split_number(str(value))
    if parts is None:
        raise InputError("must be a number, or a number with a unit", value=value, remedy=_RANGE)
    return parts


def _value(number: Fraction, unit: str) -> Any:
    plain = int(number) if number.denominator == 1 else float(number)
    return f"{plain} {unit}" if unit else plain
