"""Lower bounds of the steady interval: nobody is faster than its busiest resource."""

from dataclasses import dataclass

import numpy as np

from simulator.measure.totals import totals
from simulator.program.form import Program

PARTS = {
    "crossbar": "crossbar",
    "adc": "converter",
    "local_digital": "local digital unit",
    "global_digital": "global digital unit",
    "link": "link",
    "host": "host port",
    "host_compute": "host compute",
    "kv_cache": "kv cache",
    "chip_link": "chip-to-chip link",
    "landing_pad": "landing pad",
    "light_core": "light compute core",
    "heavy_core": "heavy compute core",
    "scratchpad": "scratchpad port",
    "attention_scores": "attention scores",
    "attention_softmax": "attention softmax",
    "attention_mix": "attention mix",
    "attention_digital": "attention digital part",
    "attention_crossbars": "attention crossbars",
    "attention_converters": "attention converters",
    "attention_memory": "attention memory",
    "attention_writing": "writing into attention memory",
    "programming": "weight programming",
}
"""Part of a resource -> its name in tables and sentences."""


@dataclass(frozen=True)
class Bound:
    """The busiest resource of a part: its work per inference [ps] over its servers, a bound of the interval."""

    part: str
    resource: str
    interval: float


def bounds(program: Program) -> list[Bound]:
    """One bound per part that does timed work, largest first; per inference, averaged over the schedule."""
    work = np.zeros(len(program.resources), np.int64)
    spent = totals(program).work
    for number, stream in enumerate(program.streams):
        for resource in stream.resources:
            work[resource] += spent[number]
    best: dict[str, Bound] = {}
    for row, busy in zip(program.resources, work, strict=True):
        interval = int(busy) / row.capacity / max(len(program.schedule), 1)
        if row.part in PARTS and interval > best.get(row.part, Bound("", "", 0)).interval:
            best[row.part] = Bound(row.part, row.name, interval)
    return sorted(best.values(), key=lambda bound: -bound.interval)
