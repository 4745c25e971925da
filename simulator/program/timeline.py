"""The result of an execution: when every operation started."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from simulator.base.errors import InputError
from simulator.program.form import Int


@dataclass(frozen=True)
class Recording:
    """What to keep: every START, none, or those with ``begin <= START < end`` [ps]."""

    level: Literal["full", "off", "window"] = "full"
    begin: int = 0
    end: int = np.iinfo(np.int64).max

    def __post_init__(self) -> None:
        if self.begin > self.end:
            raise InputError(
                "must not be before the begin of the window",
                place="recording",
                field="end",
                value=self.end,
                remedy=f"Give {self.begin} or later.",
            )

    def of(self, start: Int) -> slice:
        """The operations to keep of a stream with these STARTs, which never decrease."""
        if self.level == "window":
            begin, end = np.searchsorted(start, (self.begin, self.end))
            return slice(int(begin), int(end))
        return slice(0, len(start) if self.level == "full" else 0)


FULL = Recording()


@dataclass(frozen=True)
class Timeline:
    """START of operations, per stream, with totals that are there at every recording level.

    ``start[s]``: START [ps] of operations ``first[s] ...`` of stream s (empty when recording is off).
    ``count[s]``: operations executed. ``held[s]``: sum of FREE - grant [ps] over them.
    ``began[i]``, ``ended[i]``: earliest START and latest DONE [ps] of inference i, background excluded;
    -1 where an inference has no operation.
    ``period``: inferences after which the run was found to repeat itself, 0 if that was not noticed;
    ``skipped``: inferences that were therefore not simulated. Nothing else depends on them.
    """

    start: list[Int]
    first: Int
    count: Int
    held: Int
    began: Int
    ended: Int
    recording: Recording = FULL
    engine: str = ""
    period: int = 0
    skipped: int = 0

    @property
    def operations(self) -> int:
        """Operations executed, background included."""
        return int(self.count.sum())

    @property
    def makespan(self) -> int:
        """Latest DONE of the foreground [ps]."""
        return int(self.ended.max(initial=0))
