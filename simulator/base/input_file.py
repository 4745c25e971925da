"""Read a user's file, or say what is wrong with it."""

from pathlib import Path

from simulator.base.errors import InputError, did_you_mean


def read_bytes(path: Path, limit: int) -> bytes:
    """Content of a regular file of at most ``limit`` bytes.

    Raises ``InputError`` if it is missing, no regular file, unreadable or longer.
    """
    place = str(path)
    try:
        if not path.is_file():
            raise _no_file(path)
        with path.open("rb") as stream:
            content = stream.read(limit + 1)
    except (OSError, ValueError) as error:
        raise InputError(f"cannot be read: {_reason(error)}", place=place) from error
    if len(content) > limit:
        raise InputError(f"must be no larger than {limit:,} bytes", place=place)
    return content


def _no_file(path: Path) -> InputError:
    if path.is_dir():
        return InputError("must be a file, is a folder", place=str(path))
    if path.exists():
        return InputError("must be a regular file", place=str(path))
    return InputError("no such file", place=str(path), remedy=_nearest(path))


def _nearest(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"There is no folder '{folder}' either"
    return did_you_mean(path.name, (entry.name for entry in folder.iterdir() if entry.is_file()))


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
