"""What a workload file may say. Limits keep every count of a network within 64 bits."""

import re
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from simulator.base.explain import RuleError

MAX_SIZE = 2**20
"""Largest extent of anything: width, channels, height, kernel, vocabulary, time steps."""
MAX_POSITIONS = 2**24
"""Most output vectors of a layer."""
MAX_WEIGHTS = 2**38
"""Most stationary weights of a network."""
MAX_LAYERS = 10_000
MAX_OUTPUTS = 1_000
MAX_INPUTS = 1_000
"""Most layers that one layer reads."""

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def _name(text: str) -> str:
    if not _NAME.fullmatch(text):
        raise RuleError("names have 1 to 64 characters of A-Z a-z 0-9 _ . -", value=text)
    return text


def _pair(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return (value, value)
    if isinstance(value, list | tuple) and len(value) == 2:
        return tuple(value)
    raise RuleError("must be an integer or [height, width]", value=value)


def _source(value: Any) -> Any:
    if isinstance(value, str):
        return {"layer": value}
    if isinstance(value, dict | SourceSpec):
        return value
    raise RuleError("must be the name of a layer or {layer: NAME, delay: STEPS}", value=value)


Name = Annotated[str, AfterValidator(_name)]
Size = Annotated[int, Field(ge=1, le=MAX_SIZE)]
Extent = Annotated[int, Field(ge=0, le=MAX_SIZE)]
Sizes = Annotated[tuple[Size, Size], BeforeValidator(_pair, json_schema_input_type=Size | tuple[Size, Size])]
Extents = Annotated[
    tuple[Extent, Extent], BeforeValidator(_pair, json_schema_input_type=Extent | tuple[Extent, Extent])
]
Grid = Annotated[list[Size], Field(max_length=2)]
Trained = Annotated[int, Field(ge=0, le=MAX_WEIGHTS)]
Activation = Literal["none", "relu"]


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SourceSpec(_Spec):
    """An input: the output of ``layer``, ``delay`` time steps ago; of a route, what it sends to ``expert`` (from 1)."""

    layer: Name
    delay: Extent = 0
    expert: Extent = 0


SourceName = Annotated[SourceSpec, BeforeValidator(_source, json_schema_input_type=Name | SourceSpec)]


Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class LayerBase(_Spec):
    """What may be known of the values that any layer gives: share that is not zero, mean magnitude over full scale."""

    density: Share | None = None
    magnitude: Share | None = None


class InputSpec(LayerBase):
    """What a request brings: [channels, height, width], [width], or one vector of [width] per time step.

    There are as many time steps as the request says, or always ``steps``.
    """

    kind: Literal["input"]
    shape: Annotated[list[Size], Field(min_length=1, max_length=3)]
    sequence: bool = False
    steps: Size | None = None

    @model_validator(mode="after")
    def _dimensions(self) -> Self:
        if self.sequence and self.steps is not None:
            rule = "is for what has always as many steps, not for a sequence"
            raise RuleError(rule, path=("steps",), value=self.steps)
        timed = self.sequence or self.steps is not None
        if len(self.shape) == 2 or (timed and len(self.shape) != 1):
            allowed = "[width] for a sequence" if timed else "[width] or [channels, height, width]"
            raise RuleError(f"must be {allowed}", path=("shape",), value=self.shape)
        return self

    @property
    def sources(self) -> tuple[SourceSpec, ...]:
        """Layers that this one reads."""
        return ()


class _OneInput(LayerBase):
    input: SourceName

    @property
    def sources(self) -> tuple[SourceSpec, ...]:
        """Layers that this one reads."""
        return (self.input,)


class _Inputs(LayerBase):
    inputs: Annotated[list[SourceName], Field(min_length=1, max_length=MAX_INPUTS)]

    @property
    def sources(self) -> tuple[SourceSpec, ...]:
        """Layers that this one reads."""
        return tuple(self.inputs)


class WindowSpec(_OneInput):
    """Something that slides over an image.

    ``bottom``, ``right``: padding there, where it is not that of the top and of the left.
    """

    kernel: Sizes
    stride: Sizes | None = None
    padding: Extents = (0, 0)
    dilation: Sizes = (1, 1)
    bottom: Extent | None = None
    right: Extent | None = None


class Precise(_Spec):
    """What a layer with weights asks of a tile.

    ``magnitude_bits`` of its inputs, the sign on top, and ``output_bits`` of its results (not given: the tile's own);
    ``bias_rows`` of every piece on top of its inputs; ``segments``: pieces along the inputs (not given: the fewest).
    """

    magnitude_bits: Annotated[int, Field(ge=1, le=24)] | None = None
    output_bits: Annotated[int, Field(ge=1, le=24)] | None = None
    bias_rows: Annotated[int, Field(ge=0, le=64)] = 0
    segments: Annotated[int, Field(ge=1, le=10_000)] | None = None


class Conv2dSpec(WindowSpec, Precise):
    """Two-dimensional convolution, batch normalisation and activation folded in.

    Each of ``groups`` reads its share of the channels and gives its share.
    """

    kind: Literal["conv2d"]
    channels: Size
    stride: Sizes = (1, 1)
    groups: Size = 1
    bias: bool = False
    batch_norm: bool = False
    activation: Activation = "none"


Entries = Literal["random", "symmetric", "doubly_stochastic", "cosine", "sine", "complex_fourier"]


class LinearSpec(_OneInput, Precise):
    """Matrix times vector, at every position; with ``groups``, of each share of the vector its own matrix.

    ``weights``: a linear layer whose matrix is used again, with ``transposed`` in the other direction; ``bias_columns``
    then hold the bias of that direction. ``entries``: what the matrix is where it is not trained
    (``workload.matrices``).
    """

    kind: Literal["linear"]
    width: Size
    groups: Size = 1
    bias: bool = False
    activation: Activation = "none"
    weights: Name | None = None
    transposed: bool = False
    bias_columns: Annotated[int, Field(ge=0, le=64)] = 0
    entries: Entries | None = None

    @model_validator(mode="after")
    def _whose(self) -> Self:
        if self.transposed and self.weights is None:
            raise RuleError("needs the layer whose matrix it uses", path=("weights",))
        if self.weights is not None and (
            self.groups > 1 or self.segments or self.entries or self.bias_columns
        ):
            rule = "uses another layer's matrix as it is: groups, segments, entries, bias_columns stand there"
            raise RuleError(rule, path=("weights",), value=self.weights)
        return self


class LstmSpec(_OneInput):
    """Long short-term memory over the time steps of a sequence."""

    kind: Literal["lstm"]
    hidden: Size
    bias: bool = False


class MaxPool2dSpec(WindowSpec):
    """Largest value of each window; the stride is the kernel unless given."""

    kind: Literal["max_pool2d"]


class AveragePool2dSpec(WindowSpec):
    """Mean of each window; the stride is the kernel unless given."""

    kind: Literal["average_pool2d"]


class AddSpec(_Inputs):
    """Element-wise sum of two layers, then the activation."""

    kind: Literal["add"]
    inputs: Annotated[list[SourceName], Field(min_length=2, max_length=2)]
    activation: Activation = "none"

    @model_validator(mode="after")
    def _anchored(self) -> Self:
        if all(source.delay for source in self.inputs):
            raise RuleError("one of the inputs must be of the same time step", path=("inputs",))
        return self


class ProductSpec(_Inputs):
    """Product of two activations, a vector of the first input against all of the second (attention).

    The vectors hold ``heads`` shares one after the other, those of the second input ``key_heads`` (0: as many).
    ``transposed``: each share against the same share of every vector of the second input, one value each (scores);
    else a share is weights that add up the vectors of the second input. ``causal``: only its positions up to one's
    own, which stands behind a past where the second input has more positions.
    """

    kind: Literal["product"]
    inputs: Annotated[list[SourceName], Field(min_length=2, max_length=2)]
    heads: Size = 1
    key_heads: Extent = 0
    transposed: bool = False
    causal: bool = False


class ElementwiseSpec(_Inputs):
    """A function of values at the same place, ``operations`` digital operations a value.

    The first input gives the shape, ``width`` values a vector if given (0: its own); the others are spread over it.
    """

    kind: Literal["elementwise"]
    function: Name
    operations: Extent = 1
    width: Extent = 0
    trained: Trained = 0


class NormaliseSpec(_Inputs):
    """Normalisation or softmax within each vector, ``operations`` digital operations a value."""

    kind: Literal["normalise"]
    function: Name
    operations: Extent
    trained: Trained = 0
    activation: Activation = "none"


class RouteSpec(_Inputs):
    """Sends each vector of the first input to ``chosen`` of ``experts``, by the second input: a value an expert."""

    kind: Literal["route"]
    inputs: Annotated[list[SourceName], Field(min_length=2, max_length=2)]
    experts: Size
    chosen: Size


class ReduceSpec(_OneInput):
    """Mean, sum, ... of all vectors, or (``reads: position``) within each one. ``width`` 0: the input's own."""

    kind: Literal["reduce"]
    function: Name
    reads: Literal["all", "position"] = "all"
    grid: Grid | None = None
    width: Extent = 0


class RearrangeSpec(_Inputs):
    """The same values in another order or shape (concat, slice, transpose, pad, ...): no arithmetic, but traffic.

    ``grid`` and ``width`` are the output's (without: a single vector). ``reads: position``: an output vector needs
    those of its own position.
    """

    kind: Literal["rearrange"]
    function: Name
    reads: Literal["all", "position"] = "all"
    grid: Grid | None = None
    width: Size


class EmbeddingSpec(_OneInput):
    """Table look-up: an index becomes a vector."""

    kind: Literal["embedding"]
    entries: Size
    width: Size


class FlattenSpec(_OneInput):
    """All positions become one vector."""

    kind: Literal["flatten"]


class ArgmaxSpec(_OneInput):
    """Index of the largest value, at every position."""

    kind: Literal["argmax"]


LayerSpec = (
    InputSpec
    | Conv2dSpec
    | LinearSpec
    | LstmSpec
    | MaxPool2dSpec
    | AddSpec
    | EmbeddingSpec
    | FlattenSpec
    | ArgmaxSpec
    | AveragePool2dSpec
    | ProductSpec
    | ElementwiseSpec
    | NormaliseSpec
    | ReduceSpec
    | RearrangeSpec
    | RouteSpec
)


class SequenceSpec(_Spec):
    """Time steps of a request: how many if it does not say, and how many at most."""

    length: Size
    limit: Size = MAX_SIZE

    @model_validator(mode="after")
    def _within(self) -> Self:
        if self.length > self.limit:
            raise RuleError(f"must be at most the limit of {self.limit}", path=("length",), value=self.length)
        return self


class Description(_Spec):
    """A workload file. Without ``outputs``, the layers that nobody reads in the same step are the outputs."""

    name: Name
    about: Annotated[str, Field(max_length=2000)] = ""
    sequence: SequenceSpec | None = None
    layers: Annotated[
        dict[Name, Annotated[LayerSpec, Field(discriminator="kind")]],
        Field(min_length=1, max_length=MAX_LAYERS),
    ]
    outputs: Annotated[list[Name], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _sequence_used(self) -> Self:
        if self.sequence and not any(
            isinstance(spec, InputSpec) and spec.sequence for spec in self.layers.values()
        ):
            remedy = "Give one 'sequence: true', or remove the key"
            raise RuleError("no input is a sequence", path=("sequence",), remedy=remedy)
        return self
