"""The timeline as a Chrome JSON trace, which the Perfetto UI opens. What is in it: docs/timeline.md.

Begin and end events rather than complete ones: the viewer reads times as floating-point microseconds and cuts them to
nanoseconds, so that a start and a duration may add up to one nanosecond too many, and it drops what then overlaps.
Equal times have equal text, so begins and ends stay in order.
"""

import gzip
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np

from simulator.program.form import Int, Program
from simulator.program.history import History
from simulator.report.flows import flows
from simulator.report.folder import writing
from simulator.report.perfetto_counters import Counter, clipped
from simulator.report.perfetto_lines import Lines, text, us
from simulator.report.perfetto_tracks import Slices, slices, tracks
from simulator.report.text import plain
from simulator.report.window import ALL, Window

_END_PART, _END, _BEGIN, _FLOW_OUT, _FLOW_IN, _SETUP, _TAIL, _COUNT = range(8)
"""Kinds of event, in their order at one instant: ends before begins, a slice before what is bound to or in it."""
_CHUNK = 1 << 16


def write_perfetto(
    program: Program,
    history: History,
    path: Path,
    *,
    window: Window = ALL,
    counters: Sequence[Counter] = (),
    title: str = "",
) -> None:
    """Write slices, flows and counters that lie in a window, at least in part, to ``path`` (gzip if it ends in .gz).

    The same run gives the same bytes. Raises SimulatorError if the file cannot be written.
    """
    trace = _Trace(program, history, window, counters)
    with writing(path), _opened(path) as file:
        file.write('{"displayTimeUnit":"ns","otherData":')
        file.write(text({"title": plain(title), "simulator": "aimc-simulator"}))
        file.write(',"traceEvents":[\n')
        separator = ""
        for line in chain(trace.names(), trace.events()):
            file.write(separator + line)
            separator = ",\n"
        file.write("\n]}\n")


@contextmanager
def _opened(path: Path) -> Iterator[io.TextIOBase]:
    """A text file, compressed without name and date where its name ends in .gz."""
    with path.open("wb") as raw:
        packed = gzip.GzipFile("", "wb", 6, raw, mtime=0) if path.suffix == ".gz" else raw
        with io.TextIOWrapper(packed, "utf-8", newline="\n", write_through=False) as text:
            yield text


@dataclass(frozen=True)
class _Events:
    """``time`` [ps], kind and number (slice, flow or counter) of each event, in the order of the file."""

    time: Int
    kind: Int
    number: Int


class _Trace:
    """What a window shows."""

    def __init__(self, program: Program, history: History, window: Window, counters: Sequence[Counter]):
        self._history = history
        self._tracks = tracks(program, [counter.process for counter in counters])
        self._slices = _inside(slices(program, history, self._tracks), history, window)
        first = np.flatnonzero(self._slices.position == 0)
        bound = np.full(len(history.start), -1, np.int64)
        bound[self._slices.operation[first]] = first
        self._flows = flows(program, history, bound >= 0)
        self._counters = [clipped(counter, window) for counter in counters]
        lines = Lines(program, history, self._tracks, self._slices, self._flows, bound, self._counters)
        self._makers = (
            lines.end,
            lines.end,
            lines.begin,
            lines.flow_out,
            lines.flow_in,
            lines.setup,
            lines.tail,
            lines.sample,
        )

    def names(self) -> Iterator[str]:
        """Names and order of processes and tracks."""
        used = set(self._slices.tid.tolist())
        shown = {track.pid for track in chain(*self._tracks.of) if track.tid in used}
        shown |= {self._tracks.pid(counter.process) for counter in self._counters if len(counter.time)}
        for pid, name in self._tracks.processes.items():
            if pid in shown:
                yield _meta("process_name", pid, pid, {"name": name})
                yield _meta("process_sort_index", pid, pid, {"sort_index": pid})
        for track in chain(*self._tracks.of):
            if track.tid in used:
                yield _meta("thread_name", track.pid, track.tid, {"name": track.name})
                yield _meta("thread_sort_index", track.pid, track.tid, {"sort_index": track.tid})

    def events(self) -> Iterator[str]:
        """Everything that has a time, in its order."""
        ordered = self._ordered()
        for begin in range(0, len(ordered.time), _CHUNK):
            part = slice(begin, begin + _CHUNK)
            yield from self._lines(ordered.time[part], ordered.kind[part], ordered.number[part])

    def _lines(self, time: Int, kind: Int, number: Int) -> list[str]:
        texts = list(map(us, time.tolist()))
        found = [""] * len(texts)
        for which, make in enumerate(self._makers):
            places = np.flatnonzero(kind == which)
            made = make([texts[place] for place in places.tolist()], number[places])
            for place, line in zip(places.tolist(), made, strict=True):
                found[place] = line
        return found

    def _ordered(self) -> _Events:
        """All events by time, kind, number."""
        history, operation = self._history, self._slices.operation
        setup, tail = self._parts()
        incoming, outgoing = history.grant[self._flows.target], history.grant[self._flows.source]
        numbered = [
            (_BEGIN, history.grant[operation], np.arange(len(operation))),
            (_END, history.free[operation], np.arange(len(operation))),
            (_FLOW_OUT, outgoing, np.arange(len(outgoing))),
            (_FLOW_IN, incoming, np.arange(len(incoming))),
            (_SETUP, history.grant[operation[setup]], setup),
            (_END_PART, history.start[operation[setup]], setup),
            (_TAIL, history.worked[operation[tail]], tail),
            (_END_PART, history.free[operation[tail]], tail),
        ]
        counts = np.concatenate([np.zeros(0, np.int64), *(counter.time for counter in self._counters)])
        numbered.append((_COUNT, counts, np.arange(len(counts))))
        time, number = (np.concatenate([row[n] for row in numbered]) for n in (1, 2))
        kind = np.repeat([row[0] for row in numbered], [len(row[1]) for row in numbered])
        order = np.lexsort((number, kind, time))
        return _Events(time[order], kind[order], number[order])

    def _parts(self) -> tuple[Int, Int]:
        """Slices with a set-up and those whose server is kept after work, where that is not the whole slice."""
        history, operation = self._history, self._slices.operation
        first, grant = self._slices.position == 0, history.grant[operation]
        setup = first & (history.start[operation] > grant)
        worked = history.worked[operation]
        tail = first & (history.free[operation] > worked) & (worked > grant)
        return np.flatnonzero(setup), np.flatnonzero(tail)


def _inside(every: Slices, history: History, window: Window) -> Slices:
    operation = every.operation
    keep = (history.grant[operation] < window.end) & (history.free[operation] > window.begin)
    return Slices(operation[keep], every.tid[keep], every.resource[keep], every.position[keep])


def _meta(name: str, pid: int, tid: int, args: dict[str, object]) -> str:
    return text({"ph": "M", "name": name, "pid": pid, "tid": tid, "args": args})
