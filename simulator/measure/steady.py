"""The steady interval: what a long run settles to when requests follow back to back."""

from dataclasses import dataclass, replace

import numpy as np

from simulator.engine.contract import Engine, run
from simulator.program.form import Inference, Int, Program
from simulator.program.timeline import Recording

_MOST = 64
_OPERATIONS, _OPERATIONS_SLOW = 10_000_000, 500_000
"""A run that has not become periodic after so many blocks, or the next longer one of which would have more operations
than this, is averaged instead; the second where no compiled engine runs."""


@dataclass(frozen=True)
class Steady:
    """``interval`` [ps] per inference.

    ``periodic``: two successive blocks took exactly the same time; otherwise what the second half of a run adds.
    ``inferences``: how many were simulated to find it.
    """

    interval: float
    periodic: bool
    inferences: int


def steady(program: Program, engine: Engine) -> Steady:
    """Repeat the schedule's smallest block of segments, all released at time zero, until completions are periodic.

    The first third of a run fills the pipeline and the last third drains it; only the middle is looked at, so that the
    interval is not below the work of the busiest resource. Completions that come in bunches have no such middle: there
    a run of twice as many blocks is compared with a run of half of them, which fill and drain alike.
    """
    block = _block([replace(row, release=0, floor=0) for row in program.schedule])
    operations = sum(work.n for row in block for work in program.segments[row.segment].work.values())
    budget = _OPERATIONS if "compiled" in engine.name else _OPERATIONS_SLOW
    blocks = 8 if 8 * operations <= budget else 4
    while True:
        ended = _block_ends(program, engine, block, blocks)
        distance = np.diff(ended)
        middle = distance[blocks // 3 : 2 * blocks // 3]
        if len(middle) > 1 and np.all(middle == middle[0]):
            return Steady(float(middle[0]) / len(block), True, blocks * len(block))
        if blocks == _MOST or 2 * blocks * operations > budget:
            half = _block_ends(program, engine, block, blocks // 2)
            more = float(ended[-1] - half[-1]) / (blocks - blocks // 2)
            return Steady(more / len(block), False, blocks * len(block))
        blocks *= 2


def _block(rows: list[Inference]) -> list[Inference]:
    """The shortest list of which these are a repetition."""
    size = len(rows)
    for length in range(1, size + 1):
        if size % length == 0 and rows == rows[:length] * (size // length):
            return rows[:length]
    return rows


def _block_ends(program: Program, engine: Engine, block: list[Inference], blocks: int) -> Int:
    """Time [ps] at which everything up to the end of each block is complete, shape (blocks,)."""
    timeline = run(engine, replace(program, schedule=block * blocks), Recording("off"))
    return np.maximum.accumulate(timeline.ended)[len(block) - 1 :: len(block)]
