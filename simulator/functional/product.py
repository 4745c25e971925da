"""Matrix products whose accuracy is asked for: random, DFT, or as files say."""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from simulator.base.errors import InputError
from simulator.base.input_file import read_bytes
from simulator.functional.draws import generator
from simulator.functional.weights import checked
from simulator.workload.graph import Graph, Layer, Matrix, Source

Values = NDArray[np.float64]

LAYER = "product"
_LARGEST = 2_000_000_000
"""Bytes of a file."""
_WEIGHT_ZEROS, _INPUT_ZEROS = 0.3, 0.5
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


@dataclass(frozen=True)
class Wanted:
    """``matrix`` and ``inputs``: random, dft (matrix only) or the name of a file .npy; ``size``: rows and columns."""

    matrix: str = "random"
    inputs: str = "random"
    size: tuple[int, int] | None = None
    vectors: int = 256
    seed: int = 0


def product(wanted: Wanted, tile: tuple[int, int]) -> Product:
    """The product; ``tile``: size where none is given. InputError for files that are no numbers of fitting shape."""
    matrix, name, told = _matrix(wanted, wanted.size or tile)
    if wanted.inputs != "random":
        values = read_array(Path(wanted.inputs), "--inputs")
        if values.ndim != 2 or values.shape[1] != len(matrix) or not len(values):
            rule = f"must have shape (vectors, {len(matrix)}), a value a row of the matrix"
            raise InputError(rule, place=wanted.inputs, field="--inputs", value=values.shape)
        return Product(name, matrix, values, values, f"{told}; inputs of {Path(wanted.inputs).name}")
    zeros = 0.0 if wanted.matrix == "dft" else _INPUT_ZEROS
    counts = {"inputs": wanted.vectors, "calibration": max(wanted.vectors, _CALIBRATION)}
    drawn = [uniform(wanted.seed, kind, (n, len(matrix)), zeros) for kind, n in counts.items()]
    return Product(name, matrix, drawn[0], drawn[1], f"{told}; inputs uniform on -1..1, {zeros:.0%} zeros")


def _matrix(wanted: Wanted, size: tuple[int, int]) -> tuple[Values, str, str]:
    if wanted.matrix == "random":
        zeros = f"weights uniform on -1..1, {_WEIGHT_ZEROS:.0%} zeros"
        return uniform(wanted.seed, "weights", size, _WEIGHT_ZEROS), f"random_{size[0]}x{size[1]}", zeros
    if wanted.matrix == "dft":
        return dft(size[0]), f"dft_{size[0]}", f"{size[0]}-point DFT of real inputs, cosines and sines"
    values = read_array(Path(wanted.matrix), "--matrix")
    if values.ndim != 2 or 0 in values.shape:
        raise InputError("must be a matrix", place=wanted.matrix, field="--matrix", value=values.shape)
    return values, Path(wanted.matrix).stem, f"weights of {Path(wanted.matrix).name}"


def dft(points: int) -> Values:
    """Real matrix of the DFT of real inputs: cosines beside negative sines, shape (points, 2 points)."""
    angle = 2 * np.pi * np.outer(np.arange(points), np.arange(points)) / points
    return np.concatenate((np.cos(angle), -np.sin(angle)), axis=1)


def uniform(seed: int, name: str, shape: tuple[int, ...], zeros: float) -> Values:
    """Uniform on -1..1 with a share of zeros."""
    source = generator(seed, "product", name)
    values = source.uniform(-1, 1, shape)
    return np.where(source.random(shape) < zeros, 0.0, values)


def read_array(path: Path, field: str) -> Values:
    """Numbers of a file .npy, in double precision; nothing is unpickled. InputError."""
    content = read_bytes(path, _LARGEST)
    try:
        values = np.load(BytesIO(content), allow_pickle=False)
    except (ValueError, OSError, EOFError, SyntaxError) as error:
        rule = "is no file of numbers in the format .npy"
        raise InputError(rule, place=str(path), field=field, remedy="Write it with numpy.save") from error
    if not isinstance(values, np.ndarray):
        raise InputError("must hold one array (.npy, not .npz)", place=str(path), field=field)
    return checked(values, values.shape, f"{field} {path}")
