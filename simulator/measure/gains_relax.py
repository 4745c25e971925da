"""The program of a chip that is better in one respect."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from simulator.program.form import Duration, Edge, Event, Kind, Program, Resource, Segment, Stream, Work

UNITS = ("crossbar", "local_digital", "global_digital", "link")
"""Parts that a layer has of its own: a copy of the layer has them once more."""

_UNBOUNDED = 1 << 40
"""Places in a buffer that is never full."""


@dataclass(frozen=True)
class Relaxation:
    """One respect in which a chip is better; times are multiplied by ``factor``.

    ``faster``: parts whose units, pipelines and clocks are faster. ``nearer``: causes of edges whose lag is a way, no
    unit's work, and shorter. ``copied``: a layer whose units take the next operation earlier, while each result takes
    as long as before. ``roomier``: causes of edges that are dropped; input buffers have no end.
    """

    name: str
    faster: tuple[str, ...] = ()
    nearer: tuple[str, ...] = ()
    copied: str = ""
    roomier: tuple[str, ...] = ()
    factor: Fraction = Fraction(1, 2)

    def of(self, time: int) -> int:
        """A time [ps] on the better chip, rounded up."""
        return -(-time * self.factor.numerator // self.factor.denominator)

    def copies(self, stream: Stream) -> bool:
        """Whether a stream belongs to the layer that is copied."""
        return bool(self.copied) and stream.layer == self.copied and stream.part in UNITS


def relax(program: Program, relaxation: Relaxation) -> Program:
    """The same program on the better chip. Times are rounded up, as the lowering does."""
    streams = program.streams
    named = {r for s in streams if s.part in relaxation.faster for r in s.resources}
    resources = [_resource(row, relaxation, number in named) for number, row in enumerate(program.resources)]
    segments = [_segment(segment, streams, relaxation) for segment in program.segments]
    return replace(program, resources=resources, segments=segments)


def _resource(row: Resource, relaxation: Relaxation, faster: bool) -> Resource:
    if relaxation.roomier and row.part == "input_buffer":
        row = replace(row, capacity=_UNBOUNDED)
    if not faster:
        return row
    phase = row.phase * relaxation.factor.numerator // relaxation.factor.denominator
    return replace(row, period=relaxation.of(row.period), phase=phase)


def _segment(segment: Segment, streams: Sequence[Stream], relaxation: Relaxation) -> Segment:
    work = {s: _work(row, streams[s], relaxation) for s, row in segment.work.items()}
    kept = [edge for edge in segment.edges if edge.cause not in relaxation.roomier]
    return replace(segment, work=work, edges=[_edge(edge, streams, relaxation) for edge in kept])


def _work(work: Work, stream: Stream, relaxation: Relaxation) -> Work:
    if stream.part in relaxation.faster:
        latency = _duration(work.latency, work.n, relaxation)
        return replace(work, occupancy=_duration(work.occupancy, work.n, relaxation), latency=latency)
    if relaxation.copies(stream):
        return replace(work, occupancy=_duration(work.occupancy, work.n, relaxation))
    return work


def _duration(row: Duration, n: int, relaxation: Relaxation) -> Duration:
    if row.table is None and not row.step:
        return Duration(relaxation.of(row.base))
    k = np.arange(n, dtype=np.int64)
    table = row.base + row.step * (k % row.reset if row.reset else k) if row.table is None else row.table
    return Duration(table=-(-table * relaxation.factor.numerator // relaxation.factor.denominator))


def _edge(edge: Edge, streams: Sequence[Stream], relaxation: Relaxation) -> Edge:
    """A lag on START is work of the source, lags of FINISH are work of the target, others are on the way."""
    source, target = streams[edge.source], streams[edge.target]
    if edge.kind == Kind.FINISH:
        if target.part in relaxation.faster:
            return replace(edge, lag=relaxation.of(edge.lag), free_lag=relaxation.of(edge.free_lag))
    elif edge.event == Event.START:
        if source.part in relaxation.faster:
            return replace(edge, lag=relaxation.of(edge.lag))
    elif edge.cause in relaxation.nearer:
        return replace(edge, lag=relaxation.of(edge.lag))
    return edge
