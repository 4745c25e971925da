"""What concerns every process that this one begins."""

from collections.abc import Iterator
from contextlib import contextmanager
from signal import (
    SIG_BLOCK,
    SIG_DFL,
    SIG_IGN,
    SIG_SETMASK,
    SIG_UNBLOCK,
    SIGALRM,
    SIGINT,
    SIGTERM,
    pthread_sigmask,
    signal,
)

_OURS = (SIGINT, SIGTERM, SIGALRM)


@contextmanager
def signals_wait() -> Iterator[None]:
    """While a copy of this process begins, signals wait: for the end of the block here, for ``heed_parent`` there.

    What a signal raises within the hooks of a fork is lost, with a traceback and without what the hook had to do.
    """
    before = pthread_sigmask(SIG_BLOCK, ())
    try:
        pthread_sigmask(SIG_BLOCK, _OURS)
        yield
    finally:
        pthread_sigmask(SIG_SETMASK, before)


def heed_parent() -> None:
    """Ctrl-C is the parent's to hear, and SIGTERM, by which the parent ends its children, works at once."""
    signal(SIGINT, SIG_IGN)
    signal(SIGTERM, SIG_DFL)
    pthread_sigmask(SIG_UNBLOCK, _OURS)
