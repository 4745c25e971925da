"""Whatever goes wrong ends in a sentence on stderr and an exit code, never in a traceback."""

import errno
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import partial, wraps
from signal import (
    ITIMER_REAL,
    SIGALRM,
    SIGINT,
    SIGTERM,
    default_int_handler,
    getsignal,
    setitimer,
    signal,
)
from typing import ParamSpec, TypeVar

import typer

from simulator.base.errors import SimulatorError

P = ParamSpec("P")
T = TypeVar("T")

INTERRUPTED = 130
TERMINATED = 143
BROKEN_PIPE = 141


class Debug:
    """Whether an unexpected error shows its traceback; set by ``--debug``."""

    on = False


class Terminated(BaseException):
    """SIGTERM, which ends a command like Ctrl-C does: nothing half-written stays."""


AGAIN = 5.0
"""Seconds after which a signal that a library has swallowed is raised once more."""

SOON = 0.01
"""Seconds after which it is where Python has swallowed it, as it does in finalisers."""


def heed_signals() -> None:
    """Make Ctrl-C and SIGTERM exceptions that are raised until they are heard; for the process of a command only."""
    signal(SIGTERM, partial(_raise, Terminated))
    if getsignal(SIGINT) == default_int_handler:
        signal(SIGINT, partial(_raise, KeyboardInterrupt))
    sys.unraisablehook = _lost


def _raise(kind: type[BaseException], *_: object) -> None:
    signal(SIGALRM, partial(_raise, kind))
    setitimer(ITIMER_REAL, AGAIN)
    raise kind


def _lost(what: "sys.UnraisableHookArgs") -> None:
    if issubclass(what.exc_type, (KeyboardInterrupt, Terminated)):
        setitimer(ITIMER_REAL, SOON)
    else:
        sys.__unraisablehook__(what)


def heard() -> None:
    """The signal has ended the command."""
    setitimer(ITIMER_REAL, 0)


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
        except Terminated:
            heard()
            complain("terminated")
            raise typer.Exit(TERMINATED) from None
        except KeyboardInterrupt:
            heard()
            complain("interrupted")
            raise typer.Exit(INTERRUPTED) from None
        except Exception as error:
            raise typer.Exit(_unexpected(error)) from None

    return run


def complain(text: str) -> None:
    """A message on stderr; characters that steer a terminal are replaced."""
    from simulator.report.text import plain

    print(plain(text), file=sys.stderr)


def _unexpected(error: Exception) -> int:
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
