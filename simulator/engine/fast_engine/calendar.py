"""Rows of the inferences of a schedule, and what they add up to."""

from collections.abc import Callable, Sequence

import numpy as np

from simulator.engine.fast_engine import layout as f
from simulator.program.form import Inference, Int
from simulator.program.tables import Tables, works

Listed = Callable[[tuple[int, ...]], int]
"""Place of the list of the groups that work."""


def rows(tables: Tables, streams: int, segments: Int, schedule: Sequence[Inference], listed: Listed) -> Int:
    """One row an inference; ``streams``: without shadows, ``segments``: where the works of each begin."""
    made = np.zeros((len(schedule), f.CALENDAR_SIZE), np.int64)
    q = np.array([row.segment for row in schedule], np.int64)
    made[:, f.ALL_WORKS] = segments[q]
    made[:, f.RELEASE] = [row.release for row in schedule]
    made[:, f.FLOOR] = [row.floor for row in schedule]
    made[:, f.BEGAN] = f.INF
    made[:, f.ENDED] = f.NIL
    made[:, f.CONTEXT_OF] = [row.context for row in schedule]
    made[:, f.OPEN] = (tables.n[:, :streams] > 0).sum(axis=1)[q]
    made[:, f.GROUPS_OF] = f.NIL
    for i, row in enumerate(schedule):
        if row.groups is not None:
            busy = works(tables, row)[:streams]
            made[i, f.OPEN] = (tables.n[row.segment, :streams] * busy > 0).sum()
            made[i, f.GROUPS_OF] = listed(row.groups)
    return made.ravel()


def flags(tables: Tables, groups: tuple[int, ...]) -> Int:
    """By group: 1 if its streams work."""
    found = np.zeros(int(tables.stream.group.max(initial=0)) + 1, np.int64)
    found[[0, *(group for group in groups if group < len(found))]] = 1
    return found


def totals(tables: Tables, schedule: Sequence[Inference]) -> Int:
    """Operations of each stream in the whole schedule."""
    plain = [row for row in schedule if row.groups is None]
    times = np.bincount([row.segment for row in plain], minlength=len(tables.n))
    found = np.asarray(times @ tables.n)
    for row in schedule:
        if row.groups is not None:
            found = found + tables.n[row.segment] * works(tables, row)
    return found
