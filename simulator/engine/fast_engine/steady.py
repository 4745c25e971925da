"""Exact skipping of what repeats itself.

Whenever an inference is complete, the whole state of the run is written down relative to it: where each
stream is, counted from that inference, and all event times that may still matter, counted from its end.
When such a state comes back, so will everything that follows from it, as long as the schedule goes on
alike: the run repeats itself with a period of p inferences and d picoseconds. q periods are then added to
the state at once (leap.py), and the rest is simulated.

Release times are not part of the state. They must come with the same period, or else must not have held up
anything within it and come no later (then the run falls behind them more and more).
"""

from collections.abc import Sequence

import numpy as np

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.leap import Leap
from simulator.engine.fast_engine.machine import Machine
from simulator.engine.fast_engine.state import State
from simulator.program.form import Inference, Int
from simulator.program.timeline import Recording

_ONE_BY_ONE = 64
"""So many inferences are looked at one by one; after that, every second, third ..."""


class Steady:
    """Looks for a period of one run and skips what it can.

    ``period``: inferences after which the run repeated itself, 0 if none was found; ``skipped``: how many
    inferences were not simulated.
    """

    def __init__(self, machine: Machine, schedule: Sequence[Inference], recording: Recording):
        self.period = self.skipped = 0
        self._machine, self._recording = machine, recording
        self._first, self._step = _alike(schedule)
        self._looks, self._next_reference = 0, 1
        self._reference: State | None = None
        if machine.may_leap and len(schedule) - self._first > 2:
            machine.m[f.MARK] = self._first + 1

    def look(self) -> None:
        """Compare with an earlier state if enough inferences are complete; skip if it has come back."""
        m = self._machine.m
        if m[f.COMPLETE] < m[f.MARK]:
            return
        m[f.MARK] = m[f.COMPLETE] + 1 + self._looks // _ONE_BY_ONE
        state = State(self._machine)
        if state.parked:
            m[f.MARK] = f.INF
            return
        self._looks += 1
        if self._reference is not None and self._reference.comes_back_as(state) and self._leap(state):
            self._reference, self._looks, self._next_reference = None, 0, 1
        elif self._looks >= self._next_reference and state.looks_at_operations_only:
            self._reference, self._next_reference = state.keep(), 2 * self._looks

    def _leap(self, state: State) -> bool:
        """Add as many periods to the state as the schedule and the recording have room for."""
        assert self._reference is not None
        before = self._reference
        p, d = state.complete - before.complete, state.time - before.time
        held_up = state.releases != before.releases
        if d != p * self._step and (held_up or d < p * self._step):
            return False
        q = (self._machine.m[f.INFERENCES] - 1 - state.farthest) // p
        if self._recording.level == "window" and state.earliest < self._recording.end:
            q = min(q, (self._recording.begin - 1 - state.latest) // max(d, 1))
        if q < 1:
            return False
        Leap(self._machine, before, state, int(q)).make()
        self.period, self.skipped = p, self.skipped + int(q) * p
        return True


def _alike(schedule: Sequence[Inference]) -> tuple[int, int]:
    """From which inference on all are of one segment, a fixed time apart and without floor; that time."""
    first = len(schedule) - 1
    step = 0
    while first > 0:
        one, other = schedule[first - 1], schedule[first]
        if one.segment != other.segment or other.floor > 0 or one.floor > 0:
            break
        if first < len(schedule) - 1 and other.release - one.release != step:
            break
        step = other.release - one.release
        first -= 1
    return first, step
