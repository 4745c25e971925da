"""Reads a chip file: ``extends``, overrides, schema, each complaint with its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simulator.base.document import Document, Mark
from simulator.base.errors import InputError
from simulator.base.explain import RuleError, explain, placed
from simulator.base.yaml_file import load, parse
from simulator.chip.leaf import LABELS
from simulator.chip.rules import check
from simulator.chip.schema import Chip

_DEPTH = 8
_COMMAND_LINE = "--set"
_KINDS = ("kind", "coding")
"""Keys that say which kind of part a section describes."""
_NOTHING = object()


@dataclass(frozen=True)
class ChipFile:
    """A validated chip with the file it came from and its merged plain data."""

    path: Path
    chip: Chip
    data: Mapping[str, Any]


def load_chip(path: str | Path, overrides: Sequence[str] = ()) -> ChipFile:
    """Read and validate a chip file; ``overrides`` are texts like ``tile.read_mode=one_phase``.

    Raises InputError (place, field, value, rule, remedy) for anything that is wrong.
    """
    return chip_from(chip_document(path), path, overrides)


def chip_document(path: str | Path) -> Document:
    """The merged plain data of a chip file and of what it extends, not yet validated."""
    return _inherited(Path(path), ())


def chip_from(document: Document, path: str | Path, overrides: Sequence[str] = ()) -> ChipFile:
    """Apply overrides to a chip's document and validate it: ``load_chip`` for a file that has been read."""
    return validated(overridden(document, overrides), path)


def validated(document: Document, path: str | Path) -> ChipFile:
    """The chip that a document describes. Raises InputError."""
    if "layers" in document.data and "tile" not in document.data:
        raise InputError(
            "is a workload, not a chip", place=str(path), remedy="Use run CHIP.yaml --workload WORKLOAD.yaml"
        )
    try:
        chip = Chip.model_validate(document.data)
        check(chip)
    except ValidationError as error:
        raise explain(error, document, Chip) from error
    except RuleError as error:
        raise placed(error, document) from error
    return ChipFile(Path(path), chip, document.data)


def _inherited(path: Path, above: tuple[Path, ...]) -> Document:
    """The file merged over what it extends."""
    document = load(path)
    base = document.data.pop("extends", None)
    if base is None:
        return document
    place = document.place(("extends",))
    if not isinstance(base, str) or Path(base).name != base:
        raise InputError(
            "must be the name of a file in the same folder", place=place, field="extends", value=base
        )
    if len(above) >= _DEPTH or path in above:
        raise InputError("chip files extend each other in a circle", place=place, field="extends", value=base)
    parent = _inherited(path.with_name(base), (*above, path))
    return _merged(parent, document)


def _merged(parent: Document, child: Document) -> Document:
    """Marks of what the child replaced go with it."""
    data = _merge(parent.data, child.data)
    kept = {path: mark for path, mark in parent.marks.items() if _found(data, path) is not _NOTHING}
    return Document(data, {**kept, **child.marks})


def _merge(old: Any, new: Any) -> Any:
    """Mappings merge key by key; leaves, lists, null and a section of another kind replace."""
    if not (isinstance(old, dict) and isinstance(new, dict)) or _is_leaf(new) or _is_other_kind(old, new):
        return new
    return {**old, **{key: _merge(old.get(key), value) for key, value in new.items()}}


def _is_leaf(value: object) -> bool:
    return isinstance(value, dict) and "value" in value and set(value) <= {"value", *LABELS}


def _is_other_kind(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether ``new`` names another kind of converter or coding of inputs: the fields of the old mean nothing to it."""
    return any(key in old and key in new and old[key] != new[key] for key in _KINDS)


def _found(data: Any, path: Sequence[str | int]) -> Any:
    """What stands at a path; ``_NOTHING`` if there is none."""
    for key in path:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return _NOTHING
    return data


def _is_section(value: object) -> bool:
    return isinstance(value, dict) and not _is_leaf(value)


def overridden(document: Document, overrides: Sequence[str]) -> Document:
    """The document with fields replaced, all at once; ``validated`` checks them like any other."""
    patch = Document({}, {})
    for override in overrides:
        keys, value = _parsed(override)
        marks: dict[tuple[str | int, ...], Mark] = {
            tuple(keys[:depth]): Mark(_COMMAND_LINE, 1) for depth in range(1, len(keys) + 1)
        }
        patch = Document(_merge(patch.data, _nested(keys, value)), {**patch.marks, **marks})
    new = {
        path: mark
        for path, mark in patch.marks.items()
        if not (_is_section(_found(document.data, path)) and _is_section(_found(patch.data, path)))
    }
    return _merged(document, Document(patch.data, new))


def _parsed(override: str) -> tuple[list[str], Any]:
    field, equals, text = override.partition("=")
    keys = field.strip().split(".")
    if not equals or not all(keys) or not text.strip():
        raise InputError(
            "must look like field=value",
            place=_COMMAND_LINE,
            value=override,
            remedy="Write it like tile.read_mode=one_phase",
        )
    return keys, parse(f"value: {text.strip()}", _COMMAND_LINE).data["value"]


def _nested(keys: Sequence[str], value: Any) -> Any:
    for key in reversed(keys):
        value = {key: value}
    return value
