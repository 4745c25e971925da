"""Matrix products whose accuracy is asked for: random, DFT, or as files say."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.base.errors import InputError
from simulator.base.input_file import read_bytes
from simulator.functional import numpy_file
from simulator.functional.draws import generator
from simulator.functional.weights import checked
from simulator.workload.graph import Graph, Layer, Matrix, Source
from simulator.workload.matrices import entries

Values = NDArray[np.float64]

LAYER = "product"
_LARGEST = 2_000_000_000
"""Bytes of a file."""
Draw = Callable[[np.random.Generator, tuple[int, ...]], Values]


def _uniform(zeros: float) -> Draw:
    return lambda source, shape: np.where(source.random(shape) < zeros, 0.0, source.uniform(-1, 1, shape))


DRAWN: dict[str, tuple[str, Draw]] = {
    "uniform": ("uniform on -1..1", _uniform(0)),
    "zeros30": ("uniform on -1..1, 30% zeros", _uniform(0.3)),
    "zeros50": ("uniform on -1..1, 50% zeros", _uniform(0.5)),
    "gaussian": (
        "normal, deviation 1/3, clipped to -1..1",
        lambda source, shape: np.clip(source.normal(0, 1 / 3, shape), -1, 1),
    ),
    "relu": (
        "positive part of normal numbers",
        lambda source, shape: np.maximum(source.standard_normal(shape), 0),
    ),
    "positive": ("uniform on 0..1", lambda source, shape: source.uniform(0, 1, shape)),
}
"""Name -> what numbers are, and how they are drawn."""
RANDOM = {"matrix": "zeros30", "inputs": "zeros50"}
"""What *random* stands for: those of IBM's public notebooks for PCM cores."""
_CALIBRATION = 256
"""Random vectors for calibration at least: fewer miss the largest sums, which then saturate."""


@dataclass(frozen=True)
class Product:
    """A matrix, shape (rows, columns), inputs, shape (vectors, rows), others for calibration, and what they are."""

    name: str
    matrix: Values
    inputs: Values
    calibration: Values
    told: str

    @property
    def graph(self) -> Graph:
        """A network that is one vector times the matrix."""
        rows, columns = self.matrix.shape
        source = Layer("input", "input", (), (1,), rows)
        matrix = Matrix("weight", rows, columns)
        layer = Layer(LAYER, "linear", (Source("input"),), (1,), columns, (matrix,))
        return Graph(self.name, (source, layer), (LAYER,))


SHAPED = ("symmetric", "doubly_stochastic", "cosine", "sine", "complex_fourier")
"""Matrices of ``workload.matrices``."""


@dataclass(frozen=True)
class Wanted:
    """``matrix`` and ``inputs``: random, a name of ``DRAWN``, dft or one of ``SHAPED`` (matrix only) or the
    name of a file .npy.

    ``size``: rows and columns. ``in_sample``: calibrated with the inputs themselves.
    """

    matrix: str = "random"
    inputs: str = "random"
    size: tuple[int, int] | None = None
    vectors: int = 256
    seed: int = 0
    in_sample: bool = False


def product(wanted: Wanted, tile: tuple[int, int]) -> Product:
    """The product; ``tile``: size where none is given. InputError for files that are no numbers of fitting shape."""
    matrix, name, told = _matrix(wanted, wanted.size or tile)
    kind = RANDOM["inputs"] if wanted.inputs == "random" else wanted.inputs
    if kind not in DRAWN:
        values = read_array(Path(kind), "--inputs")
        if values.ndim != 2 or values.shape[1] != len(matrix) or not len(values):
            rule = f"must have shape (vectors, {len(matrix)}), a value a row of the matrix"
            raise InputError(rule, place=kind, field="--inputs", value=values.shape)
        return Product(name, matrix, values, values, f"{told}; inputs of {Path(kind).name}")
    words, draw = DRAWN[kind]
    counts = {"inputs": wanted.vectors, "calibration": max(wanted.vectors, _CALIBRATION)}
    drawn = [
        draw(generator(wanted.seed, "product", what), (count, len(matrix))) for what, count in counts.items()
    ]
    known = drawn[0] if wanted.in_sample else drawn[1]
    return Product(name, matrix, drawn[0], known, f"{told}; inputs {words}")


def _matrix(wanted: Wanted, size: tuple[int, int]) -> tuple[Values, str, str]:
    kind = RANDOM["matrix"] if wanted.matrix == "random" else wanted.matrix
    if kind == "dft":
        return dft(size[0]), f"dft_{size[0]}", f"{size[0]}-point DFT of real inputs, cosines and sines"
    if kind in SHAPED:
        if size[0] != size[1]:
            rule = "is as wide as high: give --size like 64x64"
            raise InputError(rule, place=kind, field="--matrix", value=size)
        if kind == "complex_fourier" and size[0] % 2:
            rule = "takes complex vectors, which have an even number of values"
            raise InputError(rule, place=kind, field="--matrix", value=size)
        return entries(kind, *size), f"{kind}_{size[0]}", f"weights of a {kind.replace('_', ' ')} matrix"
    if kind in DRAWN:
        words, draw = DRAWN[kind]
        values = draw(generator(wanted.seed, "product", "weights"), size)
        return values, f"{wanted.matrix}_{size[0]}x{size[1]}", f"weights {words}"
    values = read_array(Path(kind), "--matrix")
    if values.ndim != 2 or 0 in values.shape:
        raise InputError("must be a matrix", place=kind, field="--matrix", value=values.shape)
    return values, Path(kind).stem, f"weights of {Path(kind).name}"


def dft(points: int) -> Values:
    """Real matrix of the DFT of real inputs: cosines beside negative sines, shape (points, 2 points)."""
    angle = 2 * np.pi * np.outer(np.arange(points), np.arange(points)) / points
    return np.concatenate((np.cos(angle), -np.sin(angle)), axis=1)


def read_array(path: Path, field: str) -> Values:
    """Numbers of a file .npy, in double precision; nothing is unpickled. InputError."""
    content = read_bytes(path, _LARGEST)
    if content.startswith(b"PK"):
        raise InputError("must hold one array (.npy, not .npz)", place=str(path), field=field)
    try:
        values = numpy_file.array(content)
    except numpy_file.DAMAGED as error:
        rule = "is no file of numbers in the format .npy"
        raise InputError(rule, place=str(path), field=field, remedy="Write it with numpy.save") from error
    return checked(values, values.shape, f"{field} {path}")
