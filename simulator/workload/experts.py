"""Mixture of experts: which layers work only for tokens that a route sends to an expert.

A layer that reads ``{layer: ROUTE, expert: NUMBER}`` belongs to that expert, and so does all that reads it, until an
elementwise layer reads all experts of the route.
"""

from collections.abc import Mapping
from typing import NamedTuple

from simulator.base.explain import RuleError
from simulator.workload.graph import Graph, Layer


class Expert(NamedTuple):
    """Expert ``number`` (from 1) of a route."""

    route: str
    number: int


def experts(graph: Graph) -> dict[str, Expert]:
    """Layer -> the expert to which it belongs; others work for every token.

    Raises ``RuleError`` for a layer that reads some experts of a route, or several routes.
    """
    found: dict[str, Expert] = {}
    for layer in graph.layers:
        read = _read(graph, layer, found)
        if len(read) == 1:
            found[layer.name] = read.pop()
        elif read and not _combines(graph, layer, read):
            names = ", ".join(f"expert {each.number} of {each.route}" for each in sorted(read))
            rule = "must belong to one expert, or be elementwise and read all experts of a route"
            raise RuleError(rule, path=("layers", layer.name), value=names)
    for name in (*graph.outputs, *(layer.name for layer in graph.cached)):
        if name in found:
            raise RuleError(
                "is made for some tokens only: read it together with all experts", path=("layers", name)
            )
    return found


def _read(graph: Graph, layer: Layer, found: Mapping[str, Expert]) -> set[Expert]:
    """Experts to which the inputs of a layer belong."""
    read = {found[source.layer] for source in layer.inputs if source.layer in found}
    for source in layer.inputs:
        if source.expert:
            route = graph[source.layer]
            most = int(route.attributes.get("experts", 0))
            if source.expert > most:
                rule = f"must be 1..{most}, an expert of {route.name}" if most else "only a route has experts"
                raise RuleError(rule, path=("layers", layer.name), value=source.expert)
            read.add(Expert(route.name, source.expert))
    return read


def _combines(graph: Graph, layer: Layer, read: set[Expert]) -> bool:
    routes = {each.route for each in read}
    return (
        layer.kind == "elementwise"
        and len(routes) == 1
        and len(read) == graph[next(iter(routes))].attributes["experts"]
    )


def routes(graph: Graph) -> tuple[Layer, ...]:
    """Layers that send tokens to experts."""
    return tuple(layer for layer in graph.layers if layer.kind == "route")


def groups(graph: Graph) -> dict[str, int]:
    """Layer -> group, from 1: experts are numbered through, route by route."""
    first: dict[str, int] = {}
    count = 0
    for route in routes(graph):
        first[route.name] = count
        count += int(route.attributes["experts"])
    return {name: first[each.route] + each.number for name, each in experts(graph).items()}


def macs_by_group(graph: Graph, numbers: Mapping[str, int]) -> dict[int, int]:
    """Multiply-accumulates with stationary weights per group, 0 for what works for every token."""
    found: dict[int, int] = {}
    for layer in graph.layers:
        group = numbers.get(layer.name, 0)
        found[group] = found.get(group, 0) + layer.macs
    return found


def active(graph: Graph, macs: Mapping[str, int]) -> int:
    """Of the multiply-accumulates per layer those that are done, each token being sent to as many experts as chosen.

    Experts of a route that differ in size count with their mean.
    """
    belongs = experts(graph)
    total = sum(count for name, count in macs.items() if name not in belongs)
    for route in routes(graph):
        own = sum(
            count for name, count in macs.items() if name in belongs and belongs[name].route == route.name
        )
        total += own * int(route.attributes["chosen"]) // int(route.attributes["experts"])
    return total


def active_macs(graph: Graph) -> int:
    """Multiply-accumulates of an inference each token of which is sent to as many experts as its routes choose."""
    return active(graph, {layer.name: layer.macs for layer in graph.layers})
