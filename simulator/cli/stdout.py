"""Standard output that cannot be written is told in a sentence; one that is closed swallows everything."""

import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class UnwritableError(OSError):
    """Writing to standard output failed; ``kept`` is where the results are all the same."""

    kept: Path | None = None

    @property
    def sentence(self) -> str:
        """What to say of it."""
        where = f". The results are in {self.kept}" if self.kept else ""
        return f"standard output cannot be written: {self.strerror}{where}"


class _Raw(io.FileIO):
    """Standard output, whose errors are told from those of other files."""

    def write(self, data: "ReadableBuffer", /) -> int | None:  # type: ignore[override]
        try:
            return super().write(data)
        except OSError as error:
            raise UnwritableError(error.errno, error.strerror) from error


def prepare() -> None:
    """Make both streams ready for any character and any reader; for the process of a command only."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115 (as long as the process)
        elif name == "stdout":
            sys.stdout = _checked(sys.stdout)
    if isinstance(sys.stderr, io.TextIOWrapper):
        sys.stderr.reconfigure(errors="replace")


def _checked(old: TextIO) -> TextIO:
    """The same stream, except for what its errors are called."""
    raw = io.BufferedWriter(_Raw(old.fileno(), "w", closefd=False))
    return io.TextIOWrapper(raw, encoding=old.encoding, errors="replace", line_buffering=old.isatty())


@contextmanager
def kept(folder: Path) -> Iterator[None]:
    """While an answer is written: results stand in ``folder`` even if the answer does not arrive."""
    try:
        yield
        sys.stdout.flush()
    except UnwritableError as error:
        error.kept = folder
        raise


def forget() -> None:
    """What is left in the buffer must not complain at exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
