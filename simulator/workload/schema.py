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
Activation = Literal["none", "relu"]


class _Spec(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class SourceSpec(_Spec):
    """An input: the output of ``layer``, ``delay`` time steps ago."""

    layer: Name
    delay: Extent = 0


SourceName = Annotated[SourceSpec, BeforeValidator(_source, json_schema_input_type=Name | SourceSpec)]


class InputSpec(_Spec):
    """What a request brings: [channels, height, width], [width], or one vector of [width] per time step."""

    kind: Literal["input"]
    shape: Annotated[list[Size], Field(min_length=1, max_length=3)]
    sequence: bool = False

    @model_validator(mode="after")
    def _dimensions(self) -> Self:
        if len(self.shape) == 2 or (self.sequence and len(self.shape) != 1):
            allowed = "[width] for a sequence" if self.sequence else "[width] or [channels, height, width]"
            raise RuleError(f"must be {allowed}", path=("shape",), value=self.shape)
        return self

    @property
    def sources(self) -> tuple[SourceSpec, ...]:
        """Layers that this one reads."""
        return ()


class _OneInput(_Spec):
    input: SourceName

    @property
    def sources(self) -> tuple[SourceSpec, ...]:
        """Layers that this one reads."""
        return (self.input,)


class Conv2dSpec(_OneInput):
    """Two-dimensional convolution, batch normalisation and activation folded in."""

    kind: Literal["conv2d"]
    channels: Size
    kernel: Sizes
    stride: Sizes = (1, 1)
    padding: Extents = (0, 0)
    dilation: Sizes = (1, 1)
    bias: bool = False
    batch_norm: bool = False
    activation: Activation = "none"


class LinearSpec(_OneInput):
    """Matrix times vector, at every position."""

    kind: Literal["linear"]
    width: Size
    bias: bool = False
    activation: Activation = "none"


class LstmSpec(_OneInput):
    """Long short-term memory over the time steps of a sequence."""

    kind: Literal["lstm"]
    hidden: Size
    bias: bool = False


class MaxPool2dSpec(_OneInput):
    """Largest value of each window; the stride is the kernel unless given."""

    kind: Literal["max_pool2d"]
    kernel: Sizes
    stride: Sizes | None = None
    padding: Extents = (0, 0)
    dilation: Sizes = (1, 1)


class AddSpec(_Spec):
    """Element-wise sum of two layers, then the activation."""

    kind: Literal["add"]
    inputs: Annotated[list[SourceName], Field(min_length=2, max_length=2)]
    activation: Activation = "none"

    @model_validator(mode="after")
    def _anchored(self) -> Self:
        if all(source.delay for source in self.inputs):
            raise RuleError("one of the inputs must be of the same time step", path=("inputs",))
        return self

    @property
    def sources(self) -> tuple[SourceSpec, ...]:
        """Layers that this one reads."""
        return tuple(self.inputs)


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
