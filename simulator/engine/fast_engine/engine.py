"""The fast engine, by the contract of all engines."""

from functools import cache
from importlib.util import find_spec

from simulator.engine.fast_engine.machine import Advance
from simulator.engine.fast_engine.memory import physical_memory
from simulator.engine.fast_engine.session import FastSession
from simulator.program.form import Program
from simulator.program.timeline import FULL, Recording


class FastEngine:
    """Executes programs with one function over flat arrays, compiled by LLVM where that can be had.

    ``compiled`` False: in plain Python, with the same result. ``skip``: once a run repeats itself, only
    one period of it is computed (exact; see steady.py). ``memory``: bytes that a run may take; None: all
    that the machine has.
    """

    def __init__(self, *, compiled: bool = True, skip: bool = True, memory: int | None = None) -> None:
        self._compiled = compiled and find_spec("llvmlite") is not None
        self._skip = skip
        self._memory = physical_memory() if memory is None else memory

    @property
    def name(self) -> str:
        """Engine and mode; an engine that could not compile says so once a program was opened."""
        return "fast (compiled)" if self._compiled else "fast (python)"

    def open(self, program: Program, recording: Recording = FULL) -> FastSession:
        """Start a session at time zero. Raises InputError where the program breaks a rule or needs too much memory."""
        return FastSession(program, recording, self._kernel, skip=self._skip, memory=self._memory)

    def _kernel(self) -> tuple[Advance, bool]:
        """Entry of the kernel, and whether it is compiled."""
        advance = _compiled() if self._compiled else None
        self._compiled = advance is not None
        return (_plain(), False) if advance is None else (advance, True)


def _plain() -> Advance:
    from simulator.engine.fast_engine.plain import plain_kernel

    return plain_kernel()


@cache
def _compiled() -> Advance | None:
    """The compiled kernel; None where LLVM does not work: that costs speed, never correctness."""
    try:
        from simulator.engine.fast_engine.compiled import compile_kernel

        return compile_kernel()
    except Exception:
        return None
