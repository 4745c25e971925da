"""Write a user's file whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from simulator.base.errors import InputError


def write_bytes(path: Path, content: bytes) -> None:
    """Write to a temporary file beside ``path``, then rename it over ``path``.

    Raises ``InputError`` if the place cannot be written; nothing is left behind then.
    """
    temporary = path.with_name(f".{path.name[:200]}.{os.getpid()}.tmp")
    try:
        if path.is_dir():
            raise IsADirectoryError(None, "is a folder")
        with temporary.open("xb") as stream:
            stream.write(content)
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        rule = f"cannot be written: {error.strerror}"
        raise InputError(
            rule, place=str(path), remedy="Name a file in a folder that you may write"
        ) from error
