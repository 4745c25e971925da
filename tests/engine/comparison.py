"""Outcomes of engines and in what two of them differ."""

import numpy as np

from simulator.base.errors import DeadlockError
from simulator.engine.contract import Engine, run
from simulator.program.form import Program
from simulator.program.timeline import FULL, Recording, Timeline


def outcome(engine: Engine, program: Program, recording: Recording = FULL) -> Timeline | str:
    """The timeline, or what a deadlock says."""
    try:
        return run(engine, program, recording)
    except DeadlockError as error:
        return str(error)


def difference(a: Timeline | str, b: Timeline | str) -> str:
    """In what two outcomes differ; empty if in nothing."""
    if isinstance(a, str) or isinstance(b, str):
        return "" if a == b else f"{a!r} / {b!r}"
    for name in ("first", "count", "held", "began", "ended"):
        if not np.array_equal(getattr(a, name), getattr(b, name)):
            return name
    starts = zip(a.start, b.start, strict=True)
    return next((f"START of stream {s}" for s, (x, y) in enumerate(starts) if not np.array_equal(x, y)), "")
