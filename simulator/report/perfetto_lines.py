"""Events of a Chrome JSON trace as text, many at a time."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from simulator.program.form import Int, Program
from simulator.program.history import RELEASE, History
from simulator.report.flows import Flows
from simulator.report.perfetto_counters import Counter
from simulator.report.perfetto_tracks import Slices, Tracks
from simulator.report.text import plain

_WAITS = {
    "wait_operand": "waited_for_operand_us",
    "wait_server": "waited_for_server_us",
    "wait_clock": "waited_for_clock_us",
}


def us(time: int) -> str:
    """Picoseconds as decimal microseconds: all six digits, so nothing is lost."""
    return f"{time // 1_000_000}.{time % 1_000_000:06d}"


def text(value: object) -> str:
    """Compact JSON, not escaped beyond what JSON needs."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True)
class Lines:
    """Makes lines of the slices, flows and counters of a run; every method takes times as text and numbers.

    ``bound[operation]``: the slice that flows of an operation are bound to.
    """

    program: Program
    history: History
    tracks: Tracks
    slices: Slices
    flows: Flows
    bound: Int
    counters: Sequence[Counter]

    def begin(self, time: Iterable[str], number: Int) -> list[str]:
        """Slices begin; the one on an operation's first resource says all about it."""
        operation, resource = self.slices.operation[number], self.slices.resource[number]
        stream = self.history.stream[operation]
        heads = {
            pair: self._head(*pair) for pair in set(zip(stream.tolist(), resource.tolist(), strict=True))
        }
        rows = zip(
            time,
            stream.tolist(),
            resource.tolist(),
            self.slices.tid[number].tolist(),
            self._args(number),
            strict=True,
        )
        return [f'{heads[s, r]},"tid":{tid},"ts":{t}{args}}}' for t, s, r, tid, args in rows]

    def end(self, time: Iterable[str], number: Int) -> list[str]:
        """Slices, or parts of them, end."""
        pid = [self.tracks.of[r][0].pid for r in self.slices.resource[number].tolist()]
        tid = self.slices.tid[number].tolist()
        return [f'{{"ph":"E","pid":{p},"tid":{n},"ts":{t}}}' for t, p, n in zip(time, pid, tid, strict=True)]

    def setup(self, time: Iterable[str], number: Int) -> list[str]:
        """The set-up of a slice begins."""
        return [
            f'{{"ph":"B","name":"set-up",{at},"ts":{t}}}'
            for t, at in zip(time, self._at(number), strict=True)
        ]

    def tail(self, time: Iterable[str], number: Int) -> list[str]:
        """Work is done, but the server is kept."""
        operation = self.slices.operation[number]
        words = self._words(operation, self.history.tail_cause[operation])
        return [
            f'{{"ph":"B","name":"kept: {cause}",{at},"ts":{t},"args":{{"by":{by}}}}}'
            for t, at, (cause, by) in zip(time, self._at(number), words, strict=True)
        ]

    def flow_out(self, time: Iterable[str], number: Int) -> list[str]:
        """Flows leave their producer."""
        return self._flow('"s"', time, number, self.flows.source[number])

    def flow_in(self, time: Iterable[str], number: Int) -> list[str]:
        """Flows reach their consumer."""
        return self._flow('"f","bp":"e"', time, number, self.flows.target[number])

    def sample(self, time: Iterable[str], number: Int) -> list[str]:
        """Counters change; they are numbered one after the other."""
        begins = np.cumsum([0] + [len(counter.time) for counter in self.counters])
        which = np.searchsorted(begins, number, side="right") - 1
        heads = [
            f'{{"ph":"C","name":{text(plain(c.name))},"pid":{self.tracks.pid(c.process)},"ts":'
            for c in self.counters
        ]
        found = []
        for t, c, n in zip(time, which.tolist(), (number - begins[which]).tolist(), strict=True):
            counter = self.counters[c]
            found.append(f'{heads[c]}{t},"args":{{{text(counter.unit)}:{counter.value[n]:.10g}}}}}')
        return found

    def _head(self, stream: int, resource: int) -> str:
        row, part = self.program.streams[stream], self.program.resources[resource].part
        name = plain(row.layer or row.name)
        pid = self.tracks.of[resource][0].pid
        return f'{{"ph":"B","name":{text(name)},"cat":{text(plain(part) or "unit")},"pid":{pid}'

    def _at(self, number: Int) -> list[str]:
        pid = [self.tracks.of[r][0].pid for r in self.slices.resource[number].tolist()]
        return [f'"pid":{p},"tid":{n}' for p, n in zip(pid, self.slices.tid[number].tolist(), strict=True)]

    def _args(self, number: Int) -> list[str]:
        """The ``args`` of slices; nothing where the operation is told about on another track."""
        history, operation = self.history, self.slices.operation[number]
        stream = history.stream[operation].tolist()
        fixed = {s: self._fixed(s) for s in set(stream)}
        columns = (stream, history.inference[operation].tolist(), history.k[operation].tolist())
        waits, first = self._waited(operation), (self.slices.position[number] == 0).tolist()
        return [
            f',"args":{{{fixed[s]},"inference":{i},"k":{k}{wait}}}' if told else ""
            for s, i, k, wait, told in zip(*columns, waits, first, strict=True)
        ]

    def _fixed(self, stream: int) -> str:
        row = self.program.streams[stream]
        return f'"layer":{text(plain(row.layer))},"kind":{text(plain(row.kind))}'

    def _waited(self, operation: Int) -> list[str]:
        """What each operation waited for, where it did."""
        parts = self._parts(operation)
        found = [""] * len(operation)
        for name, key in _WAITS.items():
            for n in np.flatnonzero(parts[name]).tolist():
                found[n] += f',"{key}":{us(int(parts[name][n]))}'
        waited = np.flatnonzero(parts["wait_operand"])
        words = self._words(operation[waited], self.history.cause[operation[waited]])
        for n, (cause, source) in zip(waited.tolist(), words, strict=True):
            found[n] += f',"cause":"{cause}","from":{source}'
        return found

    def _parts(self, operation: Int) -> dict[str, Int]:
        history = self.history
        return {
            "wait_operand": history.ready[operation] - history.since[operation],
            "wait_server": history.available[operation] - history.ready[operation],
            "wait_clock": history.grant[operation] - history.available[operation],
        }

    def _words(self, operation: Int, cause: Int) -> list[tuple[str, str]]:
        """Cause and, as JSON, the stream behind it."""
        segment = self.history.segment[operation].tolist()
        return [self._word(q, c) for q, c in zip(segment, cause.tolist(), strict=True)]

    def _word(self, segment: int, cause: int) -> tuple[str, str]:
        if cause < 0:
            return ("release" if cause == RELEASE else "order"), '""'
        edge = self.program.segments[segment].edges[cause]
        return text(plain(edge.cause))[1:-1], text(plain(self.program.streams[edge.source].name))

    def _flow(self, phase: str, time: Iterable[str], number: Int, operation: Int) -> list[str]:
        causes = self.flows.cause[number].tolist()
        names = [text(plain(word)) for word in self.flows.words]
        at = self._at(self.bound[operation])
        rows = zip(time, number.tolist(), causes, at, strict=True)
        return [
            f'{{"ph":{phase},"id":{n + 1},"name":{names[c]},"cat":"flow",{p},"ts":{t}}}'
            for t, n, c, p in rows
        ]


Maker = Callable[[Iterable[str], Int], list[str]]
