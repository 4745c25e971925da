"""What a run will need, told before it is taken."""

import os
import resource
from collections.abc import Sequence

import numpy as np

from simulator.base.errors import InputError
from simulator.program.form import Inference
from simulator.program.tables import Tables
from simulator.program.timeline import Recording

_STREAM = 2_000
"""Bytes per stream: its row and ring, the same once more while arrays are joined."""

_ROW = 300
"""Bytes per edge or work row, likewise."""


def physical_memory() -> int:
    """Bytes that this process may use."""
    there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return there if soft == resource.RLIM_INFINITY else min(there, soft)


def estimate(tables: Tables, schedule: Sequence[Inference], recording: Recording) -> int:
    """Bytes that a run takes: start times where all are recorded, and what the program's tables ask for."""
    tabled = _STREAM * len(tables.stream.key) + _ROW * (len(tables.edge.source) + tables.n.size)
    return start_times(tables, schedule, recording) + tabled + 16 * len(tables.pool) + 200 * len(schedule)


def start_times(tables: Tables, schedule: Sequence[Inference], recording: Recording) -> int:
    """Bytes of the start times of all operations, 0 unless all are recorded."""
    if recording.level != "full":
        return 0
    times = np.bincount([row.segment for row in schedule], minlength=len(tables.n))
    return 8 * int(times @ tables.n.sum(axis=1))


def check_memory(tables: Tables, schedule: Sequence[Inference], recording: Recording, limit: int) -> None:
    """Raise InputError if a run would take more than ``limit`` bytes."""
    needed = estimate(tables, schedule, recording)
    if needed <= limit:
        return
    starts = start_times(tables, schedule, recording)
    shares = (size / 2**30 for size in (needed, starts, limit))
    rule = "needs about {:,.1f} GiB, {:,.1f} GiB of them for start times, of {:,.1f} GiB".format(*shares)
    remedy = (
        "Record no start times or a window of them"
        if 2 * starts > needed
        else "Run fewer inferences at a time"
    )
    raise InputError(rule, place="program", remedy=f"{remedy}.")
