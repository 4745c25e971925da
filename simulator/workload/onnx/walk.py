"""From a model file to the description of a network."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from simulator.base.document import Document
from simulator.base.errors import InputError
from simulator.base.explain import explain
from simulator.workload.coverage import Coverage, Row
from simulator.workload.onnx import library
from simulator.workload.onnx.dimensions import bound, sizes, without_values
from simulator.workload.onnx.folding import fold, shape_of
from simulator.workload.onnx.fusion import fuse
from simulator.workload.onnx.importer import Importer, check_size, tidy
from simulator.workload.onnx.living import living
from simulator.workload.onnx.model import Array, Model, Node, Typed, Value
from simulator.workload.onnx.registry import HANDLERS, SHAPES
from simulator.workload.schema import Description

T = TypeVar("T")

FAMILIES = (
    *("windows", "contraction", "movement", "normalisation", "pointwise"),
    *("attention", "recurrent", "quantised", "contrib"),
)
_SHAPES = (("", "Shape"), ("", "Size"))


@dataclass(frozen=True)
class Imported:
    """A network and how its operators were taken; ``held``: ``layer.matrix`` -> its values, read when asked for."""

    description: Description
    document: Document
    coverage: Coverage
    held: Mapping[str, Callable[[], Array]]


def import_model(path: Path, dims: Sequence[str] = (), *, allow_host: bool = False) -> Imported:
    """Read an ONNX file. ``dims``: sizes as NAME=VALUE; ``allow_host``: what is not supported is done at the host.

    Raises ``InputError`` with file and node.
    """
    for family in FAMILIES:
        import_module(f"simulator.workload.onnx.operators.{family}")
    model = living(library.load(path))
    walk = _Walk(*without_values(model, bound(model, sizes(dims))), allow_host=allow_host)
    return walk.imported(path)


class _Walk:
    def __init__(self, model: Model, inputs: Mapping[str, Typed], *, allow_host: bool):
        self.model, self.allow_host = model, allow_host
        types = {name: constant.typed for name, constant in model.constants.items()}
        self.importer = Importer(model, {**types, **inputs})
        self.nodes: Counter[str] = Counter()
        self.inner: list[Node] = []
        for name, typed in inputs.items():
            check_size(self.importer, typed)
            self.importer.values[name] = Value("", typed.shape, None, name, sole=False)

    def imported(self, path: Path) -> Imported:
        """The whole network."""
        for node in self.model.nodes:
            self._take(node)
        importer = self.importer
        coverage, outputs = self._coverage(), self._outputs()
        fuse(importer, outputs)
        data = {"name": tidy(path.stem) or "network", "layers": importer.specs, "outputs": outputs}
        document = importer.document(data)
        try:
            description = Description.model_validate(data)
        except ValidationError as error:
            raise explain(error, document, Description) from error
        return Imported(description, document, coverage, importer.held)

    def _take(self, node: Node) -> None:
        importer = self.importer
        importer.node = node
        lost = [name for name in node.inputs if name and name not in importer.types]
        if lost:
            raise importer.refused("reads what no earlier operator gives", lost[0], "Sort the operators")
        if node.op == "If" and not node.domain and self._branched(node):
            return
        handler = HANDLERS.get((node.domain, node.op))
        importer.types.update(self._typed(node))
        if (node.domain, node.op) in _SHAPES:
            self._shape(node)
            return
        if all(name in importer.constants for name in node.inputs if name):
            importer.constants.update(fold(self.model, node, importer.types, importer.constants))
            return
        self.nodes[node.op] += 1
        for name in node.outputs:
            if name in importer.types:
                check_size(importer, importer.types[name])
        if handler is None:
            self._unsupported(node)
        elif node.domain:
            self._unchecked(handler, node)
        else:
            handler(importer, node)

    def _unchecked(self, step: Callable[[Importer, Node], T], node: Node) -> T:
        """Do a step for an operator whose inputs and outputs the library does not count."""
        try:
            return step(self.importer, node)
        except (IndexError, KeyError, ValueError) as error:
            raise self.importer.refused("must have the inputs and outputs of its kind") from error

    def _branched(self, node: Node) -> bool:
        """Take the branch of a condition that is known before any request; False if it is not."""
        importer = self.importer
        condition = importer.constants.get(node.inputs[0]) if len(node.inputs) == 1 else None
        if condition is None or condition.data is None or condition.size != 1:
            return False
        name = "then_branch" if bool(condition.data.ravel()[0]) else "else_branch"
        branch = library.branch(self.model, node, name)
        if branch is None or len(branch.outputs) != len(node.outputs):
            return False
        importer.constants.update(branch.constants)
        importer.types.update({name: constant.typed for name, constant in branch.constants.items()})
        self.inner += branch.nodes
        for inner in branch.nodes:
            self._take(inner)
        for given, inside in zip(node.outputs, branch.outputs, strict=True):
            self._same(node, given, inside)
        return True

    def _same(self, node: Node, given: str, inside: str) -> None:
        """A tensor of a branch by the name that it has outside."""
        importer = self.importer
        importer.node = node
        if inside not in importer.types:
            raise importer.refused("gives what nobody makes", inside)
        importer.types[given] = importer.types[inside]
        if inside in importer.constants:
            importer.constants[given] = importer.constants[inside]
        elif inside in importer.values:
            importer.values[given] = replace(importer.values[inside], sole=False)

    def _shape(self, node: Node) -> None:
        importer = self.importer
        for name in node.outputs[:1]:
            constant = shape_of(node, importer.types[node.inputs[0]])
            importer.constants[name], importer.types[name] = constant, constant.typed

    def _typed(self, node: Node) -> dict[str, Typed]:
        """Shapes of the outputs: from the operator's rule, else what the file says."""
        rule = SHAPES.get((node.domain, node.op))
        try:
            if rule is not None and not library.has_rule(self.model, node):
                return self._unchecked(rule, node)
            found = library.infer(self.model, node, self.importer.types, self.importer.constants)
        except library.ShapeError as error:
            if self._known(node):
                raise self.importer.refused(f"has no shape: {error}") from error
            found = self._hinted(node)
        if any(name and name not in found for name in node.outputs):
            ruled = self._unchecked(rule, node) if rule is not None else {}
            found = {**self._hinted(node), **ruled, **found}
            if node.outputs[0] and node.outputs[0] not in found and self._known(node):
                self._check_values(node)
                remedy = "Bind the sizes it depends on with --dim, or export the model with fixed sizes"
                raise self.importer.refused(
                    "gives a shape that depends on values of a request", remedy=remedy
                )
        return found

    def _check_values(self, node: Node) -> None:
        """Refuse an operator whose shape is told by a constant that stands in a file which cannot be read."""
        constants = self.importer.constants
        for name in node.inputs[1:]:
            if name in self.model.constants and constants[name].data is None:
                remedy = "Put the file with the model's values beside the model"
                raise self.importer.refused("needs values that decide its shape", name, remedy)

    def _known(self, node: Node) -> bool:
        return (node.domain, node.op) in HANDLERS or (node.domain, node.op) in _SHAPES

    def _hinted(self, node: Node) -> dict[str, Typed]:
        found = {}
        for name in node.outputs:
            dims, element = self.model.hints.get(name, ((None,), 0))
            fixed = tuple(size for size in dims if isinstance(size, int))
            if len(fixed) == len(dims):
                found[name] = Typed(fixed, element)
        return found

    def _unsupported(self, node: Node) -> None:
        importer = self.importer
        if not self.allow_host:
            raise self._refusal()
        for number, name in enumerate(node.outputs):
            if name and importer.read(name):
                if name not in importer.types:
                    raise importer.refused("cannot be done at the host: nobody knows the shape of its output")
                importer.host(number)

    def _refusal(self) -> InputError:
        """One error for all operators that are not supported."""
        names: dict[str, list[str]] = {}
        for node in (*self.model.nodes, *self.inner):
            active = any(
                name in self.importer.values or name not in self.importer.types for name in node.inputs
            )
            if active and not self._known(node):
                label = f"{node.domain}.{node.op}" if node.domain else node.op
                names.setdefault(label, []).append(node.name)
        rows = [f"{label} x{len(nodes)} ({_listed(nodes)})" for label, nodes in sorted(names.items())]
        shown = "; ".join(rows[:50]) + ("; ..." if len(rows) > 50 else "")
        remedy = "With --allow-host they are done at the host"
        return InputError(
            f"has operators that are not supported: {shown}", place=self.model.path, remedy=remedy
        )

    def _outputs(self) -> list[str]:
        importer = self.importer
        found: dict[str, None] = {}
        for name in self.model.outputs:
            if name in importer.values:
                value = importer.value(name)
                found[importer.natural(value)[0] if importer.free(value) else importer.layer(value)] = None
        if not found:
            raise InputError("gives nothing that depends on its inputs", place=self.model.path)
        return list(found)

    def _coverage(self) -> Coverage:
        importer = self.importer
        rows: dict[str, Row] = {}
        for name, layer in importer.layers.items():
            label = importer.origin[name]
            moved = layer.positions * layer.width if layer.kind in ("rearrange", "flatten") else 0
            row = Row(label, self.nodes[label], layer.macs, layer.products, layer.operations, moved)
            rows[label] = rows[label].plus(row) if label in rows else row
        rows |= {op: Row(op, count) for op, count in self.nodes.items() if op not in rows}
        return Coverage(
            tuple(sorted(rows.values(), key=lambda row: (-row.macs, row.operator))), importer.at_host
        )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(name[:60] for name in names[:3]) + (", ..." if len(names) > 3 else "")
