"""What every engine offers: open a program, run it, hand back a timeline."""

from collections.abc import Sequence
from typing import Protocol

from simulator.program.form import Event, Inference, Program
from simulator.program.timeline import FULL, Recording, Timeline


class Session(Protocol):
    """A program in execution."""

    def run_until(self, stream: int, operation: int, event: Event) -> int:
        """Run until this event's time is known and return it [ps].

        All grants of contended streams up to and including it have been decided, and none later.
        """

    def append(self, inferences: Sequence[Inference]) -> None:
        """Add inferences to the end of the program's schedule, none ready before the last ``run_until`` + 1."""

    def finish(self) -> Timeline:
        """Run to the end. Raises DeadlockError where that is impossible."""


class Engine(Protocol):
    """A way to execute programs; all give the same picosecond for every operation."""

    @property
    def name(self) -> str:
        """As on the command line: fast or simpy; with its mode in brackets where it has several."""

    def open(self, program: Program, recording: Recording = FULL) -> Session:
        """Start a session at time zero."""


def run(engine: Engine, program: Program, recording: Recording = FULL) -> Timeline:
    """Execute a whole program."""
    return engine.open(program, recording).finish()
