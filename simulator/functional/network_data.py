"""Weights and inputs of a network's layers: drawn, or as a model or a file says."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from simulator.base.errors import InputError, did_you_mean
from simulator.base.input_file import read_bytes
from simulator.functional import numpy_file
from simulator.functional.draws import generator
from simulator.functional.product import DRAWN
from simulator.functional.weights import checked, fits
from simulator.workload.graph import Graph, Layer
from simulator.workload.matrices import entries

Values = NDArray[np.float64]
Weights = Mapping[str, Values]
"""``layer.matrix`` -> weights, shape (rows, columns): rows are inputs, in the order in which the mapping cuts them."""

_LARGEST = 4_000_000_000
_WEIGHTS, _INPUTS = "gaussian", "zeros50"


def told(weights: str) -> str:
    """What weights and inputs are, in words; ``weights``: where they come from, "" if they are drawn."""
    return f"weights {weights or DRAWN[_WEIGHTS][0]}; inputs {DRAWN[_INPUTS][0]}"


def written_down(graph: Graph) -> bool:
    """Whether every matrix of the network is one that its workload names, like a Fourier transform."""
    return all("entries" in layer.attributes for layer in graph.mapped)


@dataclass(frozen=True)
class Stored(Mapping[str, Values]):
    """Weights of a model, read and checked each time that somebody asks, so that one matrix is in memory at a time."""

    held: Mapping[str, Callable[[], Values]]
    shapes: Mapping[str, tuple[int, int]]

    def __getitem__(self, name: str) -> Values:
        remedy = "Give weights that are numbers (--weights FILE.npz), or have them drawn (--weights random)"
        if name not in self.held:
            raise InputError("has no weights in the model", field=name, remedy=remedy)
        try:
            return checked(np.asarray(self.held[name](), np.float64), self.shapes[name], name)
        except InputError as error:
            inner = "" if error.field == name else error.field
            where = f"{name} ({inner})" if inner else name
            raise InputError(
                error.rule, place=error.place, field=where, value=error.value, remedy=error.remedy or remedy
            ) from error

    def __iter__(self) -> Iterator[str]:
        return iter(self.shapes)

    def __len__(self) -> int:
        return len(self.shapes)


def model_weights(held: Mapping[str, Callable[[], Values]], graph: Graph) -> Weights:
    """Weights of every matrix of the network as its model holds them, each looked at once. InputError."""
    found = Stored(held, _shapes(graph))
    for name in found:
        _ = found[name]
    return found


def _shapes(graph: Graph) -> dict[str, tuple[int, int]]:
    """``layer.matrix`` -> rows and columns, of layers with weights of their own."""
    return {
        f"{layer.name}.{m.name}": (m.rows, m.columns)
        for layer in graph.mapped
        if not layer.tied
        for m in layer.matrices
    }


def read_weights(path: Path, graph: Graph) -> Weights:
    """Weights of every matrix of the network, from a file .npz; nothing is unpickled. InputError."""
    content = read_bytes(path, _LARGEST)
    try:
        archive, held = numpy_file.archive(content)
    except numpy_file.DAMAGED as error:
        rule = "is no archive of numbers in the format .npz"
        raise InputError(
            rule, place=str(path), field="--weights", remedy="Write it with numpy.savez"
        ) from error
    wanted = _shapes(graph)
    for name in held:
        if name not in wanted:
            raise InputError(
                "is no matrix of the network", place=str(path), field=name, remedy=did_you_mean(name, wanted)
            )
    missing = [name for name in wanted if name not in held]
    if missing:
        rule = f"holds no weights of shape {wanted[missing[0]]} for it"
        raise InputError(rule, place=str(path), field=missing[0])
    return {name: _stored(archive, held[name], shape, f"{path}: {name}") for name, shape in wanted.items()}


def _stored(archive: ZipFile, entry: str, shape: tuple[int, int], field: str) -> Values:
    """A matrix of an archive; its header is looked at before memory is taken."""
    try:
        with archive.open(entry) as stream:
            declared = numpy_file.declared(stream)
        fits(*declared, shape, field)
        with archive.open(entry) as stream:
            values = npy.read_array(stream, allow_pickle=False)
    except numpy_file.DAMAGED as error:
        rule = "is damaged or no matrix of numbers"
        raise InputError(rule, field=field, remedy="Write it again with numpy.savez") from error
    return checked(values, shape, field)


def weights_of(layer: Layer, given: Weights | None, seed: int) -> list[Values]:
    """Weights of a layer's matrices, drawn where none are given and the layer does not name its entries.

    What lies outside the blocks of a matrix is zero.
    """
    found, kind = [], layer.attributes.get("entries")
    for matrix in layer.matrices:
        name = f"{layer.name}.{matrix.name}"
        if given is not None:
            values = given[name]
        elif kind is not None:
            values = entries(str(kind), matrix.rows, matrix.columns)
        else:
            source = generator(seed, "network", name)
            values = DRAWN[_WEIGHTS][1](source, (matrix.rows, matrix.columns))
        if matrix.blocks > 1:
            rows = np.arange(matrix.rows) * matrix.blocks // matrix.rows
            columns = np.arange(matrix.columns) * matrix.blocks // matrix.columns
            values = np.where(rows[:, None] == columns[None], values, 0.0)
        found.append(values)
    return found


def inputs_of(layer: Layer, vectors: int, what: str, seed: int) -> list[Values]:
    """Random inputs of a layer's matrices, shape (vectors, rows); ``what`` tells those of a run from others."""
    return [
        DRAWN[_INPUTS][1](generator(seed, "network", layer.name, m.name, what), (vectors, m.rows))
        for m in layer.matrices
    ]


def states_of(layer: Layer, vectors: int, seed: int) -> Values:
    """Random cell states of a recurrent layer before a step, uniform on -1..1, shape (vectors, hidden)."""
    source = generator(seed, "network", layer.name, "cell")
    return source.uniform(-1, 1, (vectors, layer.matrices[0].columns // 4))
