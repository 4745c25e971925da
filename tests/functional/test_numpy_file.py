"""Files of numbers that are cut off, changed, made to harm or of no use are refused, before memory is taken."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from simulator.base.errors import InputError
from simulator.functional.network_data import read_weights
from simulator.functional.product import read_array
from simulator.workload.reader import load_workload

NETWORK = "name: n\nlayers: {x: {kind: input, shape: [8]}, fc: {kind: linear, input: x, width: 4}}\n"
FC = "fc.weights"


def archive(values: np.ndarray) -> bytes:
    stream = BytesIO()
    np.savez(stream, **{FC: values})
    return stream.getvalue()


def header(shape: tuple[int, ...]) -> bytes:
    """An array that declares a shape and holds nothing."""
    stream = BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return stream.getvalue()


def bomb() -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w") as made:
        made.writestr(f"{FC}.npy", header((10**8, 10**8)))
    return stream.getvalue()


def flipped() -> bytes:
    content = archive(np.ones((8, 4)))
    place = content.index(np.ones(2).tobytes())
    return content[:place] + b"\xff" + content[place + 1 :]


GOOD = archive(np.ones((8, 4)))
REFUSED = {
    "cut off": (GOOD[: len(GOOD) // 2], "w.npz: --weights: is no archive of numbers in the format .npz"),
    "changed": (flipped(), "w.npz: fc.weights: is damaged or no matrix of numbers. Write it again"),
    "bomb": (bomb(), "w.npz: fc.weights: must have shape (8, 4), got (100000000, 100000000)"),
    "objects": (archive(np.full((8, 4), None)), "w.npz: fc.weights: must be real numbers, got 'object'"),
    "huge": (
        archive(np.full((8, 4), -1e308)),
        "w.npz: fc.weights: must be at most 1e+60 in magnitude, so that sums of squares are finite, got 1e+308",
    ),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_weights_that_are_of_no_use(tmp_path: Path, case: tuple[bytes, str]) -> None:
    (tmp_path / "n.yaml").write_text(NETWORK)
    (tmp_path / "w.npz").write_bytes(case[0])
    with pytest.raises(InputError) as caught:
        read_weights(tmp_path / "w.npz", load_workload(tmp_path / "n.yaml").bind())
    assert str(caught.value).startswith(f"{tmp_path}/{case[1]}")


def test_weights_of_use_are_read(tmp_path: Path) -> None:
    (tmp_path / "n.yaml").write_text(NETWORK)
    (tmp_path / "w.npz").write_bytes(GOOD)
    found = read_weights(tmp_path / "w.npz", load_workload(tmp_path / "n.yaml").bind())
    assert {name: values.tolist() for name, values in found.items()} == {FC: np.ones((8, 4)).tolist()}


def test_an_array_that_declares_more_than_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "m.npy"
    path.write_bytes(header((10**8, 10**8)))
    with pytest.raises(InputError, match="is no file of numbers in the format"):
        read_array(path, "--matrix")


def test_a_matrix_beyond_use_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", np.full((2, 2), 1e308))
    with pytest.raises(InputError, match=r"must be at most 1e\+60 in magnitude"):
        read_array(tmp_path / "m.npy", "--matrix")
