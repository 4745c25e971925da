"""Attention in a graph: products of two activations, and the blocks of scores, softmax and mix that they form."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from simulator.workload.graph import Graph, Layer

_BETWEEN = ("elementwise", "add", "rearrange")
"""Kinds of layer that may stand between scores, softmax and mix: scale, mask, another order."""


@dataclass(frozen=True)
class Product:
    """A layer that multiplies each vector of one activation with all (``causal``: those up to its own) of another.

    ``second``: the layer whose vectors are kept for it, keys or values. ``heads`` shares of ``share`` values each,
    ``key_heads`` of them in a vector of ``second``. ``scores``: whether it gives a value for each vector of
    ``second``; else it adds them up.
    """

    layer: str
    second: str
    heads: int
    key_heads: int
    share: int
    causal: bool
    scores: bool

    @property
    def width(self) -> int:
        """Values of a vector that is kept."""
        return self.key_heads * self.share


@dataclass(frozen=True)
class Block:
    """Attention: ``scores``, layers ``between`` of which ``softmax`` is one, ``mix``."""

    scores: Product
    between: tuple[str, ...]
    softmax: str
    mix: Product

    @cached_property
    def layers(self) -> tuple[str, ...]:
        """All layers, in order."""
        return (self.scores.layer, *self.between, self.mix.layer)

    @property
    def kept(self) -> tuple[str, str]:
        """Layers whose vectors are kept: keys and values."""
        return self.scores.second, self.mix.second

    @property
    def causal(self) -> bool:
        """Whether a position looks at none behind its own."""
        return self.scores.causal


def products(graph: Graph) -> dict[str, Product]:
    """Layer -> the product of two activations that it is."""
    return {layer.name: _product(graph, layer) for layer in graph.layers if layer.kind == "product"}


def blocks(graph: Graph) -> tuple[Block, ...]:
    """All blocks of a graph, in its order."""
    found, readers = products(graph), _readers(graph)
    made = (_block(graph, mix, found, readers) for mix in found.values() if not mix.scores)
    return tuple(block for block in made if block)


def _product(graph: Graph, layer: Layer) -> Product:
    second, causal = graph[layer.inputs[1].layer], layer.inputs[1].reach == "past"
    heads = int(layer.attributes.get("heads", 1))
    key_heads = int(layer.attributes.get("key_heads", 0)) or heads
    scores = bool(layer.attributes.get("transposed", False))
    return Product(layer.name, second.name, heads, key_heads, second.width // key_heads, causal, scores)


def _readers(graph: Graph) -> Counter[str]:
    """How often somebody reads a layer; an output is read outside."""
    inside = Counter(source.layer for layer in graph.layers for source in layer.inputs)
    return inside + Counter(graph.outputs)


def _block(graph: Graph, mix: Product, found: dict[str, Product], readers: Counter[str]) -> Block | None:
    """The block that ends with a product, if it is one."""
    way = list(_back(graph, graph[mix.layer].inputs[0].layer, readers))
    scores = found.get(way[-1].name) if way else None
    soft = [layer.name for layer in way if layer.kind == "normalise"]
    if scores is None or not scores.scores or len(soft) != 1:
        return None
    if (scores.heads, scores.causal) != (mix.heads, mix.causal):
        return None
    between = tuple(layer.name for layer in reversed(way[:-1]))
    return Block(scores, between, soft[0], mix)


def _back(graph: Graph, name: str, readers: Counter[str]) -> Iterator[Layer]:
    """From a layer back to the product before it, as long as nobody else reads what is on the way."""
    while readers[name] == 1:
        layer = graph[name]
        softmax = layer.kind == "normalise" and layer.attributes.get("function") == "softmax"
        if layer.kind != "product" and not softmax and layer.kind not in _BETWEEN:
            return
        yield layer
        if layer.kind == "product" or not layer.inputs:
            return
        name = layer.inputs[0].layer
