"""A trace: what was asked of the machine, with every shape a number."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from simulator.base.errors import InputError
from simulator.trace.pattern import RequestPattern
from simulator.workload.graph import Graph
from simulator.workload.reader import Workload

MAX_LAYERS = 100_000
"""Most layers of all distinct graphs of a trace together."""


class Request(NamedTuple):
    """``batch`` inferences of graph number ``graph`` that arrive together at ``arrival`` [ps].

    ``length`` is the number of time steps, None for a network without.
    """

    arrival: int
    graph: int
    length: int | None
    batch: int


@dataclass(frozen=True)
class Trace:
    """``requests`` in the order of arrival; ``graphs`` are the distinct shapes that they ask for.

    ``digest`` is that of the workload the trace was recorded from.
    """

    workload: str
    digest: str
    graphs: tuple[Graph, ...]
    requests: tuple[Request, ...]

    @property
    def inferences(self) -> Iterator[Request]:
        """Each request once per member of its batch, in order."""
        return (request for request in self.requests for _ in range(request.batch))


def record_trace(workload: Workload, pattern: RequestPattern) -> Trace:
    """Expand a request pattern; graphs are bound once per length and numbered as they first appear.

    Raises ``InputError`` for a length that the workload does not allow, or too many different ones.
    """
    numbers: dict[int | None, int] = {}
    graphs: list[Graph] = []
    requests = []
    layers = 0
    for arrival, asked in pattern.requests():
        if asked not in numbers:
            numbers[asked] = len(graphs)
            graphs.append(workload.bind(asked))
            layers += len(graphs[-1].layers)
            _check_layers(layers)
        number = numbers[asked]
        requests.append(Request(arrival, number, graphs[number].length, pattern.batch))
    return Trace(workload.name, workload.digest, tuple(graphs), tuple(requests))


def _check_layers(layers: int) -> None:
    if layers > MAX_LAYERS:
        rule = f"a trace must have at most {MAX_LAYERS} layers over all different lengths"
        raise InputError(rule, field="lengths", value=layers, remedy="Ask for fewer different lengths")
