"""Generation: prompts are read and tokens given one by one; whose token comes next is decided in simulated time."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from simulator.base.errors import InputError
from simulator.engine.contract import Engine, Session
from simulator.measure.generation import Answered, Generation
from simulator.program.form import Event, Inference, Program
from simulator.program.timeline import Recording, Timeline
from simulator.trace.trace import Trace

TOKEN, PROMPT = 0, 1
"""Segments: a token up to the outputs; one of the prompt but the last, of which only keys and values are needed."""


@dataclass(frozen=True)
class Limits:
    """Most requests that run at a time, and bytes for their keys and values; None: no limit.

    ``memory``: the field of the chip file that gives these bytes.
    """

    batch: int | None = None
    cache: int | None = None
    memory: str = "host.kv_cache.size"


@dataclass
class _Running:
    """A member of a request; ``context``: tokens read so far, ``operation``: of the outputs, for its latest token."""

    number: int
    arrival: int
    prompt: int
    output: int
    context: int = 0
    admitted: int = 0
    operation: int = 0
    times: list[int] = field(default_factory=list)

    @property
    def longest(self) -> int:
        """Tokens that it reads before it is through."""
        return self.prompt + self.output - 1


def generate(
    program: Program, trace: Trace, engine: Engine, recording: Recording, limits: Limits
) -> tuple[Timeline, Generation]:
    """Run the requests of a trace; fills the schedule of ``program``.

    Requests are admitted in order of arrival, when there is room for all that they will keep: at once if none runs,
    else when a token of a running one is known. A prompt is read at once, token behind token; every later token is
    read as soon as it is known. Raises ``InputError`` for a request that never fits, ``DeadlockError``.
    """
    return _Driver(program, trace, engine.open(program, recording), limits).run()


class _Driver:
    def __init__(self, program: Program, trace: Trace, session: Session, limits: Limits) -> None:
        self._session, self._limits = session, limits
        self._known = known(program, trace.graphs[TOKEN].outputs)
        self._groups = trace.groups
        self._bytes = sum(layer.width for layer in trace.graphs[TOKEN].cached)
        self._waiting = deque(_members(trace))
        self._running: deque[_Running] = deque()
        self._done: list[_Running] = []
        self._operations = self._now = self._reserved = self._most = self._together = 0

    def run(self) -> tuple[Timeline, Generation]:
        for each in self._waiting:
            self._check(each)
        while self._waiting or self._running:
            while self._waiting and self._room(self._waiting[0]):
                self._admit(self._waiting.popleft())
            self._token(self._running.popleft())
        rows = sorted(self._done, key=lambda each: each.number)
        answered = [Answered(each.arrival, each.admitted, each.prompt, tuple(each.times)) for each in rows]
        return self._session.finish(), Generation(answered, self._bytes, self._most, self._together)

    def _check(self, each: _Running) -> None:
        needed, there = each.longest * self._bytes, self._limits.cache
        if there is not None and needed > there:
            raise InputError(
                f"keys and values of {each.longest} tokens take {needed:,} bytes; the kv cache has {there:,}",
                field=self._limits.memory,
                remedy="Enlarge it, or ask for shorter prompts and outputs",
            )

    def _room(self, each: _Running) -> bool:
        """Whether the next request may begin: it is here, and so are a place and memory."""
        if not self._running:
            return True
        cache, batch = self._limits.cache, self._limits.batch
        fits = cache is None or self._reserved + each.longest * self._bytes <= cache
        return each.arrival <= self._now and fits and (batch is None or len(self._running) < batch)

    def _admit(self, each: _Running) -> None:
        """Its prompt, the last token of which gives the first of its output."""
        each.admitted = max(self._now, each.arrival)
        self._reserved += each.longest * self._bytes
        rows = [self._inference(each, PROMPT, place) for place in range(each.prompt - 1)]
        each.context = each.prompt
        self._ask(each, [*rows, self._inference(each, TOKEN, each.prompt - 1)])

    def _inference(self, each: _Running, segment: int, place: int) -> Inference:
        """A token at a place of its sequence."""
        groups = self._groups(each.number, place)
        return Inference(segment, each.arrival, context=place, groups=groups)

    def _ask(self, each: _Running, rows: Sequence[Inference]) -> None:
        self._session.append(rows)
        each.operation = self._operations
        self._operations += 1
        self._running.append(each)
        self._most = max(self._most, self._bytes * sum(other.context for other in self._running))
        self._together = max(self._together, len(self._running))

    def _token(self, each: _Running) -> None:
        """The oldest token that is under way becomes known; it is read, or its request is through."""
        times = [self._session.run_until(stream, each.operation, Event.DONE) for stream in self._known]
        self._now = max(times)
        each.times.append(self._now)
        if len(each.times) == each.output:
            self._reserved -= each.longest * self._bytes
            self._done.append(each)
            return
        each.context += 1
        self._ask(each, [self._inference(each, TOKEN, each.context - 1)])


def known(program: Program, outputs: Sequence[str]) -> list[int]:
    """Streams whose operations say that outputs are at the host."""
    wanted = {(layer, kind) for layer in outputs for kind in ("at host", "computed")}
    return [number for number, row in enumerate(program.streams) if (row.layer, row.kind) in wanted]


def _members(trace: Trace) -> list[_Running]:
    rows = (row for row in trace.requests for _ in range(row.batch))
    return [
        _Running(number, row.arrival, row.prompt_length, row.output_length) for number, row in enumerate(rows)
    ]
