"""Whatever goes wrong ends in a sentence on stderr and an exit code, never in a traceback."""

import errno
import sys
from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import ParamSpec, TypeVar

import typer

from simulator.base.errors import SimulatorError
from simulator.cli.signals import ENDS, ended, tell
from simulator.cli.stdout import UnwritableError, forget

P = ParamSpec("P")
T = TypeVar("T")

BROKEN_PIPE = 141


class Debug:
    """Whether an unexpected error shows its traceback; set by ``--debug``."""

    on = False


def guarded(command: Callable[P, T]) -> Callable[P, T]:
    """A command whose errors become text and exit code: 2 for wrong input, 1 for a failed run."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return _answered(command, *args, **kwargs)
        except typer.Exit:
            raise
        except SimulatorError as error:
            complain(str(error))
            raise typer.Exit(error.exit_code) from None
        except (Exception, *ENDS) as error:
            raise typer.Exit(tell(error) if ended(error) else _unexpected(error, command)) from None

    return run


def _answered(command: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The command, its answer out of the buffer."""
    try:
        result = command(*args, **kwargs)
    except typer.Exit:
        sys.stdout.flush()
        raise
    sys.stdout.flush()
    return result


def complain(text: str) -> None:
    """A message on stderr; characters that steer a terminal are replaced."""
    from simulator.report.text import plain

    print(plain(text), file=sys.stderr)


def _unexpected(error: BaseException, command: Callable[..., object]) -> int:
    if isinstance(error, OSError) and error.errno == errno.EPIPE:
        forget()
        return BROKEN_PIPE
    if isinstance(error, UnwritableError):
        forget()
        complain(error.sentence)
        return 1
    if isinstance(error, MemoryError):
        complain(f"out of memory: try less at a time{_smaller(command)}")
        return 1
    if Debug.on:
        raise error
    what = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    complain(
        f"internal error ({what}). Please report it; 'python -m simulator --debug ...' shows where it happened"
    )
    return 1


_SIZES = ("count", "batch", "length", "load", "size", "vectors", "instances")
"""Options that say how much is computed at a time."""


def _smaller(command: Callable[..., object]) -> str:
    """Those that the command has."""
    found = [f"--{name}" for name in _SIZES if name in signature(command).parameters]
    return f" ({', '.join(found)})" if found else ""
