"""Exact skipping of what repeats itself.

Whenever an inference is complete, the whole state of the run is written down relative to it (state.py).
When such a state comes back p inferences and d picoseconds later, so will everything that follows from it, as
long as the schedule goes on alike. q periods are then added to the state at once (leap.py), and the rest is
simulated.

Not all streams need to be d later. One that nothing holds back, such as the arrival of images that all lie
ready, gets away from the others: its own times come back d' < d later. That is a period too if such streams
depend on none that are slower, contend with none, and their events are so early that none of them held up
a slower stream; they never will again. In the same way releases must come with the period of the streams
that wait for them, or else must not have held these up and come sooner.
"""

from collections.abc import Sequence

import numpy as np

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.leap import Leap
from simulator.engine.fast_engine.machine import Machine
from simulator.engine.fast_engine.state import State
from simulator.program.form import Inference
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
        if len(schedule) - self._first > 2 and machine.may_leap:
            machine.work_on(schedule[-1].segment)
            if len(machine.working):
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
        if (
            self._reference is not None
            and self._reference.comes_back_as(state)
            and self._leap(self._reference, state)
        ):
            self._reference, self._looks, self._next_reference = None, 0, 1
        elif self._looks >= self._next_reference and state.complete_look:
            self._reference, self._next_reference = state.write_down(), 2 * self._looks

    def _leap(self, before: State, state: State) -> bool:
        """Add as many periods to the state as the schedule and the recording have room for."""
        p, later = state.complete - before.complete, state.start - before.start
        alike = self._released_alike(before, state) and self._drifts(before, state)
        if not (alike and self._ends_alike(before, state)):
            return False
        q = (self._machine.m[f.INFERENCES] - 1 - state.farthest) // p
        if self._recording.level == "window":
            early = (self._recording.begin - 1 - state.start) // np.maximum(later, 1)
            q = min(q, int(early[state.start < self._recording.end].min(initial=q)))
        if q < 1:
            return False
        Leap(self._machine, before, state, int(q)).make()
        self.period, self.skipped = p, self.skipped + int(q) * p
        return True

    def _released_alike(self, before: State, state: State) -> bool:
        """Whether releases come with the period of those who wait for them, or sooner and unnoticed."""
        waits = state.releases > 0
        step = (state.complete - before.complete) * self._step
        later, unnoticed = state.start - before.start, state.releases == before.releases
        return bool(((later == step) | (unnoticed & (later > step)))[waits].all())

    def _drifts(self, before: State, state: State) -> bool:
        """Whether streams that get away from the others never hold them up again."""
        m, later = state.m, state.start - before.start
        period = state.time - before.time
        apart = later != period
        if not apart.any():
            return True
        rows = state.stream[apart]
        if (later > period).any() or (m[rows + f.MODE] != f.EAGER).any() or m[rows + f.SERVED].any():
            return False
        place = np.zeros(len(self._machine.stream), np.int64)
        place[state.m[state.stream + f.NUMBER]] = np.arange(len(state.stream))
        edge, target = self._machine.working_edges()
        source, target = place[m[m[edge + f.SOURCE] + f.NUMBER]], place[m[target + f.NUMBER]]
        rest = m[edge + f.REST]
        late = state.latest[source] + np.maximum(m[edge + f.LAG], m[rest + f.FREE_LAG])
        loose = (m[rest + f.EVENT] != 1) | (m[state.stream[source] + f.ORDERED] > 0)
        harmless = (later[source] < later[target]) & (late <= before.start[target]) & loose
        return bool((harmless | (later[source] == later[target])).all())

    def _ends_alike(self, before: State, state: State) -> bool:
        """Whether begin and end of inferences follow the period.

        All begin with the streams that are ahead the farthest; these have begun the inferences of the next
        period. All end with the others.
        """
        first, end = before.complete, state.complete
        p, d, least = end - first, state.time - before.time, int((state.start - before.start).min())
        if first - p < self._first or len(before.begun) != len(state.begun):
            return False
        rows = state.calendar
        if (rows[first:end, f.ENDED] - rows[first - p : first, f.ENDED] != d).any():
            return False
        old, new = before.begun, state.begun
        known = old[:, f.BEGAN] < f.INF
        if ((new[:, f.BEGAN] < f.INF) != known).any() or ((new - old)[known, f.BEGAN] != least).any():
            return False
        partial = (old[:, f.ENDED] >= 0) & (new[:, f.ENDED] - old[:, f.ENDED] != d)
        if least == d:
            return not partial.any()
        soon = rows[first:end, f.ENDED].min()
        begun = len(old) >= p and (old[:p, f.BEGAN] == rows[first:end, f.BEGAN]).all()
        return bool(begun and (new[partial, f.ENDED] <= soon).all())


def _alike(schedule: Sequence[Inference]) -> tuple[int, int]:
    """From which inference on all are of one segment and context, a fixed time apart, without floor; that time."""
    first, step = len(schedule) - 1, 0
    while first > 0:
        one, other = schedule[first - 1], schedule[first]
        gap = other.release - one.release
        last_pair = first == len(schedule) - 1
        alike = (one.segment, one.context) == (other.segment, other.context) and other.groups is None
        alike = alike and one.groups is None
        if not alike or other.floor > 0 or one.floor > 0 or not (last_pair or gap == step):
            break
        step, first = gap, first - 1
    return first, step
