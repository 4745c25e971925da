"""What ``run_until`` waits for: a row like a stream's with one edge, which stops the kernel when it is told."""

from typing import Any

import numpy as np

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.image import Image
from simulator.engine.fast_engine.lists import rouse_sleepers, stack
from simulator.program.form import Int

_SIZES = (f.STREAM_SIZE, f.EDGE_SIZE, f.REST_SIZE, f.TAP_SIZE)


class Watcher:
    """One row, edge and tap at the end of the image."""

    def __init__(self, image: Image):
        self._row, self.edge, self._rest, self._tap = image.reserve(np.array(_SIZES)).tolist()
        m = image.m
        m[self._row + f.MODE] = f.WATCHER
        m[[self._row + f.HOLDER, self._row + f.WAITER]] = f.NIL
        m[self._row + f.FIRST_NEED] = f.INF
        m[self._row + f.FINISHES] = self.edge + f.EDGE_SIZE
        m[self._row + f.STATE] = f.PARKED
        m[self.edge + f.SOURCE] = f.NIL
        m[self.edge + f.REST] = self._rest
        m[self._tap + f.TAPPER] = self._row

    @property
    def rows(self) -> list[tuple[Int, int]]:
        """Addresses of its rows and their sizes."""
        places = (self._row, self.edge, self._rest, self._tap)
        return [(np.array([at]), size) for at, size in zip(places, _SIZES, strict=True)]

    def watch(self, m: Any, s: int, operation: int, event: int) -> bool:
        """Wait for an event of the stream at s; False if it has passed and was not kept."""
        mask, done = m[s + f.MASK], m[s + f.NEXT]
        if operation < done and (
            operation + (mask + 1) // 4 < done or m[m[s + f.AT] + (4 * operation & mask)] == f.NIL
        ):
            return False
        edge, tap = self.edge, self._tap
        m[edge + f.SOURCE], m[edge + f.SHIFT] = s, operation
        m[self._rest + f.EVENT] = event
        m[edge + f.CELLS], m[edge + f.WRAP] = m[s + f.AT] + event, m[s + f.MASK]
        m[tap + f.TAPPED], m[tap + f.BASE], m[tap + f.NEXT_OUT] = s, operation, m[s + f.TAPS_OUT]
        m[s + f.TAPS_OUT] = tap
        m[s + f.RING_LIMIT] = m[s + f.LIMIT] = 0
        m[self._row + f.STAGE], m[self._row + f.CURSOR], m[self._row + f.READY] = f.ASKING, edge, 0
        stack(m, self._row)
        return True

    def time(self, m: Any) -> int | None:
        """When the event is, None if that is not known."""
        return int(m[self._row + f.READY]) if m[self._row + f.STATE] == f.REQUESTED else None

    def forget(self, m: Any) -> None:
        """Keep nothing for the event any more, nor anybody at rest."""
        s = m[self.edge + f.SOURCE]
        at = s + f.TAPS_OUT
        while m[at] != self._tap:
            at = m[at] + f.NEXT_OUT
        m[at] = m[self._tap + f.NEXT_OUT]
        m[self.edge + f.SOURCE] = f.NIL
        m[self._row + f.STATE] = f.PARKED
        rouse_sleepers(m, self._row)
