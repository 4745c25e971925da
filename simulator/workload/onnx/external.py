"""Values that stand in files of their own beside a model: only files of its folder are ever opened."""

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from simulator.base.errors import InputError
from simulator.workload.onnx.wire import opened

_RULE = "external data must lie in the model's folder"


def checked(entries: Mapping[str, str], model: Path, field: str) -> None:
    """Refuse a location that leads out of the folder by its words. Raises ``InputError``."""
    location = entries.get("location", "")
    parts = PurePosixPath(location.replace("\\", "/"))
    if parts.is_absolute() or ".." in parts.parts or (len(location) > 1 and location[1] == ":"):
        raise InputError(_RULE, place=str(model), field=field, value=location)


def content(entries: Mapping[str, str], model: Path, field: str, size: int) -> bytes:
    """The ``size`` bytes that a tensor has in another file. Raises ``InputError``."""
    checked(entries, model, field)
    path = model.parent / entries.get("location", "")
    if not path.resolve().is_relative_to(model.parent.resolve()):
        raise InputError(_RULE, place=str(model), field=field, value=entries.get("location"))
    if not path.is_file():
        rule = f"has its values in {path}, which is no file"
        raise InputError(rule, place=str(model), field=field, remedy="Put it beside the model")
    begin, length = (_number(entries, name, model, field) for name in ("offset", "length"))
    there = max(path.stat().st_size - (begin or 0), 0)
    if there < size or length not in (None, size):
        rule = f"has {there if there < size else length} bytes from {begin or 0} on for a tensor of {size}"
        raise InputError(rule, place=str(path), field=field)
    with opened(path) as stream:
        stream.seek(begin or 0)
        return stream.read(size)


def _number(entries: Mapping[str, str], name: str, model: Path, field: str) -> int | None:
    text = entries.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise InputError(f"its {name} must be a number of bytes", place=str(model), field=field, value=text)
    return int(text)
