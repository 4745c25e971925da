"""Ctrl-C and SIGTERM end a command at once, with a word and an exit code; nothing heavy is imported here."""

import sys
from functools import partial
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

AGAIN = 2.0
"""Seconds after which a signal that a library has swallowed is raised once more."""

SOON = 0.01
"""Seconds after which it is where Python has swallowed it, as it does in finalisers."""


class Terminated(BaseException):
    """SIGTERM, which ends a command like Ctrl-C does: nothing half-written stays."""


ENDS = {KeyboardInterrupt: ("interrupted", 130), Terminated: ("terminated", 143)}
"""What a signal raises -> the word and the exit code of a command that it ends."""


class Heard:
    """The signal that is to end this process, and whether that has been said."""

    kind: type[BaseException] | None = None
    told = False


def heed_signals() -> None:
    """Make Ctrl-C and SIGTERM exceptions that are raised until they are heard; for the process of a command only."""
    signal(SIGTERM, partial(_raise, Terminated))
    if getsignal(SIGINT) == default_int_handler:
        signal(SIGINT, partial(_raise, KeyboardInterrupt))
    sys.unraisablehook = _lost


def _raise(kind: type[BaseException], *_: object) -> None:
    Heard.kind = kind
    signal(SIGALRM, partial(_raise, kind))
    setitimer(ITIMER_REAL, AGAIN)
    raise kind


def _lost(what: "sys.UnraisableHookArgs") -> None:
    if issubclass(what.exc_type, tuple(ENDS)):
        setitimer(ITIMER_REAL, SOON)
    else:
        sys.__unraisablehook__(what)


def ended(end: BaseException) -> bool:
    """Whether an exception is a signal's, or what a library has made of it."""
    return isinstance(end, tuple(ENDS)) or Heard.kind is not None


def tell(end: BaseException) -> int:
    """Say, once, which signal has ended the command, and what its exception has to add; gives the exit code."""
    from simulator.report.text import plain

    ours = isinstance(end, tuple(ENDS))
    word, code = ENDS[type(end) if ours else Heard.kind or KeyboardInterrupt]
    if Heard.kind:
        setitimer(ITIMER_REAL, 0)
    if not Heard.told:
        Heard.told = Heard.kind is not None
        print(plain(": ".join([word, *map(str, end.args if ours else ())])), file=sys.stderr)
    return code
