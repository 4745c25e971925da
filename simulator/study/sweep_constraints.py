"""Constraints such as "die area <= 150 mm^2": a figure, a comparison, a number with the figure's unit.

The whole grammar: ``NAME (<= | >= | < | > | ==) NUMBER [UNIT]``. A name is that of a figure, spaces for underscores,
its unit may be left out: "die area" is ``die_area_mm2``, "first latency" ``first_latency_ns``.
"""

import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from simulator.base.errors import InputError, did_you_mean
from simulator.base.units import BASE, parse, split_number

_TEXT = re.compile(r"\s*([A-Za-z][A-Za-z0-9_ ]{0,80}?)\s*(<=|>=|==|<|>)\s*(\S.{0,80}?)\s*")
_UNIT = re.compile(r"[A-Za-z0-9/^*%µμ]{0,30}")
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
    "==": operator.eq,
}
_EXAMPLE = "Write it like 'die area <= 150 mm^2'"
_UNITS_IN_NAMES = ("ns", "nj", "mm2", "gops", "percent", "db")
_OPERATIONS = re.compile(r"([kMGTP]?)OPS(|/W|/mm\^2)")
_PREFIX = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}


@dataclass(frozen=True)
class Constraint:
    """A parsed constraint; ``number`` and ``unit`` as written."""

    text: str
    name: str
    compare: str
    number: Fraction
    unit: str

    def bound(self, unit: str) -> float:
        """The bound in a figure's unit. Raises InputError for a unit of another kind."""
        return float(self.number * _factor(self.unit, unit, self))

    def met(self, value: float, unit: str) -> bool:
        """Whether a figure meets it."""
        return _COMPARE[self.compare](value, self.bound(unit))

    def short_by(self, value: float, unit: str) -> float:
        """How far a figure is from the bound, in its unit; 0 if it meets it."""
        return 0.0 if self.met(value, unit) else abs(value - self.bound(unit))


def constraint(text: str) -> Constraint:
    """Parse a constraint. Raises InputError (rule, value, remedy)."""
    match = _TEXT.fullmatch(text[:200])
    parts = split_number(match[3]) if match else None
    if match is None or parts is None or not _UNIT.fullmatch(parts[1]):
        raise InputError("must be a figure, a comparison and a number", value=text, remedy=_EXAMPLE)
    return Constraint(text.strip(), match[1], match[2], *parts)


def figure_name(word: str, names: Iterable[str]) -> str:
    """The figure that a word means. Raises InputError (field, remedy) if there is none."""
    known = list(names)
    plain = re.sub(r"[ _]+", "_", word.strip().lower())
    for name in (plain, *(f"{plain}_{unit}" for unit in _UNITS_IN_NAMES)):
        if name in known:
            return name
    raise InputError("is no figure of a point", value=word, remedy=did_you_mean(plain, known))


def has_figure(word: str, names: Iterable[str]) -> bool:
    """Whether a word means a figure."""
    try:
        figure_name(word, names)
    except InputError:
        return False
    return True


def unmet(constraints: Sequence[Constraint], figures: Mapping[str, tuple[float, str]]) -> list[Constraint]:
    """The constraints that figures do not meet. Raises InputError for a figure that is not there."""
    return [item for item in constraints if not item.met(*figures[figure_name(item.name, figures)])]


def _factor(given: str, unit: str, constraint: Constraint) -> Fraction:
    """How many ``unit`` one ``given`` is."""
    if given == unit or (not given and unit == "1"):
        return Fraction(1)
    if given == "%" and unit == "1":
        return Fraction(1, 100)
    ours, theirs = _OPERATIONS.fullmatch(unit), _OPERATIONS.fullmatch(given)
    if ours and theirs and ours[2] == theirs[2]:
        return Fraction(_PREFIX[theirs[1]], _PREFIX[ours[1]])
    dimension = _dimension(unit)
    if dimension and given:
        try:
            return parse(f"1 {given}", dimension).magnitude / parse(f"1 {unit}", dimension).magnitude
        except InputError:
            pass
    shown = "" if unit == "1" else f" {unit}"
    raise InputError(
        f"compares a figure in {unit if shown else 'plain numbers'} with {given or 'a number without unit'}",
        value=constraint.text,
        remedy=f"Write it like '{constraint.name} {constraint.compare} {float(constraint.number):g}{shown}'",
    )


def _dimension(unit: str) -> str | None:
    """The dimension of a figure's unit, None where units know nothing of it (TOPS/W, tiles)."""
    for name in BASE:
        try:
            parse(f"1 {unit}", name)
        except InputError:
            continue
        return name
    return None
