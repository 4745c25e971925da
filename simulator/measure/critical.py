"""The critical path of an inference, and the critical cycle that sets the steady interval (docs/waits.md)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from simulator.base.errors import InputError
from simulator.measure.causes import WORDS, Cause
from simulator.measure.critical_walk import State, Step, Walk
from simulator.program.form import Event, Program
from simulator.program.history import History


@dataclass(frozen=True)
class CriticalPath:
    """What one inference spent its latency on.

    ``steps``: in order of time, one row a stretch: stream, unit, part, layer, inference, k, begin_ps, end_ps, time_ps,
    cause (what the time was spent on) and via (why the next row had to wait for it). They follow each other without a
    gap, so that time_ps adds up to ``time`` [ps].
    """

    inference: int
    time: int
    steps: pd.DataFrame


@dataclass(frozen=True)
class CriticalCycle:
    """What sets the steady interval: the way back from a result, over exactly ``span`` intervals.

    ``steps`` as in a critical path; they add up to ``time`` [ps], the distance between the results of ``span``
    inferences. ``closed``: they lead from an event to the same event ``span`` inferences earlier, so they repeat with
    every interval. Where they do not, early layers run ahead of late ones, and the way back is a sample.
    """

    span: int
    time: int
    closed: bool
    steps: pd.DataFrame

    @property
    def interval(self) -> float:
        """Time per inference [ps]."""
        return self.time / self.span


def critical_path(program: Program, history: History, inference: int = 0) -> CriticalPath:
    """From the last DONE of an inference back to its arrival."""
    arrival = program.schedule[inference].release
    state = _last(history, inference)
    end = int(history.done[state[0]])
    steps = _until(Walk(program, history), state, arrival)
    return CriticalPath(inference, end - arrival, _frame(program, history, steps))


def back_to_back(program: Program, inferences: int) -> Program:
    """So many inferences, all released at time zero; the schedule's segments follow each other in turn."""
    turn = [replace(row, release=0, floor=0) for row in program.schedule]
    return replace(program, schedule=[turn[n % len(turn)] for n in range(inferences)])


def critical_cycle(program: Program, history: History, inference: int | None = None) -> CriticalCycle:
    """Walk back from the result of an inference until an event is met again in another inference.

    By default from two thirds of the run, where it neither fills nor drains. Raises InputError for a run of a single
    inference.
    """
    if inference is None:
        inference = max(1, 2 * (len(program.schedule) - 1) // 3)
    if len(program.schedule) < 2:
        raise InputError("an interval takes two inferences", field="inferences", value=len(program.schedule))
    walk, state = Walk(program, history), _last(history, inference)
    later, earlier = _repeat(history, walk, state) or (state, None)
    span = _inferences_between(history, later, earlier)
    time = _result(history, inference) - _result(history, max(inference - span, 0))
    begin = walk.time(later) - time
    closed = earlier is not None and walk.time(earlier) == begin
    return CriticalCycle(span, time, closed, _frame(program, history, _until(walk, later, begin)))


def grouped(steps: pd.DataFrame, by: Iterable[str] = ("unit", "layer", "cause")) -> pd.DataFrame:
    """Time [ps] of steps by some of their columns, most first; ``share`` of the whole."""
    columns = list(by)
    sums = steps.groupby(columns, as_index=False, observed=True)[["time_ps"]].sum()
    sums["share"] = sums["time_ps"] / max(int(steps["time_ps"].sum()), 1)
    return sums.sort_values(
        ["time_ps", *columns], ascending=[False] + [True] * len(columns), ignore_index=True
    )


def _repeat(history: History, walk: Walk, state: State) -> tuple[State, State] | None:
    """The first event on the way back that is met twice, in two inferences: later and earlier."""
    seen: dict[tuple[int, int, int, Event], State] = {}
    for here, _ in walk.back(state):
        operation, event = here
        key = (
            int(history.segment[operation]),
            int(history.stream[operation]),
            int(history.k[operation]),
            event,
        )
        if history.inference[operation] >= 0 and seen.setdefault(key, here) != here:
            return seen[key], here
    return None


def _inferences_between(history: History, later: State, earlier: State | None) -> int:
    """At least one; a way back into a later inference counts like one into an earlier."""
    if earlier is None:
        return 1
    return abs(int(history.inference[later[0]] - history.inference[earlier[0]]))


def _result(history: History, inference: int) -> int:
    """Time of the last DONE of an inference [ps]."""
    return int(history.done[_last(history, inference)[0]])


def _last(history: History, inference: int) -> State:
    """The last DONE of an inference."""
    mine = np.flatnonzero(history.inference == inference)
    return int(mine[np.argmax(history.done[mine])]), Event.DONE


def _until(walk: Walk, state: State, arrival: int) -> list[Step]:
    """Steps from an event back to a time, latest first, the last one cut off there."""
    steps: list[Step] = []
    for here, more in walk.back(state):
        for step in more:
            if step.end > arrival:
                steps.append(step._replace(begin=max(step.begin, arrival)))
        if walk.time(here) <= arrival:
            break
        operation = here[0]
    begin = steps[-1].begin if steps else walk.time(state)
    if begin > arrival:
        steps.append(Step(operation, arrival, begin, Cause.ARRIVAL, Cause.ARRIVAL))
    return steps


def _frame(program: Program, history: History, steps: Sequence[Step]) -> pd.DataFrame:
    """Steps in order of time."""
    rows = steps[::-1]
    operations = np.array([step.operation for step in rows], np.int64)
    streams = [program.streams[s] for s in history.stream[operations]]
    begin, end = (np.array([getattr(step, name) for step in rows], np.int64) for name in ("begin", "end"))
    return pd.DataFrame(
        {
            **{name: [getattr(row, name) for row in streams] for name in ("name", "unit", "part", "layer")},
            "inference": history.inference[operations],
            "k": history.k[operations],
            "begin_ps": begin,
            "end_ps": end,
            "time_ps": end - begin,
            "cause": [WORDS[step.cause] for step in rows],
            "via": [WORDS[step.via] for step in rows],
        }
    ).rename(columns={"name": "stream"})
