"""A trace: what was asked of the machine, with every shape a number."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from simulator.base.errors import InputError
from simulator.trace.pattern import MAX_INFERENCES, RequestPattern
from simulator.workload.graph import Graph
from simulator.workload.reader import Workload
from simulator.workload.tokens import token_graphs

MAX_LAYERS = 100_000
"""Most layers of all distinct graphs of a trace together."""


Routing = tuple[tuple[tuple[int, ...], ...], ...]
"""Per member of a request and token that it reads: experts to which it is sent, numbered through, route by route."""


class Request(NamedTuple):
    """``batch`` inferences of graph number ``graph`` that arrive together at ``arrival`` [ps].

    ``length`` is the number of time steps, None for a network without. Where tokens are generated, each member of the
    batch reads ``prompt_length`` tokens and gives ``output_length``; the last of the prompt gives the first of them.
    """

    arrival: int
    graph: int
    length: int | None
    batch: int
    prompt_length: int = 0
    output_length: int = 0

    @property
    def tokens(self) -> int:
        """Tokens that each member reads, of the prompt and its own; 0 where none are generated."""
        return max(self.prompt_length + self.output_length - 1, 0)

    @property
    def inferences(self) -> int:
        """Passes through the network; where tokens are generated, one a token that is read."""
        return self.batch * max(self.tokens, 1)


@dataclass(frozen=True)
class Trace:
    """``requests`` in the order of arrival; ``graphs`` are the distinct shapes that they ask for.

    Where tokens are generated these are a token's, and that of one of the prompt but the last. ``digest`` is that of
    the workload the trace was recorded from. ``routing`` is empty for a network without experts.
    """

    workload: str
    digest: str
    graphs: tuple[Graph, ...]
    requests: tuple[Request, ...]
    routing: Routing = ()

    @property
    def inferences(self) -> Iterator[Request]:
        """Each request once per member of its batch, in order."""
        return (request for request in self.requests for _ in range(request.batch))

    @property
    def generates(self) -> bool:
        """Whether requests read a prompt and generate tokens."""
        return bool(self.requests) and self.requests[0].output_length > 0

    @property
    def longest(self) -> int:
        """Most tokens that any request keeps keys and values of."""
        return max((row.tokens for row in self.requests), default=0)

    def groups(self, member: int, token: int) -> tuple[int, ...] | None:
        """Groups of streams that work on a token; None: all, for there are no experts."""
        return self.routing[member][token] if self.routing else None


def record_trace(workload: Workload, pattern: RequestPattern) -> Trace:
    """Expand a request pattern; graphs are bound once per length and numbered as they first appear.

    Raises ``InputError`` for a length that the workload does not allow, or too many different ones.
    """
    if pattern.outputs is not None:
        return _generation(workload, pattern)
    numbers: dict[int | None, int] = {}
    graphs: list[Graph] = []
    requests = []
    layers = 0
    for asked in pattern.requests():
        if asked.length not in numbers:
            numbers[asked.length] = len(graphs)
            graphs.append(workload.bind(asked.length))
            layers += len(graphs[-1].layers)
            _check_layers(layers)
        number = numbers[asked.length]
        requests.append(Request(asked.arrival, number, graphs[number].length, pattern.batch))
    return Trace(workload.name, workload.digest, tuple(graphs), tuple(requests))


def _generation(workload: Workload, pattern: RequestPattern) -> Trace:
    """Requests to a language model."""
    graphs = token_graphs(workload)
    sequence = workload.description.sequence
    most, total, requests = sequence.limit if sequence else 0, 0, []
    for asked in pattern.requests():
        request = Request(asked.arrival, 0, 1, pattern.batch, asked.prompt, asked.output)
        total += request.inferences
        if not 2 <= asked.prompt + asked.output <= most + 1:
            rule = f"prompt and output must be at least one token each, together at most {most + 1}"
            value = f"{asked.prompt} and {asked.output}"
            remedy = (
                "Take fewer, or raise 'sequence.limit' of the network; the last token generated is not read"
            )
            place = asked.place or workload.name
            raise InputError(rule, place=place, field="lengths", value=value, remedy=remedy)
        check_tokens(total)
        requests.append(request)
    from simulator.trace.routing import draw

    routing = draw(graphs[0], requests, pattern.seed)
    return Trace(workload.name, workload.digest, graphs, tuple(requests), routing)


def check_tokens(total: int) -> None:
    """Raise ``InputError`` for more tokens than a trace may have."""
    if total > MAX_INFERENCES:
        raise InputError(f"a trace must have at most {MAX_INFERENCES} tokens", field="requests", value=total)


def _check_layers(layers: int) -> None:
    if layers > MAX_LAYERS:
        rule = f"a trace must have at most {MAX_LAYERS} layers over all different lengths"
        raise InputError(rule, field="lengths", value=layers, remedy="Ask for fewer different lengths")
