"""Requests to a language model from a CSV: when they arrive, how long prompt and output are."""

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from simulator.base.errors import InputError
from simulator.base.input_file import read_bytes
from simulator.base.units import parse, whole_ps
from simulator.trace.pattern import MAX_INFERENCES, MAX_TIME

MAX_BYTES = 2**26

LAYOUTS: Sequence[tuple[str, str, str]] = (
    ("arrival_s", "prompt_length", "output_length"),
    ("TIMESTAMP", "ContextTokens", "GeneratedTokens"),
    ("Timestamp", "Request tokens", "Response tokens"),
)
"""Columns that are understood: own, Azure LLM inference traces (2023, 2024), BurstGPT. Others are ignored."""


class Lengths(NamedTuple):
    """Arrivals [ps] from the first on, tokens, and in which line of the file each request ends."""

    arrivals: tuple[int, ...]
    prompts: tuple[int, ...]
    outputs: tuple[int, ...]
    lines: tuple[int, ...]


def read_lengths(path: Path, count: int | None = None) -> Lengths:
    """The first ``count`` requests of a file, by default all.

    Arrivals are seconds, or date and time; they count from the first. Raises ``InputError`` with file and line.
    """
    try:
        text = read_bytes(path, MAX_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("is not text in UTF-8", place=str(path)) from error
    rows = csv.DictReader(StringIO(text, newline=""))
    columns = _columns(rows.fieldnames or (), path)
    found: list[tuple[int, int, int, int]] = []
    for row in rows:
        if len(found) == (MAX_INFERENCES if count is None else count):
            break
        place = f"{path}:{rows.line_num}"
        when, prompt, output = (_cell(row, column, place) for column in columns)
        arrival = _arrival(when, columns[0], place)
        wrong = _out_of_order(arrival, found[0][0], found[-1][0]) if found else None
        if wrong:
            raise InputError(wrong[0], place=place, field=columns[0], value=when[:60], remedy=wrong[1])
        tokens = _tokens(prompt, columns[1], place), _tokens(output, columns[2], place)
        found.append((arrival, *tokens, rows.line_num))
    if not found:
        raise InputError("has no requests", place=str(path))
    arrivals, prompts, outputs, lines = zip(*found, strict=True)
    return Lengths(tuple(arrival - arrivals[0] for arrival in arrivals), prompts, outputs, lines)


def _columns(names: Sequence[str], path: Path) -> tuple[str, str, str]:
    for layout in LAYOUTS:
        twice = [name for name in layout if names.count(name) > 1]
        if twice:
            remedy = "Remove all but one, or name the others otherwise"
            raise InputError("must not name a column twice", place=f"{path}:1", value=twice[0], remedy=remedy)
        if set(layout) <= set(names):
            return layout
    known = "; or ".join(", ".join(layout) for layout in LAYOUTS)
    raise InputError(f"must have the columns {known}", place=f"{path}:1", value=", ".join(names)[:200])


def _cell(row: Mapping[str, str | None], column: str, place: str) -> str:
    value = row[column]
    if value is None:
        raise InputError("is missing", place=place, field=column)
    return value.strip()


def _out_of_order(arrival: int, first: int, last: int) -> tuple[str, str] | None:
    """Rule that an arrival breaks, and remedy; the first one and the one above came then [ps]."""
    if arrival < last:
        return "must not be before the one above", "Sort the lines by arrival"
    if arrival - first > MAX_TIME:
        return f"must be at most {MAX_TIME // 10**12:,} s after the first", "Take a part of the file"
    return None


def _arrival(text: str, column: str, place: str) -> int:
    """Picoseconds since some fixed time."""
    try:
        if ":" in text:
            return _since_1970(text)
        return whole_ps(parse(f"{text} s", "time").magnitude)
    except (ValueError, InputError) as error:
        rule = "must be seconds, or date and time"
        raise InputError(rule, place=place, field=column, value=text[:60]) from error


def _since_1970(text: str) -> int:
    """Of a date and time with up to seven digits of a second, as Azure writes them."""
    whole, _, digits = text.partition(".")
    digits = digits.split("+")[0].rstrip("Z")
    since = datetime.fromisoformat(whole.rstrip("Z")).replace(tzinfo=None) - datetime(1970, 1, 1)
    return (since.days * 86400 + since.seconds) * 10**12 + int(digits.ljust(12, "0")[:12] or 0)


def _tokens(text: str, column: str, place: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        remedy = "Remove requests that failed"
        raise InputError(
            "must be an integer of 1 or more", place=place, field=column, value=text[:60], remedy=remedy
        )
    return value
