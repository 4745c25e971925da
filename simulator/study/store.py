"""Finished points in a folder, one line each, that outlive whatever happens to the process that writes them.

A line is written in one go and counts only if it is whole: one that was cut off is skipped, and its point runs again.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from simulator.base.errors import InputError
from simulator.study.points import Answer

NAME = "points.jsonl"


@dataclass(frozen=True)
class Finished:
    """How a point ended for good: with an answer, or with the error that it will always have."""

    answer: Answer | None
    error: str = ""
    seconds: float = 0.0


class Store:
    """Finished points by key; as a context manager, it closes its file. Raises InputError if it cannot be opened."""

    def __init__(self, folder: Path):
        self._folder = folder
        try:
            _make(folder)
            self.finished = _read(folder / NAME)
            self._file = os.open(folder / NAME, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        except OSError as error:
            raise InputError(
                f"cannot be written: {error.strerror}",
                place=str(folder),
                field="--out",
                remedy="Give a folder that you may write to",
            ) from error

    def add(self, key: str, finished: Finished) -> None:
        """Keep a point."""
        self.finished[key] = finished
        line = json.dumps({"key": key, **_data(finished)}, allow_nan=False) + "\n"
        rest = memoryview(line.encode())
        while rest:
            rest = rest[os.write(self._file, rest) :]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        os.close(self._file)


def _make(folder: Path) -> None:
    """The folder, new, empty, or of an earlier sweep; a line that was cut off is ended."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / NAME
    if not path.exists():
        if any(folder.iterdir()):
            raise InputError(
                "exists and holds something else than a sweep",
                place=str(folder),
                field="--out",
                remedy="Give another folder",
            )
        return
    content = path.read_bytes()
    if content and not content.endswith(b"\n"):
        with path.open("ab") as file:
            file.write(b"\n")


def _read(path: Path) -> dict[str, Finished]:
    """Whole lines by key."""
    finished: dict[str, Finished] = {}
    if not path.exists():
        return finished
    for line in path.read_bytes().splitlines():
        try:
            data = json.loads(line)
            finished[data["key"]] = _finished(data)
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return finished


def _data(finished: Finished) -> Mapping[str, Any]:
    answer = finished.answer
    given = {"figures": answer.figures, "limits": answer.limits} if answer else {"error": finished.error}
    return {**given, "seconds": round(finished.seconds, 6)}


def _finished(data: Mapping[str, Any]) -> Finished:
    if "error" in data:
        return Finished(None, str(data["error"]), float(data["seconds"]))
    figures = {str(name): (float(value), str(unit)) for name, (value, unit) in data["figures"].items()}
    return Finished(Answer(figures, str(data["limits"])), "", float(data["seconds"]))
