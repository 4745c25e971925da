"""A results folder that is there as a whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from simulator.base.errors import InputError, SimulatorError

_REMEDY = "Give a folder that you may write to: --out FOLDER"


@dataclass
class Target:
    """Where results are being written (``work``) and where they stand in the end (``path``)."""

    work: Path
    path: Path


@contextmanager
def results_folder(path: Path, *, numbered: bool = False) -> Iterator[Target]:
    """A folder to write into that becomes ``path`` when the block ends well and vanishes when it does not.

    ``numbered``: if ``path`` exists take path-2, path-3 ... An earlier result is never touched. Raises InputError where
    the folder cannot be written, before the block runs.
    """
    if os.path.lexists(path) and not numbered:
        raise InputError(
            "exists; an earlier result is never overwritten",
            place=str(path),
            field="--out",
            remedy="Remove it or give another folder",
        )
    created, work = _begin(path)
    target = Target(work, path)
    try:
        yield target
        with writing(path):
            target.path = _settle(work, path, numbered)
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        for folder in created:
            with suppress(OSError):
                folder.rmdir()
        raise


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns a failure to write into a SimulatorError that names ``path``."""
    try:
        yield
    except OSError as error:
        raise SimulatorError(
            f"{path}: results cannot be written: {_reason(error)}. Nothing was kept"
        ) from error


def _begin(path: Path) -> tuple[list[Path], Path]:
    """Make the folders above and a hidden one beside ``path``; the folders made, deepest first."""
    above = [folder for folder in path.absolute().parents if not os.path.exists(folder)]
    blocking = next(folder for folder in path.absolute().parents if os.path.exists(folder))
    if not blocking.is_dir():
        raise InputError(
            f"cannot be written: '{blocking.name}' is no folder",
            place=str(path),
            field="--out",
            remedy=_REMEDY,
        )
    try:
        path.absolute().parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{path.name}-", suffix=".partial", dir=path.absolute().parent))
        work.chmod(0o777 & ~_umask())
    except (OSError, ValueError) as error:
        raise InputError(
            f"cannot be written: {_reason(error)}", place=str(path), field="--out", remedy=_REMEDY
        ) from error
    return above, work


def _settle(work: Path, path: Path, numbered: bool) -> Path:
    """Rename to the first name that is free."""
    number = 1
    while True:
        target = path if number == 1 else path.with_name(f"{path.name}-{number}")
        if not os.path.lexists(target):
            os.rename(work, target)
            return target
        if not numbered:
            raise SimulatorError(f"{path}: has come into being during the run; nothing was overwritten")
        number += 1


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
