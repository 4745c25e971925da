"""When every recorded operation started and ended, stream by stream."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from simulator.program.form import Int
from simulator.report.answer import Answer


@dataclass(frozen=True)
class StreamEvents:
    """Recorded operations of one stream: inference and number in it, START [ps]; all of shape (operations,)."""

    stream: int
    inference: Int
    k: Int
    start: Int


def events(answer: Answer) -> Iterator[StreamEvents]:
    """Every stream that has recorded operations, in the program's order."""
    counts = _counts(answer)
    for stream, start in enumerate(answer.timeline.start):
        if len(start):
            base = np.concatenate(([0], np.cumsum(counts[:, stream])))
            number = int(answer.timeline.first[stream]) + np.arange(len(start))
            inference = np.searchsorted(base, number, side="right") - 1
            yield StreamEvents(stream, inference, number - base[inference], start)


def span(answer: Answer, streams: Sequence[int]) -> tuple[int, int] | None:
    """First and last START [ps] of the timed operations of some streams; None if there are none."""
    timed = [answer.timeline.start[s] for s in streams if answer.program.streams[s].resources]
    recorded = [start for start in timed if len(start)]
    if not recorded:
        return None
    return min(int(start[0]) for start in recorded), max(int(start[-1]) for start in recorded)


def _counts(answer: Answer) -> Int:
    """Operations per inference and stream, shape (inferences, streams)."""
    segments = answer.program.segments
    table = np.zeros((len(segments), len(answer.program.streams)), np.int64)
    for row, segment in zip(table, segments, strict=True):
        for stream, work in segment.work.items():
            row[stream] = work.n
    return table[[inference.segment for inference in answer.program.schedule]]
