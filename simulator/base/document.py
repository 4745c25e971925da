"""Plain data that remembers which file and line each value came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

Path = tuple[str | int, ...]


class Mark(NamedTuple):
    """Where a value stands; lines count from 1."""

    file: str
    line: int


@dataclass(frozen=True)
class Document:
    """``data`` is plain dicts, lists and scalars; ``marks`` an entry per key path, root ``()`` included."""

    data: dict[str, Any]
    marks: Mapping[Path, Mark]

    def mark(self, path: Sequence[str | int] = ()) -> Mark:
        """Mark of the value at a key path, or of its nearest ancestor that exists."""
        steps = tuple(path)
        while steps and steps not in self.marks:
            steps = steps[:-1]
        return self.marks[steps]

    def line(self, path: Sequence[str | int] = ()) -> int:
        """Line of the value at a key path, or of its nearest ancestor that exists."""
        return self.mark(path).line

    def place(self, path: Sequence[str | int] = ()) -> str:
        """The same as ``file:line``."""
        return f"{self.mark(path).file}:{self.line(path)}"
