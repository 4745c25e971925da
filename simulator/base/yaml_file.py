"""YAML as plain data with line numbers: no anchors, tags or duplicate keys, and hard limits.

Scalars follow the YAML 1.2 core schema (``true`` and ``false`` are the only booleans, ``1e9`` is a number,
``0:30`` and ``2023-01-01`` are text); keys are always text. What is not a number stays text: ``133 ns``.
"""

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from simulator.base import document
from simulator.base.document import Document, Mark
from simulator.base.errors import InputError, shorten
from simulator.base.explain import explain
from simulator.base.input_file import read_bytes

__all__ = ["Document", "explain", "load", "parse"]

MAX_BYTES = 1_000_000
MAX_DEPTH = 32
MAX_DIGITS = 40

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?[0-9]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}


def load(path: str | Path) -> Document:
    """Read one YAML file whose top level is a mapping.

    Raises ``InputError`` with place ``file:line`` for a missing, unreadable, oversized or undecodable file,
    and for whatever ``parse`` refuses.
    """
    content = read_bytes(Path(path), MAX_BYTES)
    try:
        return parse(content.decode("utf-8-sig"), str(path))
    except UnicodeDecodeError as error:
        place = f"{path}:{content.count(bytes([10]), 0, error.start) + 1}"
        raise InputError(
            "must be UTF-8 text", place=place, value=content[error.start : error.start + 1]
        ) from error


def parse(text: str, name: str) -> Document:
    """YAML text to a document; ``name`` stands for the file in places.

    Raises ``InputError`` for a syntax error, an anchor, alias or tag, a duplicate or structured key, a second
    document, too deep nesting, a number out of range, or a top level that is not a mapping.
    """
    builder = _Builder(name)
    try:
        data = builder.build(yaml.parse(text, Loader=_LOADER))
    except yaml.YAMLError as error:
        raise _syntax(error, name, text) from error
    if not isinstance(data, dict):
        raise InputError(
            "must be a mapping of keys to values",
            place=f"{name}:1",
            remedy="Write lines such as 'name: value'",
        )
    return Document(data, builder.marks)


class _Builder:
    """Folds parser events into data; refuses what makes YAML unsafe or ambiguous."""

    def __init__(self, name: str):
        self.name = name
        self.marks: dict[document.Path, Mark] = {(): Mark(name, 1)}

    def build(self, events: Iterator[yaml.Event]) -> Any:
        data: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._error("must be a single document", event, remedy="Remove the line '---'")
            elif isinstance(event, yaml.NodeEvent):
                data = self._node(event, events, ())
        return data

    def _node(self, event: Any, events: Iterator[Any], path: document.Path) -> Any:
        self._check(event, path)
        self.marks.setdefault(path, Mark(self.name, event.start_mark.line + 1))
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(events, path)
        return self._scalar(event, path)

    def _check(self, event: Any, path: document.Path) -> None:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self._error(
                "anchors and aliases are not allowed", event, path, remedy="Write the value out"
            )
        if event.tag is not None:
            raise self._error("tags are not allowed", event, path, event.tag, "Write the plain value")
        if len(path) > MAX_DEPTH:
            raise self._error(f"must not be nested deeper than {MAX_DEPTH} levels", event)

    def _sequence(self, events: Iterator[Any], path: document.Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self._node(event, events, (*path, len(items))))
        return items

    def _mapping(self, events: Iterator[Any], path: document.Path) -> dict[str, Any]:
        items: dict[str, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._key(event, path)
            if key in items:
                first = self.marks[*path, key].line
                raise self._error(f"key is given twice, first in line {first}", event, (*path, key))
            value = next(events)
            if isinstance(value, yaml.CollectionStartEvent):
                self.marks[*path, key] = Mark(self.name, event.start_mark.line + 1)
            items[key] = self._node(value, events, (*path, key))
        return items

    def _key(self, event: Any, path: document.Path) -> str:
        self._check(event, path)
        if not isinstance(event, yaml.ScalarEvent):
            raise self._error("keys must be plain text", event, path)
        return str(event.value)

    def _scalar(self, event: Any, path: document.Path) -> Any:
        text = event.value
        if not event.implicit[0]:
            return text
        if text.lower() in _WORDS and text in (text.lower(), text.capitalize(), text.upper()):
            return _WORDS[text.lower()]
        if _INTEGER.fullmatch(text) or _HEXADECIMAL.fullmatch(text) or _FLOAT.fullmatch(text):
            return self._number(text, event, path)
        return text

    def _number(self, text: str, event: Any, path: document.Path) -> int | float:
        if len(text) > MAX_DIGITS:
            raise self._error(f"numbers must have at most {MAX_DIGITS} characters", event, path, text)
        if not _FLOAT.fullmatch(text):
            return int(text, 16)
        number = int(text) if _INTEGER.fullmatch(text) else float(text)
        if not math.isfinite(number):
            raise self._error("number is out of range", event, path, text)
        return number

    def _error(
        self, rule: str, event: Any, path: document.Path = (), value: object = None, remedy: str = ""
    ) -> InputError:
        place = f"{self.name}:{event.start_mark.line + 1}"
        return InputError(rule, place=place, field=".".join(map(str, path)), value=value, remedy=remedy)


def _syntax(error: yaml.YAMLError, name: str, text: str) -> InputError:
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        why = ", ".join(part for part in (error.context, error.problem) if part)
    else:
        line = text.count("\n", 0, getattr(error, "position", 0)) + 1
        why = "a character that YAML does not allow"
    last = text.count("\n") + (not text.endswith("\n"))
    place = f"{name}:{min(line, max(last, 1))}"
    rule = f"is not valid YAML: {shorten(why)[1:-1]}"
    return InputError(rule, place=place, remedy="Check indentation, colons and quotes")
