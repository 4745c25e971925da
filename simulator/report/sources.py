"""Every constant of a chip with its unit and where it comes from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from simulator.base.units import Quantity, split_number
from simulator.chip.schema import Chip

LABELS = {
    "source": "read in the document named",
    "derived": "arithmetic on sourced numbers",
    "calibrated": "set so that the row of 'validate' named comes out",
    "assumption": "nobody has published it",
    "given": "written without provenance, or by --set",
    "choice": "an option of the model, or a name",
    "default": "not in the file",
}
"""Label of a constant -> its meaning."""


@dataclass(frozen=True)
class Constant:
    """One leaf of a chip file; ``label`` is one of ``LABELS``."""

    field: str
    value: str
    unit: str
    label: str
    source: str


def constants(chip: Chip) -> list[Constant]:
    """All leaves of a chip, in the order of the schema."""
    return list(_section(chip, ""))


def _section(section: BaseModel, path: str) -> Iterator[Constant]:
    for name in type(section).model_fields:
        given = name in section.model_fields_set
        yield from _leaf(getattr(section, name), f"{path}{name}", given)


def _leaf(value: Any, field: str, given: bool) -> Iterator[Constant]:
    if isinstance(value, BaseModel):
        yield from _section(value, f"{field}.")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _leaf(item, f"{field}.{key}", given)
    elif isinstance(value, Quantity):
        yield _quantity(value, field, given)
    else:
        label = "choice" if given else "default"
        yield Constant(field, _text(value), "", label, "")


def _quantity(value: Quantity, field: str, given: bool) -> Constant:
    number, unit = value.text, ""
    parts = split_number(value.text)
    if parts is not None and parts[1]:
        unit = parts[1]
        number = value.text.strip()[: -len(unit)].strip()
    return Constant(field, number, unit, value.label if given else "default", value.origin)


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " ".join("->".join(item) if isinstance(item, tuple) else str(item) for item in value) or "none"
    return "none" if value is None else str(value)
