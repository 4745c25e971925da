"""What a run asked of every stream, summed over its inferences."""

from dataclasses import dataclass

import numpy as np

from simulator.program.form import Duration, Int, Program, Work


@dataclass(frozen=True)
class Totals:
    """Per stream, over the whole schedule: operations, bytes, values, MACs, and work [ps] (sum of occupancies)."""

    operations: Int
    bytes: Int
    values: Int
    macs: Int
    work: Int


def duration_sum(duration: Duration, n: int) -> int:
    """Sum [ps] of a duration over operations 0 .. n - 1."""
    if duration.table is not None:
        return int(np.sum(duration.table[:n]))
    if not duration.step:
        return n * duration.base
    steps = np.arange(n) % duration.reset if duration.reset else np.arange(n)
    return n * duration.base + duration.step * int(steps.sum())


def totals(program: Program) -> Totals:
    """Totals of a program; every array has shape (streams,)."""
    times = np.bincount([i.segment for i in program.schedule], minlength=len(program.segments))
    rows = np.zeros((5, len(program.streams)), np.int64)
    for segment, count in zip(program.segments, times, strict=True):
        for stream, work in segment.work.items():
            rows[:, stream] += count * np.array(_row(work), np.int64)
    return Totals(*rows)


def _row(work: Work) -> tuple[int, int, int, int, int]:
    return work.n, work.bytes, work.values, work.macs, duration_sum(work.occupancy, work.n)
