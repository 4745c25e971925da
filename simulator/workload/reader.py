"""Workload files."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from numpy.typing import NDArray
from pydantic import ValidationError

from simulator.base.errors import InputError
from simulator.base.yaml_file import Document, explain, load
from simulator.workload.bind import bind
from simulator.workload.coverage import Coverage
from simulator.workload.graph import Graph
from simulator.workload.schema import Description


@dataclass(frozen=True)
class Workload:
    """A network as described in a file; ``bind`` gives it shapes.

    ``coverage``: what became of the operators of a model that was imported; ``held``: ``layer.matrix`` -> its weights,
    shape (rows, columns), read when asked for.
    """

    description: Description
    document: Document
    coverage: Coverage | None = None
    held: Mapping[str, Callable[[], NDArray[Any]]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Name of the network."""
        return self.description.name

    @cached_property
    def digest(self) -> str:
        """``sha256:`` of everything that can change a graph, what has its usual value left out (and comments)."""
        content = self.description.model_dump(mode="json", exclude={"about"}, exclude_defaults=True)
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"

    def bind(self, length: int | None = None) -> Graph:
        """The graph for a request of ``length`` time steps, by default the file's own.

        Raises ``InputError`` for a length beyond the limit or of a network without time steps.
        """
        return bind(self.description, self.document, self._length(length))

    def _length(self, length: int | None) -> int | None:
        sequence = self.description.sequence
        if sequence is None:
            if length is not None:
                rule = f"'{self.name}' has no time steps, so a request has no length"
                raise InputError(rule, place=self.document.place(), field="length", value=length)
            return None
        if length is None:
            return sequence.length
        if not 1 <= length <= sequence.limit:
            rule = f"must be 1..{sequence.limit} for '{self.name}'"
            raise InputError(rule, place=self.document.place(("sequence",)), field="length", value=length)
        return length


def load_workload(path: str | Path, dims: Sequence[str] = (), *, allow_host: bool = False) -> Workload:
    """Read and check a workload file, or import a model whose name ends in ``.onnx``.

    ``dims``: open sizes of a model as NAME=VALUE; ``allow_host``: its operators that are not supported are done at the
    host. Raises ``InputError`` with file and line, or node.
    """
    if is_model(path):
        return _imported(Path(path), dims, allow_host=allow_host)
    if dims or allow_host:
        option = "--dim" if dims else "--allow-host"
        raise InputError("is for ONNX models only", place=str(path), field=option)
    document = load(path)
    if "tile" in document.data and "layers" not in document.data:
        raise InputError("is a chip, not a workload", place=str(path))
    try:
        description = Description.model_validate(document.data)
    except ValidationError as error:
        raise explain(error, document, Description) from error
    workload = Workload(description, document)
    workload.bind()
    return workload


def is_model(path: str | Path) -> bool:
    """Whether a file's name says that it is an ONNX model."""
    return Path(path).suffix.lower() == ".onnx"


def _imported(path: Path, dims: Sequence[str], *, allow_host: bool) -> Workload:
    from simulator.workload.onnx.walk import import_model

    made = import_model(path, dims, allow_host=allow_host)
    workload = Workload(made.description, made.document, made.coverage, made.held)
    workload.bind()
    return workload
