"""Curves beside the tracks: how full buffers are, how much power a part takes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulator.measure.power import Power
from simulator.program.form import Int
from simulator.report.buffers import Buffer
from simulator.report.names import PART_NAMES
from simulator.report.perfetto_tracks import GLOBALS
from simulator.report.window import Window


@dataclass(frozen=True)
class Counter:
    """``value[n]`` holds from ``time[n]`` [ps] until the next."""

    process: str
    name: str
    unit: str
    time: Int
    value: "NDArray[np.float64] | Int"


def of_buffers(buffers: Sequence[Buffer]) -> list[Counter]:
    """Entries taken, beside the tracks of the unit that a buffer belongs to; no two curves have one name."""
    found: dict[tuple[str, str], Counter] = {}
    for buffer in buffers:
        tile = buffer.place.rpartition(".")[0]
        of = buffer.layer if tile else f"{buffer.place}, {buffer.layer}"
        name = f"{buffer.role} buffer of {buffer.capacity}, {of}, filled by {buffer.filler}"
        process, number = tile or GLOBALS, 2
        while (process, name) in found:
            name, number = f"{name.removesuffix(f' ({number - 1})')} ({number})", number + 1
        found[process, name] = Counter(process, name, "entries", buffer.time, buffer.level)
    return list(found.values())


def of_power(spent: Power) -> list[Counter]:
    """Mean power of each stretch, by part and in total."""
    rows = {**spent.parts, "total": spent.total}
    return [_level(PART_NAMES.get(part, part), values, spent.width) for part, values in rows.items()]


def _level(name: str, values: NDArray[np.float64], width: int) -> Counter:
    """A curve of equal stretches, told where it changes; 0 from its end on."""
    closed = np.append(values, 0.0)
    changes = np.flatnonzero(np.diff(closed, prepend=np.nan))
    return Counter("power", name, "mW", changes * width, closed[changes])


def clipped(counter: Counter, window: Window) -> Counter:
    """What a window shows of a curve: the value it begins with, then every change."""
    first = max(int(np.searchsorted(counter.time, window.begin, side="right")) - 1, 0)
    last = int(np.searchsorted(counter.time, window.end))
    time = np.maximum(counter.time[first:last], window.begin)
    return replace(counter, time=time, value=counter.value[first:last])
