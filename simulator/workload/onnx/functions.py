"""How large a model is once its functions stand where they are called."""

from collections import Counter
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

_ENOUGH = 10**9
"""Beyond it nobody counts."""


def expanded(model: Any) -> int:
    """Operators of a model of the library once its functions are in place of their calls; 0 if they go in circles."""
    bodies = {(body.domain, body.name, body.overload): body.node for body in model.functions}
    contents = {key: Counter(_operators(nodes, bodies)) for key, nodes in bodies.items()}
    sizes: dict[Any, int] = {"": 1}
    try:
        for key in TopologicalSorter(contents).static_order():
            if key in contents:
                sizes[key] = min(_ENOUGH, sum(count * sizes[each] for each, count in contents[key].items()))
    except CycleError:
        return 0
    return sum(sizes[each] for each in _operators(model.graph.node, bodies))


def _operators(nodes: Iterable[Any], bodies: Any) -> Iterator[Any]:
    """Every operator, those of graphs within one too: the function that it calls, or "" for any other."""
    for node in nodes:
        key = (node.domain, node.op_type, node.overload)
        yield key if key in bodies else ""
        for part in node.attribute:
            for graph in (part.g, *part.graphs):
                yield from _operators(graph.node, bodies)
