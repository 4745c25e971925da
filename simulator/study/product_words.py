"""From words about products, of options and of sweep files, to numbers."""

import re

from simulator.base.errors import InputError
from simulator.base.units import parse

_LARGEST = 1 << 16
_LATEST = 1e10


def shape(text: str, field: str) -> tuple[int, int]:
    """``512x256`` as two whole numbers. InputError."""
    match = re.fullmatch(r"(\d{1,6})x(\d{1,6})", text)
    if match is None or not all(1 <= int(part) <= _LARGEST for part in match.groups()):
        raise InputError(
            f"must be rows x columns, each 1 to {_LARGEST}",
            field=field,
            value=text,
            remedy="Write it like 512x256",
        )
    return int(match[1]), int(match[2])


def ages(text: str, field: str) -> list[float]:
    """Times joined by commas, in seconds, rising. InputError."""
    try:
        times = [float(parse(part.strip(), "time").magnitude) * 1e-12 for part in text.split(",")]
    except InputError as error:
        raise InputError(error.rule, field=field, value=error.value, remedy=error.remedy) from error
    if min(times) < 0 or max(times) > _LATEST:
        raise InputError("must be from 0 s to 300 years", field=field, value=text)
    return sorted(set(times))


def check_drawn(matrix: str, inputs: str, size: str | None, vectors: int | None) -> None:
    """Raises InputError for the size of a matrix, or a number of inputs, where a file has its own."""
    from simulator.study.points_product import NAMES

    said: dict[str, tuple[str, object]] = {"--size": (matrix, size), "--vectors": (inputs, vectors)}
    for field, (name, value) in said.items():
        if value is not None and name not in NAMES:
            rule = f"is for what is drawn; {name} has its own"
            raise InputError(rule, field=field, value=value, remedy="Leave it out")


def age(text: str, field: str) -> float:
    """One time in seconds. InputError."""
    times = ages(text, field)
    if len(times) != 1:
        raise InputError("must be one time", field=field, value=text)
    return times[0]
