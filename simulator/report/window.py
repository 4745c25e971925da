"""A part of a run's time, as text: ``0..100us``."""

from dataclasses import dataclass

from simulator.base.errors import InputError
from simulator.base.units import parse, split_number, whole_ps

_END = 1 << 62
_FIELD = "--window"
_REMEDY = "Write it like 0..100us, 1.2ms..1.3ms or 50us.."


@dataclass(frozen=True)
class Window:
    """``begin <= t < end`` [ps]."""

    begin: int = 0
    end: int = _END

    def __post_init__(self) -> None:
        if not 0 <= self.begin < self.end:
            rule = "must begin at 0 or later and end after it begins"
            raise InputError(rule, field=_FIELD, value=f"{self.begin} ps..{self.end} ps", remedy=_REMEDY)


ALL = Window()


def parse_window(text: str) -> Window:
    """A window from ``FROM..TO``; either may be missing, and a FROM without a unit takes that of TO.

    Raises InputError for anything else.
    """
    first, dots, last = text.partition("..")
    if not dots:
        raise InputError("must be two times with .. between them", field=_FIELD, value=text, remedy=_REMEDY)
    begin, end = first.strip(), last.strip()
    return Window(_time(_with_unit(begin, end), text) if begin else 0, _time(end, text) if end else _END)


def _with_unit(begin: str, end: str) -> str:
    """``begin`` with the unit of ``end`` if it has none."""
    number, other = split_number(begin), split_number(end)
    if number is None or number[1]:
        return begin
    if not number[0]:
        return "0 ps"
    return begin + (other[1] if other else "")


def _time(text: str, whole: str) -> int:
    try:
        return whole_ps(parse(text, "time").magnitude)
    except InputError as error:
        raise InputError(error.rule, field=_FIELD, value=whole, remedy=_REMEDY) from error
