"""A trace: what was asked of the machine, with every shape a number."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from simulator.trace.pattern import RequestPattern
from simulator.workload.graph import Graph
from simulator.workload.reader import Workload


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

    Raises ``InputError`` for a length that the workload does not allow.
    """
    graphs: dict[int | None, tuple[int, Graph]] = {}
    requests = []
    for arrival, asked in pattern.requests():
        if asked not in graphs:
            graphs[asked] = (len(graphs), workload.bind(asked))
        number, graph = graphs[asked]
        requests.append(Request(arrival, number, graph.length, pattern.batch))
    bound = tuple(graph for _, graph in graphs.values())
    return Trace(workload.name, workload.digest, bound, tuple(requests))
