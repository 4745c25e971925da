"""Files of numbers, .npy and .npz: what they declare is checked before memory is taken; nothing is unpickled."""

import math
import zlib
from io import BytesIO
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

DAMAGED = (
    ValueError, OSError, EOFError, TypeError, AttributeError, SyntaxError, KeyError, RuntimeError, MemoryError,
    BadZipFile, zlib.error,
)  # fmt: skip
"""What reading a file can raise that is no archive or array, cut off, changed, locked or made to harm."""

_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}


def archive(content: bytes) -> tuple[ZipFile, dict[str, str]]:
    """The archive .npz of these bytes, and array -> its entry. Raises one of ``DAMAGED``."""
    found = ZipFile(BytesIO(content))
    return found, {entry.removesuffix(".npy"): entry for entry in found.namelist()}


def declared(stream: IO[bytes]) -> tuple[tuple[int, ...], "np.dtype[Any]"]:
    """Shape and type that an array's header declares. Raises one of ``DAMAGED``."""
    version = npy.read_magic(stream)
    if version not in _HEADERS:
        raise ValueError(f"format {version}")
    shape, _, kind = _HEADERS[version](stream)
    return shape, kind


def array(content: bytes) -> NDArray[Any]:
    """The one array of these bytes, a file .npy. Raises one of ``DAMAGED``."""
    shape, kind = declared(BytesIO(content))
    if math.prod(shape) * kind.itemsize > len(content):
        raise ValueError(f"declares {shape} of {kind}, which is more than it holds")
    return np.asarray(npy.read_array(BytesIO(content), allow_pickle=False))
