"""What a run will need, told before it is taken."""

import os
import resource
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from simulator.base.errors import InputError
from simulator.engine.fast_engine.image import RECENT
from simulator.engine.fast_engine.segments import least_index
from simulator.program.form import Inference, Scope
from simulator.program.rules import extremes
from simulator.program.tables import NO_GAP, Tables
from simulator.program.timeline import Recording

_STREAM = 2_000
"""Bytes per stream: its row and ring, the same once more while arrays are joined."""

_ROW = 300
"""Bytes per edge or work row, likewise."""

_LOGGED = 40
"""Bytes per START in a window: it and its stream, the same once more while they are joined, and their order."""

_EVENTS = 96
"""Bytes per operation whose event times are kept: four words, three times while arrays are joined."""


def physical_memory() -> int:
    """Bytes that this process may use."""
    there = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return there if soft == resource.RLIM_INFINITY else min(there, soft)


def estimate(tables: Tables, schedule: Sequence[Inference], recording: Recording) -> int:
    """Bytes that a run takes: start times that are recorded, and what the program's tables and credits ask for."""
    tabled = _STREAM * len(tables.stream.key) + _ROW * (len(tables.edge.source) + tables.n.size)
    tabled += 16 * len(tables.pool) + 200 * len(schedule)
    return start_times(tables, schedule, recording) + _rings(tables) + tabled


def start_times(tables: Tables, schedule: Sequence[Inference], recording: Recording) -> int:
    """Bytes of the start times that are recorded, at the most."""
    if recording.level == "off":
        return 0
    times = np.bincount([row.segment for row in schedule], minlength=len(tables.n))
    operations = times @ tables.n
    if recording.level == "full":
        return 8 * int(operations.sum())
    inside = max(recording.end - recording.begin, 0) / _apart(tables, times > 0)
    return _LOGGED * int(np.minimum(operations, np.ceil(inside)).sum())


def _apart(tables: Tables, used: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Least time between two STARTs of each stream [ps], in the segments that are ``used``; 1e-99 for none."""
    shortest, _ = extremes(tables.occupancy, tables.n, tables.pool)
    shortest[(tables.n == 0) | ~used[:, None]] = np.inf
    apart = np.where(tables.stream.gap == NO_GAP, shortest.min(axis=0, initial=np.inf), tables.stream.gap)
    return np.maximum(apart, 1e-99)


def _rings(tables: Tables) -> int:
    """Bytes of the event times that are kept for edges of scope GLOBAL."""
    rows = np.flatnonzero(tables.edge.scope == Scope.GLOBAL)
    reach = np.zeros(len(tables.stream.key), np.int64)
    np.maximum.at(reach, tables.edge.source[rows], -least_index(tables, rows))
    doubled = np.ceil(np.log2(reach[reach > 0] + float(RECENT)))
    return int((_EVENTS * 2.0**doubled).sum())


def check_memory(tables: Tables, schedule: Sequence[Inference], recording: Recording, limit: int) -> None:
    """Raise InputError if a run would take more than ``limit`` bytes."""
    needed = estimate(tables, schedule, recording)
    if needed <= limit:
        return
    starts = start_times(tables, schedule, recording)
    shares = (size / 2**30 for size in (needed, starts, limit))
    rule = "needs about {:,.1f} GiB, {:,.1f} GiB of them for start times, of {:,.1f} GiB".format(*shares)
    if 2 * starts > needed:
        shorter = "a shorter window" if recording.level == "window" else "a window"
        remedy = f"Record no start times or {shorter} of them"
    elif 2 * _rings(tables) > needed:
        remedy = "Let edges of scope GLOBAL look back less far"
    else:
        remedy = "Run fewer inferences at a time"
    raise InputError(rule, place="program", remedy=f"{remedy}.")
