"""Curves beside the tracks: how full buffers are, how much power a part takes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulator.program.form import Int
from simulator.report.buffers import Buffer
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
    """Entries taken, beside the tracks of the unit that a buffer belongs to."""
    return [
        Counter(
            buffer.place.rpartition(".")[0] or buffer.place,
            f"{buffer.role} buffer, {buffer.layer}, of {buffer.capacity}",
            "entries",
            buffer.time,
            buffer.level,
        )
        for buffer in buffers
    ]


def clipped(counter: Counter, window: Window) -> Counter:
    """What a window shows of a curve: the value it begins with, then every change."""
    first = max(int(np.searchsorted(counter.time, window.begin, side="right")) - 1, 0)
    last = int(np.searchsorted(counter.time, window.end))
    time = np.maximum(counter.time[first:last], window.begin)
    return replace(counter, time=time, value=counter.value[first:last])
