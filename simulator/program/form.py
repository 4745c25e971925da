"""The program as people write it: resources, streams, segments, edges.

Times are integer picoseconds. An *inference* is one request's worth of work; operation ``k`` of a
stream is counted from 0 within its inference, operation ``g`` from 0 over the whole run. The exact
meaning of every field is in docs/program.md; engines execute the tables that ``finalise``
makes of this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Int = NDArray[np.int64]

NONE = np.iinfo(np.int64).min
"""Entry of an index table: this operation does not depend on the source."""


class Event(IntEnum):
    """What an edge waits for in its source operation."""

    START = 0
    FREE = 1
    DONE = 2


class Kind(IntEnum):
    """What an edge does to its target operation."""

    WAIT = 0
    FINISH = 1
    HOLD = 2


class Scope(IntEnum):
    """Whether a negative index means *no dependency* or an operation of an earlier inference."""

    INFERENCE = 0
    GLOBAL = 1


class Policy(IntEnum):
    """Order in which a resource serves requests of one instant and older."""

    FIFO = 0
    PRIORITY = 1


@dataclass(frozen=True)
class Resource:
    """Something with a capacity that serves operations.

    ``period`` and ``phase`` [ps]: grants happen only at t = phase (mod period); period 1 is unclocked.
    ``setup`` [ps]: square table (previous class, next class), capacity 1 only.
    """

    name: str
    capacity: int = 1
    policy: Policy = Policy.FIFO
    period: int = 1
    phase: int = 0
    setup: tuple[tuple[int, ...], ...] | None = None
    part: str = ""


@dataclass(frozen=True)
class Duration:
    """Picoseconds as a function of k: ``table[k]``, or ``base + step * (k mod reset)`` (reset 0: never).

    In an inference with a context, k is counted from there.
    """

    base: int = 0
    step: int = 0
    reset: int = 0
    table: Int | None = None

    def most_context(self, n: int) -> int | None:
        """Largest context in which n operations have a duration; None: any."""
        if self.table is not None:
            return len(self.table) - n
        return 0 if self.step < 0 else None


@dataclass(frozen=True)
class Index:
    """Source operation of target operation k: ``table[k]``, or ``floor((scale * k + offset) / divisor)``."""

    offset: int = 0
    scale: int = 1
    divisor: int = 1
    table: Int | None = None


@dataclass(frozen=True)
class Edge:
    """Operation k of ``target`` depends on operation ``index(k)`` of ``source`` (both stream numbers)."""

    source: int
    target: int
    kind: Kind = Kind.WAIT
    event: Event = Event.DONE
    lag: int = 0
    free_lag: int = 0
    """FINISH only: FREE is not before the source's DONE + free_lag (a pipeline takes its last operand long
    before its last result is out)."""
    index: Index = field(default_factory=Index)
    scope: Scope = Scope.INFERENCE
    cause: str = "operand"
    """Why somebody waits here, for people: operand, buffer, order, host ... Never read by an engine."""


@dataclass(frozen=True)
class Background:
    """Work that repeats until the foreground ends: operation g is ready at ``first + g * every`` [ps]."""

    every: int
    first: int = 0


@dataclass(frozen=True)
class Stream:
    """An in-order sequence of like operations.

    ``resources``: all are taken at one instant. ``gap`` None: operation n requests after FREE[n-1];
    otherwise after START[n-1] + gap. ``key`` breaks ties and is unique among streams that share a resource.
    ``released``: operations wait for the arrival time of their inference. ``group``: 0, or one that inferences may do
    without (an expert to which a token is not sent).
    The fields after ``background`` are for people and folds; engines never read them.
    """

    name: str
    resources: tuple[int, ...] = ()
    key: int | None = None
    gap: int | None = None
    setup_class: int = 0
    released: bool = False
    group: int = 0
    background: Background | None = None
    kind: str = ""
    layer: str = ""
    unit: str = ""
    part: str = ""


@dataclass(frozen=True)
class Asked:
    """What is known of the MVMs of a stream: bits of inputs and results, share of inputs that are not zero and their
    mean magnitude over full scale, mean level of the devices over all levels. None: as is usual on the chip.
    ``driven``: share of the array's lines that have an input."""

    magnitude_bits: int | None = None
    output_bits: int | None = None
    density: float | None = None
    magnitude: float | None = None
    level: float | None = None
    driven: Fraction = Fraction(1)


@dataclass(frozen=True)
class Work:
    """What one inference asks of one stream: n operations and how long they take.

    ``bytes``, ``values`` (results) and ``macs`` are totals per inference, for folds, ``asked`` is for what MVMs cost;
    engines never read them. ``growing``: the values of operation k at ``growing[context + k]``, in place of
    ``values``.
    """

    n: int
    occupancy: Duration = field(default_factory=Duration)
    latency: Duration = field(default_factory=Duration)
    priority: Duration = field(default_factory=Duration)
    bytes: int = 0
    values: int = 0
    macs: int = 0
    growing: Int | None = None
    asked: Asked = Asked()


@dataclass(frozen=True)
class Segment:
    """One shape of inference: work per stream (absent: none) and the edges between streams."""

    name: str
    work: Mapping[int, Work]
    edges: Sequence[Edge] = ()

    @cached_property
    def most_context(self) -> int | None:
        """Largest context that all durations allow; None: any."""
        works = [work for work in self.work.values() if work.n]
        limits = [len(work.growing) - work.n for work in works if work.growing is not None]
        for work in works:
            found = (each.most_context(work.n) for each in (work.occupancy, work.latency, work.priority))
            limits += [limit for limit in found if limit is not None]
        return min(limits, default=None)


@dataclass(frozen=True)
class Inference:
    """One entry of the schedule: which segment, when it arrives, and when it became known [ps].

    Streams that are ``released`` wait for ``release``; no operation at all is ready before ``floor``.
    ``context``: from where durations count (tokens before this one, to which attention looks back). ``groups``: whose
    streams work, beside those of group 0; None: all.
    """

    segment: int = 0
    release: int = 0
    floor: int = 0
    context: int = 0
    groups: tuple[int, ...] | None = None

    def works(self, group: int) -> bool:
        """Whether streams of this group work."""
        return not group or self.groups is None or group in self.groups


@dataclass
class Program:
    """Everything an engine needs. ``schedule`` may be extended while running (``append``)."""

    resources: list[Resource]
    streams: list[Stream]
    segments: list[Segment]
    schedule: list[Inference]
