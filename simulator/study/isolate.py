"""One layer alone: its tiles, fed with a single vector."""

from collections.abc import Sequence
from dataclasses import replace

from simulator.base.errors import InputError, did_you_mean
from simulator.mapping.plan import Mapping
from simulator.workload.graph import Graph, Layer, Source


def isolate(mapping: Mapping, layer: str) -> Mapping:
    """The mapping of one layer, on the tiles that it has in the whole network, for one position."""
    names = [item.name for item in mapping.graph.mapped]
    if layer not in names:
        raise InputError(
            "no such layer with weights", field="layer", value=layer, remedy=did_you_mean(layer, names)
        )
    graph = _alone(mapping.graph, mapping.graph[layer])
    first = [placed for placed in mapping.of(layer) if placed.chain.copy == 0]
    chains = tuple(replace(placed, chain=replace(placed.chain, copies=1)) for placed in first)
    return replace(mapping, graph=graph, chains=chains)


def _alone(graph: Graph, layer: Layer) -> Graph:
    inputs = _inputs(graph, layer.inputs)
    sources = tuple(Source(item.name) for item in inputs)
    single = replace(layer, inputs=sources, grid=(1,), window=None)
    return Graph(f"{graph.name}: {layer.name}, one vector", (*inputs, single), (layer.name,))


def _inputs(graph: Graph, sources: Sequence[Source]) -> list[Layer]:
    return [Layer(f"input{n}", "input", (), (1,), graph[s.layer].width) for n, s in enumerate(sources)]
