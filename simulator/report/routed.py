"""Mixtures of experts in words: to how many of them a token is sent."""

from simulator.workload.experts import routes
from simulator.workload.graph import Graph


def routed(graph: Graph) -> str:
    """Like "2 of 8 experts"; empty for a network without."""
    sizes = [(route.attributes["chosen"], route.attributes["experts"]) for route in routes(graph)]
    shares = dict.fromkeys(f"{chosen} of {there}" for chosen, there in sizes)
    return f"{' or '.join(shares)} experts" if shares else ""
