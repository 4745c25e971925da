"""Arguments are what they must be, or InputError names them."""

from collections.abc import Sequence
from pathlib import Path

from simulator.base.errors import InputError


def whole(value: int, name: str, least: int = 1, most: int | None = None) -> int:
    """A whole number from ``least`` to ``most``."""
    if not _is_whole(value) or value < least or (most is not None and value > most):
        limit = f"from {least}" if most is None else f"{least}..{most}"
        raise InputError(f"must be a whole number, {limit}", field=name, value=value)
    return value


def whole_or_none(value: int | None, name: str) -> int | None:
    """A whole number from 1, or None."""
    return None if value is None else whole(value, name)


def seed(value: int) -> int:
    """Any whole number."""
    if not _is_whole(value):
        raise InputError("must be a whole number", field="seed", value=value)
    return value


def texts(value: Sequence[str] | str, name: str) -> tuple[str, ...]:
    """Texts; one alone is one of them."""
    given = (value,) if isinstance(value, str) else value
    if not isinstance(given, Sequence) or not all(isinstance(item, str) for item in given):
        raise InputError("must be a list of texts", field=name, value=value, remedy="Leave it out for none")
    return tuple(given)


def text(value: str | int | None, name: str) -> str | None:
    """A text, a whole number written as one, or None."""
    if value is None or isinstance(value, str):
        return value
    if not _is_whole(value):
        raise InputError("must be a text or a whole number", field=name, value=value)
    return str(value)


def path(value: str | Path, name: str) -> Path:
    """A path."""
    if not isinstance(value, str | Path):
        raise InputError("must be a path", field=name, value=value if value is not None else "None")
    return Path(value)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
