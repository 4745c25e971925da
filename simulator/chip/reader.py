"""Reads a chip file: ``extends``, overrides, schema, each complaint with its place."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from simulator.base.document import Document, Mark
from simulator.base.errors import InputError, did_you_mean
from simulator.base.explain import explain
from simulator.base.yaml_file import load, parse
from simulator.chip.leaf import LABELS
from simulator.chip.schema import Chip

_DEPTH = 8
_COMMAND_LINE = "--set"


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
    for override in overrides:
        document = _overridden(document, override)
    try:
        chip = Chip.model_validate(document.data)
    except ValidationError as error:
        raise explain(error, document, Chip) from error
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
    marks = {**parent.marks, **child.marks}
    return Document(_merge(parent.data, child.data), marks)


def _merge(old: Any, new: Any) -> Any:
    """Mappings merge key by key; leaves, lists and null replace."""
    if not (isinstance(old, dict) and isinstance(new, dict)) or _is_leaf(new):
        return new
    return {**old, **{key: _merge(old.get(key), value) for key, value in new.items()}}


def _is_leaf(value: object) -> bool:
    return isinstance(value, dict) and "value" in value and set(value) <= {"value", *LABELS}


def _overridden(document: Document, override: str) -> Document:
    """The document with one field replaced; the rest of the schema checks it like any other."""
    field, equals, text = override.partition("=")
    keys = field.strip().split(".")
    if not equals or not all(keys):
        raise InputError(
            "must look like field=value",
            place=_COMMAND_LINE,
            value=override,
            remedy="tile.read_mode=one_phase",
        )
    value = parse(f"value: {text.strip()}", _COMMAND_LINE).data["value"]
    _check_path(document.data, keys)
    patch: Any = value
    for key in reversed(keys):
        patch = {key: patch}
    marks = {**document.marks, tuple(keys): Mark(_COMMAND_LINE, 1)}
    return Document(_merge(document.data, patch), marks)


def _check_path(data: Any, keys: Sequence[str]) -> None:
    """Every key but the last must exist; the schema judges the last."""
    for depth, key in enumerate(keys[:-1]):
        if not isinstance(data, dict) or key not in data or _is_leaf(data[key]):
            known = data if isinstance(data, dict) else {}
            raise InputError(
                "no such field",
                place=_COMMAND_LINE,
                field=".".join(keys[: depth + 1]),
                remedy=did_you_mean(key, known),
            )
        data = data[key]
