"""The reference engine, by the contract of all engines."""

from simulator.engine.simpy_engine.kernel import Kernel, ShuffledKernel
from simulator.engine.simpy_engine.session import SimpySession
from simulator.program.form import Program
from simulator.program.timeline import FULL, Recording


class SimpyEngine:
    """Executes programs with SimPy.

    ``shuffle``: seed of a kernel that takes the events of one instant in random order; the timeline is the
    same for every seed and without one.
    """

    def __init__(self, shuffle: int | None = None) -> None:
        self._shuffle = shuffle
        self.name = "simpy" if shuffle is None else f"simpy (shuffled, seed {shuffle})"

    def open(self, program: Program, recording: Recording = FULL) -> SimpySession:
        """Start a session at time zero. Raises InputError where the program breaks a rule."""
        kernel = Kernel() if self._shuffle is None else ShuffledKernel(self._shuffle)
        return SimpySession(program, recording, kernel, self.name)
