"""The fast engine: one kernel over flat arrays, compiled where numba works."""

from collections.abc import Callable
from functools import cache
from typing import Any

from simulator.engine.fast_engine.session import FastSession
from simulator.program.form import Program
from simulator.program.timeline import FULL, Recording


class FastEngine:
    """Executes programs by the recurrence of eager streams and a heap for contended ones.

    ``compiled``: None takes numba where it can be had, False plain Python; the results are the same.
    """

    def __init__(self, compiled: bool | None = None):
        advance = None if compiled is False else _compiled()
        if compiled and advance is None:
            raise RuntimeError("numba does not work here")
        self._advance = advance

    @property
    def name(self) -> str:
        """``fast (compiled)`` or ``fast (python)``."""
        return "fast (compiled)" if self._advance else "fast (python)"

    def open(self, program: Program, recording: Recording = FULL) -> FastSession:
        """Start a session at time zero. Raises InputError for a program that is not well formed."""
        if self._advance:
            return FastSession(program, recording, self._advance, True, self.name)
        from simulator.engine.fast_engine.kernel import advance

        return FastSession(program, recording, advance, False, self.name)


@cache
def _compiled() -> Callable[[Any, Any], int] | None:
    """The compiled kernel, or None: absence or failure of numba costs speed, never correctness."""
    try:
        from simulator.engine.fast_engine.native import native_advance

        return native_advance()
    except Exception:  # whatever a compiler may do wrong on this machine
        return None
