"""To which experts every token is sent: drawn with a seed, or as recorded."""

import random
from collections.abc import Sequence
from itertools import pairwise

from simulator.base.explain import RuleError
from simulator.trace.trace import Request, Routing
from simulator.workload.experts import routes
from simulator.workload.graph import Graph


def draw(graph: Graph, requests: Sequence[Request], seed: int) -> Routing:
    """Evenly drawn experts for every token that is read; empty for a network without.

    Random numbers come from ``random.Random(seed).random()``, whose sequence Python guarantees.
    """
    sizes = choices(graph)
    if not sizes:
        return ()
    source = random.Random(f"routing {seed}")
    members = (request for request in requests for _ in range(request.batch))
    return tuple(tuple(_token(source, sizes) for _ in range(row.tokens)) for row in members)


def choices(graph: Graph) -> list[tuple[int, int]]:
    """Experts and how many of them a token is sent to, route by route."""
    return [(int(row.attributes["experts"]), int(row.attributes["chosen"])) for row in routes(graph)]


def _token(source: random.Random, sizes: Sequence[tuple[int, int]]) -> tuple[int, ...]:
    """Groups of one token, rising."""
    found: list[int] = []
    begin = 1
    for experts, chosen in sizes:
        left = list(range(begin, begin + experts))
        found += sorted(left.pop(int(source.random() * len(left))) for _ in range(chosen))
        begin += experts
    return tuple(found)


def check(groups: Sequence[int], sizes: Sequence[tuple[int, int]]) -> None:
    """Raise ``RuleError`` unless a token is sent to as many different experts of each route as this chooses."""
    begin, place = 1, 0
    for experts, chosen in sizes:
        part = groups[place : place + chosen]
        rising = all(a < b for a, b in pairwise(part))
        if len(part) < chosen or not rising or part[0] < begin or part[-1] >= begin + experts:
            rule = (
                f"must name {chosen} experts of each route, rising, here among {begin}..{begin + experts - 1}"
            )
            raise RuleError(rule, path=("experts",), value=list(groups))
        begin, place = begin + experts, place + chosen
    if place != len(groups):
        raise RuleError(f"must have {place} entries", path=("experts",), value=list(groups))
