"""Additions in a local digital unit: its activation block adds what comes over its link input."""

from collections import Counter
from dataclasses import dataclass

from simulator.workload.graph import Graph, Layer, Source


@dataclass(frozen=True)
class Fusion:
    """``into``: addition -> layer whose local units do it. ``residual``: that layer -> the other operand."""

    into: dict[str, str]
    residual: dict[str, Source]

    def home(self, layer: str) -> str:
        """The layer whose units produce this layer's values."""
        return self.into.get(layer, layer)

    def name(self, layer: str) -> str:
        """The layer by whose name others read what this layer's units produce."""
        return next((addition for addition, home in self.into.items() if home == layer), layer)


def fuse(graph: Graph) -> Fusion:
    """Fuse each addition into its latest operand that has weights, no recurrence and no other reader."""
    readers = Counter(source.layer for layer in graph.layers for source in layer.inputs)
    order = {layer.name: number for number, layer in enumerate(graph.layers)}
    into: dict[str, str] = {}
    residual: dict[str, Source] = {}
    for layer in graph.layers:
        if layer.kind != "add" or len(layer.inputs) != 2:
            continue
        able = [
            source
            for source in layer.inputs
            if _local(graph[source.layer], layer)
            and readers[source.layer] == 1
            and source.layer not in graph.outputs
            and source.layer not in residual
            and not source.delay
            and not source.reach
        ]
        if able:
            home = max(able, key=lambda source: order[source.layer])
            into[layer.name] = home.layer
            residual[home.layer] = next(source for source in layer.inputs if source is not home)
    return Fusion(into, residual)


def _local(operand: Layer, addition: Layer) -> bool:
    """Whether local units end the operand's chains and produce as many values as the addition has."""
    plain = operand.kind != "lstm" and all(matrix.reads >= 0 for matrix in operand.matrices)
    same = (operand.positions, operand.width) == (addition.positions, addition.width)
    return bool(operand.matrices) and plain and same
