"""How a network is to be mapped, as users ask for it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Way = Literal["packed", "balanced"]


@dataclass(frozen=True)
class Asked:
    """What mapping is asked for, as in ``study.run.plan``."""

    placement: Path | Way | None = None
    tiles: int | None = None
    chips: int | None = None
    reload: bool = False
