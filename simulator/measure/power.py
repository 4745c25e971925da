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
    segments = max(len(program.segments), 1)
    work = _worked(history, segments)
    for part, until in _dynamic(_energies(chip, mapping, program), work, segments, edges):
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


@dataclass(frozen=True)
class _Worked:
    """Foreground operations: when they work [ps], ``row``: their segment and stream in one number.

    ``rate``, by row: share of the energy of all its inferences that one picosecond of work spends, times these.
    """

    begin: Int
    end: Int
    row: Int
    rate: Floats


def _worked(history: History, segments: int) -> _Worked:
    """The work of a run. Where no operation of a row takes time, each is done within a picosecond."""
    mine = np.flatnonzero(history.inference >= 0)
    begin, inference = history.start[mine], history.inference[mine]
    row = history.stream[mine] * segments + history.segment[mine]
    count = len(history.offset) * segments
    total = np.zeros(count, np.int64)
    np.add.at(total, row, history.worked[mine] - begin)
    end = np.where(total[row] > 0, history.worked[mine], begin + 1)
    total = np.where(total > 0, total, np.bincount(row, minlength=count))
    another = np.diff(inference, prepend=-1) != 0  # operations lie stream by stream, in order
    another |= np.diff(row, prepend=-1) != 0
    inferences = np.bincount(row[another], minlength=count)
    return _Worked(begin, end, row, inferences / np.maximum(total, 1))


def _dynamic(
    energies: dict[tuple[int, int, str], float], work: _Worked, segments: int, edges: Int
) -> Iterator[tuple[str, Floats]]:
    """Energy [pJ] that operations have spent in a part until each edge."""
    parts: dict[str, Floats] = {}
    for (segment, stream, part), each in energies.items():
        spent = parts.setdefault(part, np.zeros(len(work.rate)))
        spent[stream * segments + segment] = each
    for part, amounts in parts.items():
        rate = amounts * work.rate
        mine = np.flatnonzero(rate[work.row])
        yield part, _spent(work.begin[mine], work.end[mine], rate[work.row[mine]], edges)


def _spent(begin: Int, end: Int, rate: Floats, edges: Int) -> Floats:
    """What is spent at ``rate`` from begin to end, summed up to each edge; edges are equally far apart."""
    width, sums = int(edges[1]), []
    for since in (begin, end):
        place = since // width
        late = rate * (since - place * width)
        sums.append([np.bincount(place, amount, len(edges)) for amount in (rate, late)])
    (begun, begun_late), (ended, ended_late) = sums
    until = width * np.cumsum(np.cumsum(begun - ended)) - np.cumsum(begun_late - ended_late)
    return np.concatenate((np.zeros(1), until[:-1]))
