"""Power over time: the energy of each operation spread evenly over its work, and what is always on."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from simulator.chip.schema import Chip
from simulator.mapping.plan import Mapping
from simulator.measure.energy import energy
from simulator.program.form import Inference, Int, Program
from simulator.program.history import History

Floats = NDArray[np.float64]
BINS = 1000
"""Stretches into which a run is divided unless their width is given."""


@dataclass(frozen=True)
class Power:
    """Mean power of successive stretches of ``width`` [ps], the first from time zero.

    ``parts``: name of a part -> power [mW], shape (stretches,); what is static is on from time zero to the last result.
    """

    width: int
    parts: dict[str, Floats]

    @property
    def total(self) -> Floats:
        """Power of all parts [mW]."""
        return np.asarray(np.sum(list(self.parts.values()), axis=0))

    def frame(self) -> pd.DataFrame:
        """One row a stretch: when it begins [ns], power by part and in total [mW]."""
        begin = np.arange(len(self.total)) * self.width / 1e3
        columns = {f"{part}_mw": values for part, values in self.parts.items()}
        return pd.DataFrame({"begin_ns": begin, **columns, "total_mw": self.total})

    def peaks(self) -> pd.DataFrame:
        """One row a part and one for the total: highest power of a stretch [mW], when it begins [ns], mean [mW]."""
        rows = [
            (part, float(values.max()), int(values.argmax()) * self.width / 1e3, float(values.mean()))
            for part, values in {**self.parts, "total": self.total}.items()
        ]
        return pd.DataFrame(rows, columns=["part", "peak_mw", "at_ns", "mean_mw"])


def power(
    chip: Chip, mapping: Mapping, program: Program, history: History, width: int | None = None
) -> Power:
    """Power of a run; its integral is the energy that ``energy`` counts.

    ``width`` [ps] of a stretch, by default a thousandth of the run.
    """
    foreground = history.inference >= 0
    makespan = int(history.done[foreground].max(initial=0))
    end = max(makespan, int(history.worked[foreground].max(initial=0)), 1)
    width = width or -(-end // BINS)
    edges = np.arange(-(-end // width) + 1, dtype=np.int64) * width
    spent: dict[str, Floats] = {}
    for entry in energy(chip, mapping, program, makespan):
        if entry.kind == "static":
            on = entry.energy * (np.minimum(edges, makespan) / max(makespan, 1))
            spent[entry.part] = spent.get(entry.part, 0) + on
    for part, until in _dynamic(_energies(chip, mapping, program), history, edges):
        spent[part] = spent.get(part, 0) + until
    return Power(width, {part: np.diff(until) / width * 1e3 for part, until in sorted(spent.items())})


def _energies(chip: Chip, mapping: Mapping, program: Program) -> dict[tuple[int, int, str], float]:
    """Energy [pJ] of one inference by segment, stream and part, the mean of those that differ.

    ``energy`` tells streams apart by their layer.
    """
    streams = [replace(row, layer=str(number)) for number, row in enumerate(program.streams)]
    found: dict[tuple[int, int, str], float] = {}
    for segment in range(len(program.segments)):
        rows = [row for row in program.schedule if row.segment == segment]
        alike = not any(row.context or row.groups is not None for row in rows)
        single = replace(program, streams=streams, schedule=[Inference(segment)] if alike else rows)
        for entry in energy(chip, mapping, single, 0):
            if entry.kind == "dynamic":
                key = segment, int(entry.layer), entry.part
                share = entry.energy / _times(single, int(entry.layer))
                found[key] = found.get(key, 0) + share
    return found


def _times(program: Program, stream: int) -> int:
    """Inferences in which a stream works."""
    group = program.streams[stream].group
    return sum(row.works(group) for row in program.schedule)


def _dynamic(
    energies: dict[tuple[int, int, str], float], history: History, edges: Int
) -> Iterator[tuple[str, Floats]]:
    """Energy [pJ] that a stream's operations have spent in a part until each edge."""
    shares: dict[tuple[int, int], tuple[int, Floats]] = {}
    for (segment, stream, part), each in energies.items():
        if (segment, stream) not in shares:
            shares[segment, stream] = _progress(history, segment, stream, edges)
        inferences, done = shares[segment, stream]
        yield part, each * inferences * done


def _progress(history: History, segment: int, stream: int, edges: Int) -> tuple[int, Floats]:
    """Inferences of this segment, and which share of their work the stream has done until each edge.

    Operations that take no time are done within a picosecond.
    """
    rows = history.rows(stream)
    mine = (history.inference[rows] >= 0) & (history.segment[rows] == segment)
    begin, end = history.start[rows][mine], history.worked[rows][mine]
    if not np.any(end > begin):
        end = begin + 1
    worked = _elapsed(begin, edges) - _elapsed(end, edges)
    inferences = len(np.unique(history.inference[rows][mine]))
    return inferences, worked / max(int((end - begin).sum()), 1)


def _elapsed(since: Int, edges: Int) -> Int:
    """Sum of the times from each moment to each edge, 0 for moments behind it [ps]."""
    since = np.sort(since)
    before = np.searchsorted(since, edges)
    sums = np.concatenate((np.zeros(1, np.int64), np.cumsum(since)))
    return np.asarray(before * edges - sums[before])
