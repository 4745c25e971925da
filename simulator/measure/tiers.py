"""Tier conflicts: MVMs that wait because another tier of their tile is being read."""

from dataclasses import dataclass

import numpy as np

from simulator.chip.topology import tile_of
from simulator.program.form import Program
from simulator.program.history import History


@dataclass(frozen=True)
class Conflicts:
    """``count`` of ``mvms`` waited, ``waited`` [ps] in all; ``worst_count`` of them on the ``worst`` tile."""

    mvms: int
    count: int
    waited: int
    worst: str
    worst_count: int


def conflicts(program: Program, history: History) -> Conflicts:
    """Of all MVMs of a history, those whose operands were there before the converters of their tile were free."""
    on: dict[str, int] = {}
    mvms = waited = 0
    for number, stream in enumerate(program.streams):
        if stream.part == "crossbar" and stream.kind == "mvm":
            rows = history.rows(number)
            late = history.available[rows] - history.ready[rows]
            tile = tile_of(stream.unit.rpartition(".")[0])
            on[tile] = on.get(tile, 0) + int(np.count_nonzero(late))
            mvms, waited = mvms + len(late), waited + int(late.sum())
    worst = max(on, key=lambda tile: on[tile], default="")
    return Conflicts(mvms, sum(on.values()), waited, worst, on.get(worst, 0))
