"""Leaves of a chip file: physical values, counts and ratios, each with its provenance.

A leaf is written plainly (``133 ns``) or with where it comes from::

    slot: {value: 1 ns, source: P ED Table I}

with exactly one of source, derived, calibrated, assumption.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from simulator.base.errors import InputError
from simulator.base.explain import RuleError
from simulator.base.units import BASE, Quantity, count, parse, ratio

LABELS = ("source", "derived", "calibrated", "assumption")


@dataclass(frozen=True)
class Leaf:
    """How a leaf is read: its dimension (or "count", "ratio") and the range that makes sense, in base units."""

    dimension: str
    low: float = 0
    high: float = 1e15

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Validation by ``read``."""
        return core_schema.no_info_plain_validator_function(self._checked)

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """JSON Schema: the plain form or the form with provenance."""
        plain = self._plain_schema()
        labels = {label: {"type": "string"} for label in LABELS}
        full = {"type": "object", "properties": {"value": plain, **labels}, "required": ["value"]}
        return {"anyOf": [plain, {**full, "additionalProperties": False}]}

    def _plain_schema(self) -> dict[str, Any]:
        if self.dimension == "count":
            return {"type": "integer", "minimum": int(self.low), "maximum": int(self.high)}
        if self.dimension == "ratio":
            return {"type": "number", "minimum": self.low, "maximum": self.high}
        return {"type": "string", "description": f"{self.dimension} with its unit"}

    def _checked(self, raw: object) -> Quantity:
        try:
            return self.read(raw)
        except InputError as error:
            raise RuleError(error.rule, value=error.value, remedy=error.remedy) from error

    def read(self, raw: object) -> Quantity:
        """The value with its provenance; InputError says rule and remedy."""
        if isinstance(raw, Quantity):
            return raw
        label, origin = "given", ""
        if isinstance(raw, dict):
            raw, label, origin = _unwrap(raw)
        value = self._reader()(raw)
        if not self.low <= value.magnitude <= self.high:
            raise InputError(
                f"must be between {self._bound(self.low)} and {self._bound(self.high)}", value=raw
            )
        if self.dimension == "data" and value.magnitude.denominator != 1:
            raise InputError("must be whole bytes", value=raw, remedy=f"Take {ceil(value.magnitude)} byte")
        return value.labelled(label, origin)

    def _reader(self) -> Callable[[object], Quantity]:
        if self.dimension == "count":
            return count
        return ratio if self.dimension == "ratio" else lambda raw: parse(raw, self.dimension)

    def _bound(self, value: float) -> str:
        unit = "" if self.dimension in ("count", "ratio") else f" {BASE[self.dimension]}"
        return f"{value:g}{unit}"


def _unwrap(raw: dict[Any, Any]) -> tuple[object, str, str]:
    labels = [label for label in LABELS if label in raw]
    unknown = [key for key in raw if key != "value" and key not in LABELS]
    if "value" not in raw or len(labels) > 1 or unknown:
        raise InputError(
            "must be a value, or a mapping of value and one of source, derived, calibrated, assumption",
            value=raw,
            remedy="Write it like {value: 1 ns, source: 'paper, table'}",
        )
    if not labels:
        return raw["value"], "given", ""
    origin = raw[labels[0]]
    if not isinstance(origin, str) or not 0 < len(origin) <= 500:
        raise InputError("provenance must be a text of 1 to 500 characters", value=origin)
    return raw["value"], labels[0], origin


Count = Annotated[Quantity, Leaf("count", 0, 10**9)]
Positive = Annotated[Quantity, Leaf("count", 1, 10**6)]
Bits = Annotated[Quantity, Leaf("count", 1, 24)]
Ratio = Annotated[Quantity, Leaf("ratio", 0, 1)]
Time = Annotated[Quantity, Leaf("time", 0, 1e15)]
Age = Annotated[Quantity, Leaf("time", 0, 1e22)]
Frequency = Annotated[Quantity, Leaf("frequency", 1, 1e12)]
Area = Annotated[Quantity, Leaf("area", 1e-9, 1e6)]
Energy = Annotated[Quantity, Leaf("energy", 0, 1e12)]
Power = Annotated[Quantity, Leaf("power", 0, 1e9)]
Length = Annotated[Quantity, Leaf("length", 1e-6, 1e4)]
Resistance = Annotated[Quantity, Leaf("resistance", 0, 1e6)]
Steps = Annotated[Quantity, Leaf("ratio", 0, 1000)]
Voltage = Annotated[Quantity, Leaf("voltage", 0, 1e3)]
Conductance = Annotated[Quantity, Leaf("conductance", 0, 1e6)]
DataRate = Annotated[Quantity, Leaf("data rate", 1, 1e18)]
OperationRate = Annotated[Quantity, Leaf("operation rate", 1, 1e18)]
Data = Annotated[Quantity, Leaf("data", 0, 2**60)]
Capacity = Annotated[Quantity, Leaf("data", 1, 2**60)]
EnergyPerBit = Annotated[Quantity, Leaf("energy per bit", 0, 1e9)]
EnergyPerLength = Annotated[Quantity, Leaf("energy per bit and length", 0, 1e6)]
