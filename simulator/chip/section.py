"""What all sections of a chip file share."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from simulator.base.units import Quantity
from simulator.chip.leaf import Length, Voltage

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]


class Section(BaseModel):
    """Base of all sections: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Anchor(Section):
    """Published point of a part, from which its law scales; node and supply default to ``technology.anchor``."""

    node: Length | None = None
    supply: Voltage | None = None


class Component(Anchor):
    """Figures of a component beside the chip: no node and no supply of the chip moves them."""


def library(value: Quantity) -> Any:
    """A field that takes a constant of the parts library when the file gives none."""
    constant = _told(value)
    return Field(default_factory=lambda: constant)


def library_anchor(anchor: type[Anchor], **values: Quantity) -> Any:
    """An anchor that the parts library provides when the file gives none."""
    constants = {name: _told(value) for name, value in values.items()}
    return Field(default_factory=lambda: anchor.model_construct(set(), **constants))


def _told(value: Quantity) -> Quantity:
    """The constant with its label in words: a value that a file leaves out shows no other."""
    return value.labelled(value.label, f"library, {value.label}: {value.origin}")
