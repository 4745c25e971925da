"""What a run asked of every stream, summed over its inferences."""

from dataclasses import dataclass

import numpy as np

from simulator.program.form import Duration, Int, Program, Work

ZERO = np.zeros(1, np.int64)
"""The context of an inference without one."""


@dataclass(frozen=True)
class Totals:
    """Per stream, over the whole schedule: operations, bytes, values, MACs, and work [ps] (sum of occupancies)."""

    operations: Int
    bytes: Int
    values: Int
    macs: Int
    work: Int


def duration_sum(duration: Duration, n: int, contexts: Int = ZERO) -> int:
    """Sum [ps] of a duration over operations 0 .. n - 1 of an inference in each of these contexts."""
    if duration.table is not None:
        return int(_window_sums(duration.table, n)[contexts].sum())
    if not duration.step:
        return len(contexts) * n * duration.base
    places = np.arange(int(contexts.max(initial=0)) + n)
    steps = places % duration.reset if duration.reset else places
    return len(contexts) * n * duration.base + duration.step * int(_window_sums(steps, n)[contexts].sum())


def _window_sums(values: Int, n: int) -> Int:
    """Sum of n successive values from each place on, as far as there are n."""
    ends = np.concatenate((np.zeros(1, np.int64), np.cumsum(values)))
    return np.asarray(ends[n:] - ends[: len(ends) - n])


_latest: list[tuple[Program, int, Totals]] = []
_KEPT = 4


def totals(program: Program) -> Totals:
    """Totals of a program; every array has shape (streams,). Those of the latest programs are kept.

    A schedule only ever grows, and everything else of a program holds still.
    """
    for known, length, found in _latest:
        if known is program and length == len(program.schedule):
            return found
    made = _count(program)
    for values in vars(made).values():
        values.setflags(write=False)
    _latest[:] = [(program, len(program.schedule), made), *_latest[: _KEPT - 1]]
    return made


def _count(program: Program) -> Totals:
    rows = np.zeros((5, len(program.streams)), np.int64)
    for number, segment in enumerate(program.segments):
        mine = [row for row in program.schedule if row.segment == number]
        contexts: dict[int, Int] = {}
        for stream, work in segment.work.items():
            group = program.streams[stream].group
            if group not in contexts:
                there = (row.context for row in mine if row.works(group))
                contexts[group] = np.fromiter(there, np.int64)
            rows[:, stream] += _row(work, contexts[group])
    return Totals(*rows)


def _row(work: Work, contexts: Int) -> Int:
    count = len(contexts)
    values = count * work.values
    if work.growing is not None:
        values = int(_window_sums(work.growing, work.n)[contexts].sum())
    busy = duration_sum(work.occupancy, work.n, contexts)
    return np.array((count * work.n, count * work.bytes, values, count * work.macs, busy), np.int64)
