"""How old tiles are when a run computes on them: since they were written before it, or in its course."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from simulator.functional.ages import Ages, ages
from simulator.study.run import Result

Means = Mapping[tuple[str, str], float]
"""(tile, layer) -> a mean time in the simulated run [s]."""


@dataclass(frozen=True)
class Clock:
    """``written``: ages at the start of the run; ``computed``: when MVMs begin; ``anew``: when writing ends, of tiles
    that hold several sets of weights in turn."""

    written: Ages
    computed: Means
    anew: Means

    @classmethod
    def of(cls, result: Result, after: float) -> "Clock":
        """Of a run that begins ``after`` seconds after writing."""
        written = ages(result.mapping, result.chip_file.chip, after)
        return cls(written, _means(result, "crossbar", "start"), _means(result, "programming", "done"))

    def age(self, layer: str, tile: str) -> float:
        """Mean age [s] of a tile over the MVMs of a layer."""
        key = (tile, layer)
        if key in self.anew:
            return self.computed.get(key, 0.0) - self.anew[key]
        return self.written(tile) + self.computed.get(key, 0.0)

    def rewritten(self, layer: str) -> bool:
        """Whether weights of a layer are written in the course of the run."""
        return any(key[1] == layer for key in self.anew)


def _means(result: Result, part: str, which: Literal["start", "done"]) -> Means:
    """Mean start or end of the operations of a part."""
    seen = result.closer
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for number, stream in enumerate(seen.program.streams):
        times = getattr(seen.past, which)[seen.past.rows(number)] if stream.part == part else ()
        if len(times):
            found[stream.unit.removesuffix(".crossbar"), stream.layer].append(float(np.mean(times)))
    return {key: sum(means) / len(means) * 1e-12 for key, means in found.items()}
