"""Bind a description to a number of time steps; complaints point at the line of the layer that is wrong."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from simulator.base.document import Document, Path
from simulator.base.errors import did_you_mean
from simulator.base.explain import RuleError, placed
from simulator.workload.graph import Graph, Layer, Source
from simulator.workload.order import topological, undelayed
from simulator.workload.schema import Description, SourceSpec
from simulator.workload.shapes import build, check_delay, check_total, declared_width

T = TypeVar("T")


def bind(description: Description, document: Document, length: int | None) -> Graph:
    """The graph with ``length`` time steps (None: no sequence).

    Raises ``InputError`` for unknown names, a circle without delay, and inputs that do not suit their layer.
    """
    return _Binding(description, document, length).graph()


class _Binding:
    def __init__(self, description: Description, document: Document, length: int | None):
        self.description, self.document, self.length = description, document, length
        self.specs = description.layers
        self.layers: dict[str, Layer] = {}

    def graph(self) -> Graph:
        self._check_names()
        for name in self._told(("layers",), partial(topological, self.specs)):
            self.layers[name] = self._told(("layers", name), partial(self._build, name))
        for name in self.specs:
            self._told(("layers", name), partial(self._check_delays, name))
        graph = Graph(self.description.name, tuple(self.layers.values()), self._outputs())
        self._told((), partial(check_total, graph))
        return graph

    def _told(self, path: Path, step: Callable[[], T]) -> T:
        """Do a step; a rule that it breaks becomes an error with its place."""
        try:
            return step()
        except RuleError as error:
            raise placed(error, self.document, path) from error

    def _check_names(self) -> None:
        for name, spec in self.specs.items():
            for number, source in enumerate(spec.sources):
                key = ("inputs", number) if "inputs" in type(spec).model_fields else ("input",)
                self._check_name(source.layer, ("layers", name, *key))
        for number, output in enumerate(self.description.outputs or ()):
            self._check_name(output, ("outputs", number))

    def _check_name(self, name: str, path: Path) -> None:
        if name not in self.specs:
            error = RuleError("no such layer", value=name, remedy=did_you_mean(name, self.specs))
            raise placed(error, self.document, path)

    def _build(self, name: str) -> Layer:
        spec = self.specs[name]
        inputs = [self._input(source) for source in spec.sources]
        return build(name, spec, inputs, self.length)

    def _input(self, source: SourceSpec) -> Layer:
        """What is read; of a layer that comes later and is read with a delay, what its description promises."""
        if source.layer in self.layers:
            return self.layers[source.layer]
        width = declared_width(source.layer, self.specs)
        steps = self._steps(source.layer)
        if not steps:
            raise RuleError("only a sequence has earlier time steps", path=("input",), value=source.layer)
        return Layer(source.layer, self.specs[source.layer].kind, (), steps, width)

    def _steps(self, name: str) -> tuple[int, ...]:
        """Time steps of a layer that comes later: the request's, or those of what it reads without delay."""
        if self.length is not None:
            return (self.length,)
        seen = set()
        while name not in self.layers and name not in seen:
            seen.add(name)
            name = next(iter(undelayed(self.specs[name])), name)
        return self.layers[name].grid if name in self.layers and len(self.layers[name].grid) == 1 else ()

    def _check_delays(self, name: str) -> None:
        for source in self.specs[name].sources:
            check_delay(Source(source.layer, source.delay), self.layers[source.layer], self.layers[name])

    def _outputs(self) -> tuple[str, ...]:
        read = {layer for spec in self.specs.values() for layer in undelayed(spec)}
        unread = [name for name in self.layers if name not in read]
        return tuple(self.description.outputs or unread)
