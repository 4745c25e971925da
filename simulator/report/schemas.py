"""JSON Schemas of the files that people write."""

from copy import deepcopy
from typing import Any

from pydantic import BaseModel

from simulator.chip.schema import Chip
from simulator.workload.schema import Description

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_PART = "Part"
"""Ending of the name of a section that may be incomplete, because the file extends another."""


def schema(kind: str) -> dict[str, Any]:
    """Schema of a "chip" or a "workload" file."""
    if kind == "workload":
        return {"$schema": _DIALECT, **_of(Description)}
    return {"$schema": _DIALECT, **_extendable(_of(Chip))}


def _of(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(mode="validation")


def _extendable(full: dict[str, Any]) -> dict[str, Any]:
    """The schema, or with ``extends`` the same with nothing required but what a leaf needs."""
    sections = full.pop("$defs", {})
    part = _renamed(deepcopy(full))
    parts = {f"{name}{_PART}": _renamed(deepcopy(body)) for name, body in sections.items()}
    for body in (part, *parts.values()):
        body.pop("required", None)
    extends = {
        "type": "string",
        "description": "Chip file in the same folder whose values hold unless given here",
    }
    part["properties"] = {"extends": extends, **part["properties"]}
    return {
        "title": full.pop("title"),
        "type": "object",
        "if": {"required": ["extends"]},
        "then": part,
        "else": full,
        "$defs": {**sections, **parts},
    }


def _renamed(node: Any) -> Any:
    """References to sections become references to sections that may be incomplete or null."""
    if isinstance(node, list):
        return [_renamed(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return {**node, "$ref": f"{node['$ref']}{_PART}"}
    return {key: _renamed(value) for key, value in node.items()}
