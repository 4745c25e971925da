"""Whatever goes wrong ends in a sentence on stderr and an exit code, never in a traceback."""

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import ParamSpec, TypeVar

import typer

from simulator.base.errors import SimulatorError
from simulator.cli.signals import ENDS, ended, tell

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
            result = command(*args, **kwargs)
            sys.stdout.flush()
            return result
        except typer.Exit:
            raise
        except SimulatorError as error:
            complain(str(error))
            raise typer.Exit(error.exit_code) from None
        except (Exception, *ENDS) as error:
            raise typer.Exit(tell(error) if ended(error) else _unexpected(error)) from None

    return run


def complain(text: str) -> None:
    """A message on stderr; characters that steer a terminal are replaced."""
    from simulator.report.text import plain

    print(plain(text), file=sys.stderr)


def _unexpected(error: BaseException) -> int:
    if isinstance(error, OSError) and error.errno == errno.EPIPE:
        _forget_stdout()
        return BROKEN_PIPE
    if isinstance(error, MemoryError):
        complain("out of memory: try fewer inferences (--count, --batch) or shorter sequences (--length)")
        return 1
    if Debug.on:
        raise error
    what = f"{type(error).__name__}: {error}".splitlines()[0][:200]
    complain(
        f"internal error ({what}). Please report it; 'python -m simulator --debug ...' shows where it happened"
    )
    return 1


def _forget_stdout() -> None:
    """Whoever read our output has gone: what is left in the buffer must not complain at exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
