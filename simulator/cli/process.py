"""A command as a process of its own."""

import atexit
import gc
import os
import sys
from contextlib import suppress

from simulator.cli.signals import ended, heed_signals, tell
from simulator.cli.stdout import UnwritableError, forget, prepare

_YOUNG = 500_000
"""Objects made between two looks for cycles among them: a run makes many at once, and all of them stay."""


def main() -> None:
    """Entry of ``python -m simulator`` and of the command ``simulator``; ends the process."""
    heed_signals()
    try:
        _call()
    except UnwritableError as error:  # of help and version, which no command guards
        forget()
        print(error.sentence, file=sys.stderr)
        _leave(1)
    except BaseException as end:
        if not ended(end) or (isinstance(end, SystemExit) and not end.code):
            raise
        _leave(tell(end))
    finally:
        gc.freeze()  # or Python looks for cycles among all that is left before it ends: a second after a long run


def _call() -> None:
    gc.set_threshold(_YOUNG)
    prepare()
    from simulator.cli.main import app

    app()


def _leave(code: int) -> None:
    """End without Python's own end, which fails where a signal has broken off the import of a library."""
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # of a reader that has gone
            stream.flush()
    os._exit(code)
