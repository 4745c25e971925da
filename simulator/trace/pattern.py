"""Request patterns: how many requests, when they arrive, how long their sequences are.

Random numbers come from ``random.Random(seed).random()``, whose sequence Python guarantees across versions.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

from simulator.base.errors import InputError
from simulator.workload.schema import MAX_SIZE

MAX_INFERENCES = 1_000_000
MAX_TIME = 10**18
"""Latest arrival [ps], eleven days and a half."""

_SECOND = 10**12


@dataclass(frozen=True)
class AtOnce:
    """All requests arrive at time 0."""

    def times(self, count: int) -> Iterator[int]:
        """Arrivals [ps]."""
        return iter([0] * count)


@dataclass(frozen=True)
class Every:
    """Request n arrives at n times ``interval`` [ps]."""

    interval: int

    def __post_init__(self) -> None:
        _require(1 <= self.interval <= MAX_TIME, "interval", self.interval, f"must be 1..{MAX_TIME} ps")

    def times(self, count: int) -> Iterator[int]:
        """Arrivals [ps]."""
        return iter(range(0, count * self.interval, self.interval))


@dataclass(frozen=True)
class Poisson:
    """Independent exponential gaps with mean 1 / ``rate`` [requests/s], the first before the first request."""

    rate: float
    seed: int = 0

    def __post_init__(self) -> None:
        # Comparisons that nan fails.
        _require(1e-6 <= self.rate <= 1e12, "rate", self.rate, "must be 1e-6..1e12 requests/s")

    def times(self, count: int) -> Iterator[int]:
        """Arrivals [ps]."""
        source = random.Random(f"arrivals {self.seed}")
        now = 0
        for _ in range(count):
            now += round(-math.log(1.0 - source.random()) / self.rate * _SECOND)
            yield now


@dataclass(frozen=True)
class Given:
    """Arrivals as listed [ps], earliest first."""

    arrivals: tuple[int, ...]

    def times(self, count: int) -> Iterator[int]:
        """Arrivals [ps]."""
        _require_length(self.arrivals, count, "arrivals")
        return iter(self.arrivals)


@dataclass(frozen=True)
class Constant:
    """Every request has ``length`` time steps; None: the workload's own length."""

    length: int | None = None

    def values(self, count: int) -> Iterator[int | None]:
        """Time steps per request."""
        return iter([self.length] * count)


@dataclass(frozen=True)
class Listed:
    """Lengths as listed."""

    lengths: tuple[int, ...]

    def values(self, count: int) -> Iterator[int | None]:
        """Time steps per request."""
        _require_length(self.lengths, count, "lengths")
        return iter(self.lengths)


@dataclass(frozen=True)
class Uniform:
    """Lengths drawn evenly from ``low`` to ``high``, both included."""

    low: int
    high: int
    seed: int = 0
    of: str = "lengths"
    """What is drawn; two things of one seed are not alike."""

    def __post_init__(self) -> None:
        valid = 1 <= self.low <= self.high <= MAX_SIZE
        _require(valid, self.of, f"{self.low}..{self.high}", f"must be a range within 1..{MAX_SIZE}")

    def values(self, count: int) -> Iterator[int | None]:
        """Time steps per request."""
        source = random.Random(f"{self.of} {self.seed}")
        for _ in range(count):
            yield self.low + int(source.random() * (self.high - self.low + 1))


Lengths = Constant | Listed | Uniform


class Asked(NamedTuple):
    """Arrival [ps], time steps, and, where tokens are generated, length of prompt and output (else 0).

    ``place``: file and line that ask for it; empty if no file does.
    """

    arrival: int
    length: int | None
    prompt: int
    output: int
    place: str = ""


@dataclass(frozen=True)
class RequestPattern:
    """``count`` requests, each a batch of ``batch`` inferences that arrive together.

    With ``outputs`` a language model reads a prompt and generates so many tokens. Raises ``InputError`` for counts
    beyond ``MAX_INFERENCES``.
    """

    count: int = 1
    batch: int = 1
    arrivals: AtOnce | Every | Poisson | Given = field(default_factory=AtOnce)
    lengths: Lengths = field(default_factory=Constant)
    prompts: Lengths = field(default_factory=lambda: Constant(1))
    outputs: Lengths | None = None
    seed: int = 0
    """Of the experts to which tokens are sent."""
    file: str = ""
    lines: tuple[int, ...] = ()
    """Where requests come from a file: its name, and the line of each."""

    def __post_init__(self) -> None:
        rule = f"must be 1..{MAX_INFERENCES}"
        _require(1 <= self.count <= MAX_INFERENCES, "count", self.count, rule)
        _require(1 <= self.batch <= MAX_INFERENCES, "batch", self.batch, rule)
        total = self.count * self.batch
        _require(total <= MAX_INFERENCES, "count * batch", total, f"must be at most {MAX_INFERENCES}")

    def requests(self) -> Iterator[Asked]:
        """What is asked when. Raises ``InputError`` for times out of order or range."""
        last = 0
        times = islice(self.arrivals.times(self.count), self.count)
        none = Constant(0)
        prompts, outputs = (self.prompts, self.outputs) if self.outputs else (none, none)
        sizes = (each.values(self.count) for each in (self.lengths, prompts, outputs))
        for number, (time, length, prompt, output) in enumerate(zip(times, *sizes, strict=True)):
            where = f"arrivals.{number}"
            _require(time >= last, where, time, f"must not be before the one before it ({last} ps)")
            _require(time <= MAX_TIME, where, time, f"must be at most {MAX_TIME} ps")
            last = time
            place = f"{self.file}:{self.lines[number]}" if self.lines else ""
            yield Asked(time, length, prompt or 0, output or 0, place)


def _require(holds: bool, name: str, value: object, rule: str) -> None:
    if not holds:
        raise InputError(rule, field=name, value=value)


def _require_length(listed: tuple[int, ...], count: int, name: str) -> None:
    _require(
        len(listed) == count, name, len(listed), f"must list as many values as there are requests ({count})"
    )
