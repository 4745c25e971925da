"""From description and inputs to a layer: the kinds that have no weights."""

from collections.abc import Sequence
from dataclasses import replace
from math import prod

from pydantic import BaseModel

from simulator.base.explain import RuleError
from simulator.workload.graph import Layer, Source
from simulator.workload.rules import activation, ends, need, shape, text, window_of, windows
from simulator.workload.schema import (
    AddSpec,
    ArgmaxSpec,
    AveragePool2dSpec,
    ElementwiseSpec,
    EmbeddingSpec,
    FlattenSpec,
    MaxPool2dSpec,
    NormaliseSpec,
    ProductSpec,
    RearrangeSpec,
    ReduceSpec,
    RouteSpec,
)

__all__ = ["shape"]


@shape.register
def _max_pool2d(spec: MaxPool2dSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    return _pool(spec, name, inputs[0])


@shape.register
def _average_pool2d(spec: AveragePool2dSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    """One addition a value of the window."""
    pool = _pool(spec, name, inputs[0])
    return replace(pool, operations=pool.positions * pool.width * prod(spec.kernel))


def _pool(spec: MaxPool2dSpec | AveragePool2dSpec, name: str, source: Layer) -> Layer:
    grid, window = windows(spec, source), window_of(spec)
    return Layer(name, spec.kind, (), grid, source.width, window=window, attributes=ends(spec))


@shape.register
def _add(spec: AddSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    first, second = inputs
    if (first.grid, first.width) != (second.grid, second.width):
        shapes = f"{text(first)} and {text(second)}"
        raise RuleError("both inputs must have the same shape", path=("inputs",), value=shapes)
    return Layer(name, spec.kind, (), first.grid, first.width, activation=activation(spec))


@shape.register
def _embedding(spec: EmbeddingSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    need(inputs[0].width == 1, inputs[0], "an embedding reads one index per position (width 1)")
    attributes = {"entries": spec.entries}
    trained = spec.entries * spec.width
    return Layer(name, spec.kind, (), inputs[0].grid, spec.width, parameters=trained, attributes=attributes)


@shape.register
def _flatten(spec: FlattenSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    need(len(inputs[0].grid) != 1, inputs[0], "flatten does not read a sequence")
    return Layer(name, spec.kind, (), (), inputs[0].positions * inputs[0].width)


@shape.register
def _argmax(spec: ArgmaxSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    return Layer(name, spec.kind, (), inputs[0].grid, 1)


@shape.register
def _product(spec: ProductSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    """Scores: heads x positions of the second input values a vector; sums: as wide as the second input's heads."""
    first, second = inputs
    key_heads = spec.key_heads or spec.heads
    _need_heads(spec, key_heads, first, second)
    share = second.width // key_heads
    inner, width = (
        (share, spec.heads * second.positions) if spec.transposed else (second.positions, spec.heads * share)
    )
    if first.width != spec.heads * inner:
        rule = f"its vectors must have {spec.heads} x {inner} values to go with {text(second)}"
        raise RuleError(rule, path=("inputs", 0), value=text(first))
    met = first.positions * second.positions
    if spec.causal:
        met = _met(first.positions, second.positions)
    products = met * spec.heads * share
    return Layer(
        name,
        spec.kind,
        (Source(first.name), Source(second.name, reach="past" if spec.causal else "all")),
        first.grid,
        width,
        products=products,
        operations=2 * products,
        growth=2 * spec.heads * share if spec.causal else 0,
        widening=spec.heads if spec.causal and spec.transposed else 0,
        attributes=_plain(spec, "heads", "key_heads", "transposed", "causal"),
    )


def _need_heads(spec: ProductSpec, key_heads: int, first: Layer, second: Layer) -> None:
    if spec.heads % key_heads or second.width % key_heads:
        rule = f"must divide heads ({spec.heads}) and the width of the second input ({second.width})"
        raise RuleError(rule, path=("key_heads" if spec.key_heads else "heads",), value=key_heads)
    if spec.causal and first.positions > second.positions:
        shapes = f"{text(first)} and {text(second)}"
        rule = "needs as many positions on both sides, or those of a past as well in the second input"
        raise RuleError(rule, path=("causal",), value=shapes)


def _met(positions: int, seconds: int) -> int:
    """Positions that are looked at: up to one's own, behind those of a past."""
    return positions * (2 * (seconds - positions) + positions + 1) // 2


@shape.register
def _elementwise(spec: ElementwiseSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    first, *others = inputs
    width = spec.width or first.width
    for number, other in enumerate(others if not spec.width else (), start=1):
        same = other.positions == first.positions and width % other.width == 0
        spread = (
            other.positions != first.positions
            and first.positions * width % (other.positions * other.width) == 0
        )
        if not (same or spread):
            rule = f"must have the shape of {text(first)} or be spread over it"
            raise RuleError(rule, path=("inputs", number), value=text(other))
    attributes = {**_plain(spec, "function", "trained"), "operations": spec.operations}
    layer = Layer(name, spec.kind, (), first.grid, width, parameters=spec.trained, attributes=attributes)
    return _on_values(layer, first, spec.operations)


def _on_values(layer: Layer, first: Layer, operations: int) -> Layer:
    """The layer with operations on every value, of vectors of which a part is masked on those that are not."""
    count, widening = first.positions, first.widening if layer.width == first.width else 0
    if not widening:
        return replace(layer, operations=count * layer.width * operations)
    met = widening * _met(count, layer.width // widening)
    return replace(layer, operations=met * operations, growth=widening * operations, widening=widening)


@shape.register
def _normalise(spec: NormaliseSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    first = inputs[0]
    for number, other in enumerate(inputs[1:], start=1):
        if first.positions * first.width % (other.positions * other.width):
            rule = f"must have the shape of {text(first)} or be spread over it"
            raise RuleError(rule, path=("inputs", number), value=text(other))
    attributes = {**_plain(spec, "function", "trained"), "operations": spec.operations}
    layer = Layer(
        name, spec.kind, (), first.grid, first.width, parameters=spec.trained, attributes=attributes
    )
    return _on_values(replace(layer, activation=activation(spec)), first, spec.operations)


@shape.register
def _route(spec: RouteSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    """Softmax over the experts' values (5 operations each), and a comparison of each for every one chosen."""
    first, values = inputs
    if values.positions != first.positions or values.width != spec.experts:
        rule = f"must have a value for each of {spec.experts} experts at every position of {text(first)}"
        raise RuleError(rule, path=("inputs", 1), value=text(values))
    if spec.chosen > spec.experts:
        raise RuleError(f"must be 1..{spec.experts}", path=("chosen",), value=spec.chosen)
    operations = first.positions * spec.experts * (5 + spec.chosen)
    attributes = {"experts": spec.experts, "chosen": spec.chosen}
    return Layer(name, spec.kind, (), first.grid, first.width, operations=operations, attributes=attributes)


@shape.register
def _reduce(spec: ReduceSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    """One operation a value that goes in."""
    source = inputs[0]
    return Layer(
        name,
        spec.kind,
        (Source(source.name, reach=_reach(spec)),),
        _grid(spec, source),
        spec.width or source.width,
        operations=source.positions * source.width,
        attributes=_plain(spec, "function", "reads"),
    )


@shape.register
def _rearrange(spec: RearrangeSpec, name: str, inputs: Sequence[Layer], length: int | None) -> Layer:
    for number, source in enumerate(inputs if spec.reads == "position" else ()):
        if source.positions != inputs[0].positions:
            rule = f"must have as many positions as {text(inputs[0])}"
            raise RuleError(rule, path=("inputs", number), value=text(source))
    sources = tuple(Source(source.name, reach=_reach(spec)) for source in inputs)
    grid = _grid(spec, inputs[0])
    return Layer(name, spec.kind, sources, grid, spec.width, attributes=_plain(spec, "function", "reads"))


def _grid(spec: ReduceSpec | RearrangeSpec, source: Layer) -> tuple[int, ...]:
    """The grid asked for; where each position reads its own, one of as many positions."""
    own = spec.reads == "position"
    if own and spec.grid is not None and prod(spec.grid) != source.positions:
        raise RuleError(f"must have as many positions as {text(source)}", path=("grid",), value=spec.grid)
    return source.grid if own and spec.grid is None else tuple(spec.grid or ())


def _reach(spec: ReduceSpec | RearrangeSpec) -> str:
    return "" if spec.reads == "position" else "all"


def _plain(spec: BaseModel, *names: str) -> dict[str, str | int | bool]:
    """Own words of a description that differ from what is usual."""
    words = spec.model_dump(include=set(names), exclude_defaults=True)
    return {name: words[name] for name in names if name in words}
