"""How a network is to be mapped, as users ask for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from simulator.base.errors import InputError

MOST_ARRIVALS = 1_000_000
"""Arrivals at each load."""
MOST_INSTANCES = 10_000
"""Chips that are written for errors."""
MOST_VECTORS = 100_000
"""Random inputs of a product."""

Way = Literal["packed", "balanced"]


@dataclass(frozen=True)
class Asked:
    """What mapping is asked for, as in ``study.run.plan``."""

    placement: Path | Way | None = None
    tiles: int | None = None
    chips: int | None = None
    reload: bool = False


def check_once(overrides: Sequence[str]) -> None:
    """Raises InputError for a field of the chip that is given twice."""
    seen: dict[str, str] = {}
    for text in overrides:
        field = text.partition("=")[0].strip()
        if field in seen:
            rule = f"is given twice: {seen[field]} and {text}"
            raise InputError(rule, place="--set", field=field, remedy="Remove one of them")
        seen[field] = text


def check_contrast(ideal: Sequence[str]) -> None:
    """Raises InputError where nothing is left to compare with."""
    from simulator.mapping.lower.context import IDEALS  # here, or help would load it

    if set(IDEALS) <= set(ideal):
        remedy = "Leave something to contend for: fewer in --ideal"
        raise InputError(
            "has nothing to tell: all is ideal already",
            field="--contrast",
            value=",".join(ideal),
            remedy=remedy,
        )
