"""A network with every shape known: layers, the matrices they hold, and who reads whom.

A layer's output is ``positions`` vectors of ``width`` values; positions are counted in raster order over
``grid`` (height, width of an image; time steps of a sequence; empty for a single vector).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import prod


@dataclass(frozen=True)
class Window:
    """Receptive field, one number per grid dimension of the input: which positions an output reads."""

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[int, ...]
    dilation: tuple[int, ...]


@dataclass(frozen=True)
class Source:
    """An input of a layer: another layer's output, ``delay`` time steps ago (0: this step).

    ``reach``: which of its positions the layer's position k reads. Empty: those of the layer's window, position k
    if both have as many positions, else all. "all": every one. "past": 0 to k (causal attention), counted
    behind a past if the other layer has more positions.
    ``expert``: of a route, what it sends to this expert, from 1 (0: all).
    """

    layer: str
    delay: int = 0
    reach: str = ""
    expert: int = 0


@dataclass(frozen=True)
class Matrix:
    """A stationary weight matrix of ``rows`` inputs by ``columns`` outputs, used once a position.

    ``reads`` is the number of the layer's input that drives its rows (-1: the layer's own output one step ago).
    With ``blocks`` > 1 (grouped and depthwise convolutions) it is block-diagonal: block b has the b-th share of the
    rows and of the columns, and everything else is zero and no weight.
    """

    name: str
    rows: int
    columns: int
    reads: int = 0
    blocks: int = 1

    @property
    def weights(self) -> int:
        """Entries of the matrix, what is zero outside its blocks not counted."""
        return self.rows * self.columns // self.blocks


@dataclass(frozen=True)
class Layer:
    """One node of the graph.

    ``kind``: as in docs/workloads.md.
    ``window`` maps output positions to input positions; None: position by position (flatten and global: all).
    ``products``: multiply-accumulates between two activations per inference (attention). ``operations``: digital
    operations per inference where the layer has no weights, each of ``products`` counted as two of them.
    ``growth``: operations that a position spends on each one before it (attention to the past), in ``operations``;
    ``widening``: values of a vector for each position before its own, where the rest of ``width`` is masked.
    ``parameters`` counts everything trainable (weights, biases, normalisation).
    ``density`` (share of output values that are not zero) and ``magnitude`` (their mean absolute value over full
    scale) are None where nobody measured them.
    """

    name: str
    kind: str
    inputs: tuple[Source, ...]
    grid: tuple[int, ...]
    width: int
    matrices: tuple[Matrix, ...] = ()
    window: Window | None = None
    activation: str = ""
    parameters: int = 0
    products: int = 0
    operations: int = 0
    growth: int = 0
    widening: int = 0
    attributes: Mapping[str, str | int | bool] = field(default_factory=dict)
    density: float | None = None
    magnitude: float | None = None

    @property
    def positions(self) -> int:
        """Output vectors per inference."""
        return prod(self.grid)

    @property
    def owner(self) -> str:
        """The layer whose matrix this one uses: usually its own."""
        return str(self.attributes.get("weights", self.name))

    @property
    def tied(self) -> bool:
        """Whether the matrix is another layer's."""
        return "weights" in self.attributes

    @property
    def backward(self) -> bool:
        """Whether the other layer's matrix is used in the other direction."""
        return bool(self.attributes.get("transposed", False))

    def asked(self, name: str) -> int | None:
        """A number that the layer asks of a tile, as in ``workload.schema.Precise``; None where it does not."""
        value = self.attributes.get(name)
        return None if value is None else int(value)

    @property
    def weights(self) -> int:
        """Entries of all matrices of its own."""
        return 0 if self.tied else sum(matrix.weights for matrix in self.matrices)

    @property
    def macs(self) -> int:
        """Multiply-accumulates with stationary weights per inference."""
        return self.positions * sum(matrix.weights for matrix in self.matrices)


@dataclass(frozen=True)
class Graph:
    """A bound network: layers in topological order (delayed sources aside), every shape a number."""

    name: str
    layers: tuple[Layer, ...]
    outputs: tuple[str, ...]

    def __getitem__(self, name: str) -> Layer:
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Layer]:
        return {layer.name: layer for layer in self.layers}

    @property
    def length(self) -> int | None:
        """Time steps of the sequence that a request has its own length of; None without one."""
        timed = (layer for layer in self.layers if layer.kind == "input" and len(layer.grid) == 1)
        return next((layer.grid[0] for layer in timed if "steps" not in layer.attributes), None)

    @property
    def cached(self) -> tuple[Layer, ...]:
        """Layers to whose earlier positions others look back: keys and values."""
        read = {source.layer for layer in self.layers for source in layer.inputs if source.reach == "past"}
        return tuple(layer for layer in self.layers if layer.name in read)

    @property
    def mapped(self) -> tuple[Layer, ...]:
        """Layers with stationary weights."""
        return tuple(layer for layer in self.layers if layer.matrices)

    @property
    def weights(self) -> int:
        """Stationary weights of all layers."""
        return sum(layer.weights for layer in self.layers)

    @property
    def macs(self) -> int:
        """Multiply-accumulates with stationary weights per inference."""
        return sum(layer.macs for layer in self.layers)

    @property
    def products(self) -> int:
        """Multiply-accumulates between two activations per inference."""
        return self.products_after(0)

    def products_after(self, context: int) -> int:
        """Those of an inference behind which so many positions lie already, each of two operations."""
        return sum(layer.products + context * layer.growth // 2 for layer in self.layers if layer.products)
