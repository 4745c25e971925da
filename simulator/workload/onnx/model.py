"""An ONNX model as plain Python: what is left once the file format is gone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from simulator.base.errors import InputError

Shape = tuple[int, ...]
Array = NDArray[Any]
Dimension = int | str | None
"""A size, the name of one, or unknown."""

Axes = tuple[int, ...]
Step = Callable[[Axes | None], Axes | None]
"""Where position axes are after a tensor changed its shape; None: they got mixed with others."""

MAX_VALUES = 2**16
"""Most values of a constant whose content is looked at; of larger ones the shape is enough."""


@dataclass(frozen=True)
class Typed:
    """Shape and element type (an ONNX number) of a tensor."""

    shape: Shape
    element: int


class Constant:
    """A tensor that no request changes. Its content is worked out when somebody asks, if it can be had.

    ``whole``: gives the values however many they are, or raises ``InputError``; by default those of ``content``.
    """

    def __init__(
        self,
        typed: Typed,
        content: Callable[[], Array | None] = lambda: None,
        whole: Callable[[], Array] | None = None,
    ):
        self.typed, self._content, self._whole = typed, content, whole
        self._known: Array | None = None
        self._asked = False

    @property
    def shape(self) -> Shape:
        """Sizes, outermost first."""
        return self.typed.shape

    @property
    def size(self) -> int:
        """Number of values."""
        size = 1
        for extent in self.shape:
            size *= extent
        return size

    @property
    def data(self) -> Array | None:
        """The values; None where the file does not have them or they are too many."""
        if not self._asked and self.size <= MAX_VALUES:
            self._known = self._content()
        self._asked = True
        return self._known

    def whole(self) -> Array:
        """The values, read anew each time. ``InputError`` where they cannot be had."""
        if self._whole is not None:
            return self._whole()
        found = self._content()
        if found is None:
            raise InputError("its values cannot be worked out before a request")
        return found


def known(data: Array, element: int) -> Constant:
    """A constant with these values."""
    return Constant(Typed(tuple(data.shape), element), lambda: data)


@dataclass(frozen=True)
class Node:
    """One operator: names of tensors that it reads ("" where left out) and gives; ``form`` is the library's own.

    ``captured``: what the graphs within it read.
    """

    op: str
    domain: str
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    form: Any
    attributes: Mapping[str, Any] = field(default_factory=dict)
    captured: tuple[str, ...] = ()

    def integer(self, name: str, usual: int) -> int:
        """An integer attribute."""
        value = self.attributes.get(name, usual)
        return value if isinstance(value, int) else usual

    def number(self, name: str, usual: float) -> float:
        """A number."""
        value = self.attributes.get(name, usual)
        return float(value) if isinstance(value, int | float) else usual

    def text(self, name: str, usual: str) -> str:
        """A text."""
        value = self.attributes.get(name, usual)
        return value if isinstance(value, str) else usual

    def integers(self, name: str) -> list[int] | None:
        """A list of integers; None where it is left out."""
        value = self.attributes.get(name)
        return [int(v) for v in value] if isinstance(value, list | tuple) else None


@dataclass(frozen=True)
class Branch:
    """A graph within an operator: its operators, its own constants, the names of what it gives."""

    nodes: tuple[Node, ...]
    constants: Mapping[str, Constant]
    outputs: tuple[str, ...]


@dataclass(frozen=True)
class Model:
    """A graph whose nodes stand in reading order. ``hints``: shapes that the file says, by tensor."""

    path: str
    nodes: tuple[Node, ...]
    inputs: Mapping[str, tuple[tuple[Dimension, ...], int]]
    constants: Mapping[str, Constant]
    outputs: tuple[str, ...]
    opsets: Mapping[str, int]
    hints: Mapping[str, tuple[tuple[Dimension, ...], int]]


@dataclass(frozen=True)
class Value:
    """An activation: which layer gives it, and where its axes went.

    ``axes``: those with more than one entry that are the layer's positions, in their order; None: another order, so
    that it has to be rearranged before use. ``layer`` "": a graph input, ``source``, that nobody has read yet, so that
    its layout is free; ``path`` is what happened to its axes since. ``sole``: nobody else sees the layer's output
    under another name.
    """

    layer: str
    shape: Shape
    axes: tuple[int, ...] | None
    source: str = ""
    path: tuple[Step, ...] = ()
    sole: bool = True

    @property
    def wide(self) -> tuple[int, ...]:
        """Axes with more than one entry."""
        return tuple(axis for axis, size in enumerate(self.shape) if size > 1)
