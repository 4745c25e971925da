"""How exact the chip of a point multiplies, beside what else there is to tell of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

from simulator.base.errors import InputError
from simulator.chip.reader import ChipFile
from simulator.functional.product import DRAWN, SHAPED, Wanted, product
from simulator.study.accuracy import Asked, accuracy
from simulator.study.product_words import age, shape

FIELDS = {
    "product.matrix": "whose errors are told: random, uniform, gaussian, dft ..., or a file .npy",
    "product.inputs": "its inputs: random, uniform, positive ..., or a file .npy",
    "product.size": "its rows and columns, 512x256; default: one tile",
    "product.vectors": "random input vectors",
    "product.after": "time since the chip was written",
    "product.instances": "how often it is written anew",
    "product.seed": "which chip: its devices, and the data",
}
FILES = ("product.matrix", "product.inputs")
NAMES = ("random", "dft", *SHAPED, *DRAWN)
"""What a matrix or inputs may be apart from files."""

_NUMBERS = {"vectors": 64, "instances": 8, "seed": 0}


@dataclass(frozen=True)
class Errors:
    """What product is computed, when and how often."""

    wanted: Wanted
    after: float
    instances: int

    @property
    def files(self) -> list[Path]:
        """Files that decide it."""
        return [Path(name) for name in (self.wanted.matrix, self.wanted.inputs) if name not in NAMES]


def asked(settings: Mapping[str, Any]) -> Errors | None:
    """The product that a point asks for, None where it asks for none. Raises InputError."""
    given = {field.removeprefix("product."): value for field, value in settings.items() if field in FIELDS}
    if not given:
        return None
    numbers = {name: _number(given.get(name, usual), name) for name, usual in _NUMBERS.items()}
    words = {name: str(given.get(name, "random")) for name in ("matrix", "inputs")}
    size = shape(str(given["size"]), "product.size") if given.get("size") is not None else None
    wanted = Wanted(words["matrix"], words["inputs"], size, numbers["vectors"], numbers["seed"])
    return Errors(wanted, age(str(given.get("after", "0 s")), "product.after"), numbers["instances"])


def _number(value: Any, name: str) -> int:
    least = 0 if name == "seed" else 1
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise InputError(f"must be a whole number, at least {least}", field=f"product.{name}", value=value)
    return value


def figures(chip: ChipFile, errors: Errors) -> dict[str, tuple[float, str]]:
    """Figure -> value and unit, in twelve digits: sums of the linear algebra library depend on its threads in the last.

    The width of a confidence interval needs two instances. InputError.
    """
    tile = chip.chip.tile.crossbar
    data = product(errors.wanted, (int(tile.rows), int(tile.columns)))
    asked = Asked([errors.after], errors.instances, errors.wanted.seed, budget=False)
    row = accuracy(chip, data, asked).times[0]
    raw = row.interval("raw")
    found = {
        "error_percent": (100 * raw.mean, "%"),
        "error_half_percent": (100 * raw.half, "%"),
        "snr_db": (row.interval("snr").mean, "dB"),
        "enob": (row.interval("enob").mean, "bit"),
        "saturated": (row.clipped, "1"),
    }
    return {name: (float(f"{value:.12g}"), unit) for name, (value, unit) in found.items() if isfinite(value)}
