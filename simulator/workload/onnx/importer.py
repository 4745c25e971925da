"""Walks through a model's operators and collects the layers of a workload."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import Any

from simulator.base.document import Document, Mark
from simulator.base.errors import InputError
from simulator.base.explain import RuleError
from simulator.workload.graph import Layer
from simulator.workload.onnx.axes import Placed, before, grid_of, usual
from simulator.workload.onnx.model import Array, Constant, Model, Shape, Step, Typed, Value
from simulator.workload.schema import MAX_LAYERS, MAX_SIZE
from simulator.workload.shapes import build, validated

Delayed = dict[str, Any]
"""A source of an earlier time step, as a workload file says it."""
LAYOUT = "(layout)"
"""Origin of layers that only bring values into the order in which an operator reads them."""


class Importer:
    """Layers so far (``specs`` as in a workload file, ``layers`` with their shapes) and what is known of tensors."""

    def __init__(self, model: Model, types: dict[str, Typed]):
        self.model, self.types = model, types
        self.constants: dict[str, Constant] = dict(model.constants)
        self.values: dict[str, Value] = {}
        self.specs: dict[str, dict[str, Any]] = {}
        self.layers: dict[str, Layer] = {}
        self.origin: dict[str, str] = {}
        self.held: dict[str, Callable[[], Array]] = {}
        self.promised: dict[str, Layer] = {}
        self.at_host: tuple[str, ...] = ()
        self.node = model.nodes[0]
        self._placed: dict[str, Placed] = {}
        self._arranged: dict[tuple[Any, ...], str] = {}
        self._names: set[str] = set()
        self._counts: Counter[str] = Counter()
        reads = [name for node in model.nodes for name in (*node.inputs, *node.captured)]
        self._readers = Counter([*reads, *model.outputs])

    # What operators ask

    def value(self, name: str) -> Value:
        """An activation, with its layer where its layout has been chosen."""
        value = self.values[name]
        if self.axes(value) is None or not value.source:
            return value
        return Value(self._placed[value.source].layer, value.shape, self.axes(value), sole=False)

    def constant(self, number: int) -> Constant | None:
        """The constant that the present node reads as its input ``number``; None if it reads none there."""
        return self.constants.get(self.input(number))

    def input(self, number: int) -> str:
        """Name of an input of the present node, "" if it is left out."""
        return self.node.inputs[number] if number < len(self.node.inputs) else ""

    def active(self, number: int = 0) -> Value:
        """The activation that the present node reads as its input ``number``."""
        name = self.input(number)
        if name not in self.values:
            raise self.refused(f"must read an activation as input {number}")
        return self.value(name)

    def integers(self, number: int, attribute: str) -> list[int] | None:
        """Integers that newer operators take as an input, older ones as an attribute; None if left out."""
        name = self.input(number)
        if not name:
            return self.node.integers(attribute)
        constant = self.constants.get(name)
        if constant is None or constant.data is None:
            raise self.refused(f"needs the values of '{name}', which are not known before a request")
        return [int(value) for value in constant.data.ravel()]

    def shape(self, number: int = 0) -> Shape:
        """Shape of an output of the present node."""
        return self.types[self.node.outputs[number]].shape

    def alone(self, name: str) -> bool:
        """Whether nobody but one reader sees this tensor, nor its layer under another name."""
        return self.values[name].sole and self._readers[name] == 1

    def read(self, name: str) -> bool:
        """Whether anybody reads a tensor."""
        return self._readers[name] > 0

    # What operators give

    def give(self, layer: str, axes: Sequence[int], number: int = 0, shape: Shape | None = None) -> None:
        """An output of the present node is what a layer gives, with these position axes."""
        name = self.node.outputs[number]
        shape = self.shape(number) if shape is None else shape
        wide = tuple(axis for axis in axes if shape[axis] > 1)
        self.values[name] = Value(layer, shape, wide)

    def rename(self, value: Value, step: Step | None = None, number: int = 0) -> None:
        """The output is the activation read as input ``number``, its axes elsewhere; nothing is moved."""
        sole = value.sole and self._readers[self.node.inputs[number]] == 1
        path, axes = value.path, value.axes
        if step is not None:
            path, axes = (*path, step) if value.source else (), step(axes)
        self.values[self.node.outputs[0]] = Value(value.layer, self.shape(), axes, value.source, path, sole)

    def emit(
        self, kind: str, inputs: Sequence[str | Delayed], origin: str = "", name: str = "", **own: Any
    ) -> str:
        """Add a layer of the present node; gives its name."""
        name = name if name in self.promised else self.reserve(name or self.node.name)
        sources: dict[str, Any] = {"inputs": list(inputs)}
        if kind not in ("add", "product", "elementwise", "normalise", "rearrange"):
            sources = {"input": inputs[0]} if inputs else {}
        self._set(name, {"kind": kind, **sources, **own})
        self.origin[name] = origin or self.node.op
        return name

    def hold(self, layer: str, values: Callable[[], Array], matrix: str = "weights") -> str:
        """Where the values of a layer's matrix come from, shape (rows, columns); gives the layer's name."""
        self.held[f"{layer}.{matrix}"] = values
        return layer

    def revise(self, layer: str, **own: Any) -> None:
        """Change a layer's own words."""
        self._set(layer, {**self.specs[layer], **own})

    def replace(self, layer: str, spec: dict[str, Any]) -> None:
        """Give a layer another description."""
        self._set(layer, spec)

    def _set(self, name: str, spec: dict[str, Any]) -> None:
        if len(self.specs) >= MAX_LAYERS:
            raise self.refused(f"a network must have at most {MAX_LAYERS:,} layers")
        try:
            checked = validated(spec)
            inputs = [self._read(source.layer) for source in checked.sources]
            self.layers[name] = build(name, checked, inputs, None)
        except RuleError as error:
            words = ".".join(map(str, error.path))
            raise self.refused(f"{words} {error.rule}".strip(), error.value) from error
        self.specs[name] = spec

    def _read(self, name: str) -> Layer:
        return self.layers[name] if name in self.layers else self.promised[name]

    def reserve(self, wished: str) -> str:
        """A name that no other layer has, as near to the wished one as names allow."""
        base = tidy(wished)[-56:].strip(".") or tidy(self.node.op).lower()[:56] or "layer"
        name = base
        while name in self._names:
            self._counts[base] += 1
            name = f"{base}_{self._counts[base] + 1}"
        self._names.add(name)
        return name

    # Layout

    def axes(self, value: Value) -> tuple[int, ...] | None:
        """Position axes; None where they are mixed up or still free."""
        if not value.source:
            return value.axes
        if value.source not in self._placed:
            return None
        return self._placed[value.source].after(value.path)

    def free(self, value: Value) -> bool:
        """Whether the layout is still to be chosen."""
        return bool(value.source) and value.source not in self._placed

    def natural(self, value: Value) -> tuple[str, tuple[int, ...]]:
        """The layer that gives a value, and its position axes, as they come."""
        axes = self.axes(value)
        if axes is None:
            axes = usual(value.shape, given=bool(value.source))
        return self.arrange(value, axes), axes

    def arrange(self, value: Value, axes: Sequence[int], grid: Sequence[int] | None = None) -> str:
        """A layer that gives a value with these position axes, and this grid if one is given."""
        wanted = tuple(axis for axis in axes if value.shape[axis] > 1)
        layout = list(grid_of(value.shape, wanted)) if grid is None else list(grid)
        if self.free(value):
            self._place(value, wanted, layout)
        layer = self.layer(value)
        same = self.axes(value) == wanted
        if same and (grid is None or list(self.layers[layer].grid) == layout):
            return layer
        key = (layer, value.shape, value.path, wanted, tuple(layout), self.axes(value))
        if key not in self._arranged:
            self._arranged[key] = self._rearranged(layer, value, wanted, layout, same=same)
        return self._arranged[key]

    def _rearranged(
        self, layer: str, value: Value, axes: Sequence[int], grid: list[int], *, same: bool
    ) -> str:
        width = prod(value.shape) // prod(grid)
        if not grid and len(self.layers[layer].grid) != 1:
            return self.emit("flatten", [layer], LAYOUT, f"{layer}.flat")
        words = {"function": "transpose", "grid": grid, "width": width}
        return self.emit(
            "rearrange", [layer], LAYOUT, f"{layer}.order", **words, reads="position" if same else "all"
        )

    def _place(self, value: Value, axes: tuple[int, ...], grid: list[int]) -> None:
        """A graph input's layer comes into being with the layout of its first reader."""
        width = prod(value.shape) // prod(grid)
        shape = [width] if len(grid) < 2 else [width, *grid]
        steps = {"steps": grid[0]} if len(grid) == 1 else {}
        layer = self.emit("input", [], "(input)", value.source, shape=shape, **steps)
        root = self.types[value.source].shape
        self._placed[value.source] = Placed(layer, before(root, value.path, axes), value.path, axes)

    def layer(self, value: Value) -> str:
        """The layer behind a value, whatever its order."""
        return self._placed[value.source].layer if value.source else value.layer

    def host(self, number: int) -> None:
        """An output of an operator that is not supported: the host reads everything and gives it somehow."""
        node, result = self.node, self.shape(number)
        layers = [self.natural(self.value(name))[0] for name in node.inputs if name in self.values]
        axes = usual(result)
        grid = grid_of(result, axes)
        words = {
            "function": tidy(node.op).lower()[:64] or "unknown",
            "grid": grid,
            "width": prod(result) // prod(grid),
        }
        name = node.outputs[number] if number else ""
        self.give(self.emit("rearrange", layers, "", name, **words), axes, number)
        self.at_host = tuple(sorted({*self.at_host, node.op}))

    # Complaints

    def refused(self, rule: str, value: object = None, remedy: str = "") -> InputError:
        """An error at the present node."""
        field = f"node {self.node.name} ({self.node.op})"
        return InputError(rule, place=self.model.path, field=field, value=value, remedy=remedy)

    def document(self, data: Mapping[str, Any]) -> Document:
        """Where complaints about the whole network point."""
        return Document(dict(data), {(): Mark(self.model.path, 1)})


def tidy(text: str) -> str:
    """A name made of what names are made of."""
    return re.sub(r"[^A-Za-z0-9_.-]+", ".", text).strip(".")


def check_size(importer: Importer, typed: Typed) -> None:
    """Refuse an activation without values or beyond any sense."""
    if any(size < 1 for size in typed.shape):
        raise importer.refused("sizes must be at least 1", list(typed.shape))
    if prod(typed.shape) > MAX_SIZE**2:
        raise importer.refused(f"a tensor must have at most {MAX_SIZE**2:,} values", list(typed.shape))
