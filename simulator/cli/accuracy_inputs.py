"""From option values about accuracy to numbers."""

import re
from pathlib import Path
from typing import Literal

from simulator.base.errors import InputError
from simulator.base.units import parse
from simulator.study.network_accuracy import Asked

_LARGEST = 1 << 16


def shape(text: str | None) -> tuple[int, int] | None:
    """``512x256`` as two whole numbers. InputError."""
    if text is None:
        return None
    match = re.fullmatch(r"(\d{1,6})x(\d{1,6})", text)
    if match is None or not all(1 <= int(part) <= _LARGEST for part in match.groups()):
        raise InputError(
            f"must be rows x columns, each 1 to {_LARGEST}",
            field="--size",
            value=text,
            remedy="Write it like 512x256",
        )
    return int(match[1]), int(match[2])


def ages(text: str) -> list[float]:
    """Times joined by commas, in seconds, rising. InputError."""
    try:
        times = [float(parse(part.strip(), "time").magnitude) * 1e-12 for part in text.split(",")]
    except InputError as error:
        raise InputError(error.rule, field="--after", value=error.value, remedy=error.remedy) from error
    if min(times) < 0 or max(times) > 1e10:
        raise InputError("must be from 0 s to 300 years", field="--after", value=text)
    return sorted(set(times))


def exactness(after: str, instances: int, weights: str | None, seed: int) -> Asked:
    """What ``run --accuracy`` asks for. InputError."""
    times = ages(after)
    if len(times) != 1:
        raise InputError("must be one time", field="--after", value=after)
    given: Path | Literal["random"] | None = None
    if weights is not None:
        given = "random" if weights == "random" else Path(weights)
    return Asked(times[0], instances, given, seed=seed)
