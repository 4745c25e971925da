"""A model's bytes without the weights, which nobody needs for shapes: hundreds of megabytes are never read.

Format: https://protobuf.dev/programming-guides/encoding/; field numbers: onnx.proto3.
"""

import mmap
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, NamedTuple

from simulator.base.errors import InputError
from simulator.base.input_file import read_bytes

MAX_BYTES = 2**31 - 1
"""Largest file; the format itself allows no more, weights beyond that stand in files of their own."""
_READ = 2**24
"""Files up to this size are read as they are."""
_CONTENT = 2**20
"""Longest content of an initial value that is kept [bytes]."""
_GRAPH, _INITIALIZER, _NAME = 7, 5, 8
_DATA = (4, 5, 7, 9, 10, 11)
"""Fields of a tensor that hold its values."""
_FIXED = {1: 8, 5: 4}

Buffer = bytes | mmap.mmap


class _Field(NamedTuple):
    number: int
    begin: int
    payload: int
    end: int
    whole: bool


def model_bytes(path: Path) -> bytes:
    """Content of a model file, large weights left out where it is large. Raises ``InputError``."""
    if not path.is_file() or path.stat().st_size <= _READ:
        return read_bytes(path, MAX_BYTES)
    if path.stat().st_size > MAX_BYTES:
        raise InputError(f"must be no larger than {MAX_BYTES:,} bytes", place=str(path))
    try:
        with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return without_weights(content)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", place=str(path)) from error


def without_weights(content: Buffer) -> bytes:
    """The same model without the content of large initial values."""
    return _copied(content, 0, len(content), _GRAPH, _graph)


class Tensors:
    """Initial values of a model file, each read by itself when somebody asks for it."""

    def __init__(self, path: Path):
        self.path = path

    def message(self, name: str) -> bytes | None:
        """The encoded tensor of this name with its content; None if the file has none."""
        found = self._places.get(name.encode())
        if found is None:
            return None
        with opened(self.path) as stream:
            stream.seek(found[0])
            return stream.read(found[1] - found[0])

    @cached_property
    def _places(self) -> dict[bytes, tuple[int, int]]:
        """Name -> where the tensor begins and ends in the file."""
        with (
            opened(self.path) as stream,
            mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content,
        ):
            return dict(_initial_values(content))


def opened(path: Path) -> BinaryIO:
    """A file to read. Raises ``InputError``."""
    try:
        return path.open("rb")
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", place=str(path)) from error


def _initial_values(content: Buffer) -> Iterator[tuple[bytes, tuple[int, int]]]:
    for graph in _parts(content, 0, len(content), _GRAPH):
        for tensor in _parts(content, graph.payload, graph.end, _INITIALIZER):
            for name in _parts(content, tensor.payload, tensor.end, _NAME):
                yield content[name.payload : name.end], (tensor.payload, tensor.end)


def _parts(content: Buffer, begin: int, end: int, number: int) -> Iterator[_Field]:
    """The messages and texts of one number in a message."""
    return (field for field in _fields(content, begin, end) if field.number == number and field.whole)


def _graph(content: Buffer, begin: int, end: int) -> bytes:
    return _copied(content, begin, end, _INITIALIZER, _tensor)


def _tensor(content: Buffer, begin: int, end: int) -> bytes:
    kept = (
        field
        for field in _fields(content, begin, end)
        if not (field.whole and field.number in _DATA and field.end - field.payload > _CONTENT)
    )
    return b"".join(content[field.begin : field.end] for field in kept)


def _copied(
    content: Buffer, begin: int, end: int, changed: int, change: Callable[[Buffer, int, int], bytes]
) -> bytes:
    """A message whose fields of one number are changed."""
    parts = []
    for field in _fields(content, begin, end):
        if field.number == changed and field.whole:
            made = change(content, field.payload, field.end)
            parts += [_varint(changed << 3 | 2), _varint(len(made)), made]
        else:
            parts.append(content[field.begin : field.end])
    return b"".join(parts)


def _fields(content: Buffer, position: int, end: int) -> Iterator[_Field]:
    """Fields of a message; what cannot be told apart comes as one piece, which the parser refuses."""
    while position < end:
        begin = position
        key, position = _number(content, position, end)
        kind = key & 7
        if kind == 0:
            _, stop = _number(content, position, end)
        elif kind == 2:
            length, position = _number(content, position, end)
            stop = position + length
        else:
            stop = position + _FIXED.get(kind, end)
        yield _Field(key >> 3, begin, position, min(stop, end), kind == 2 and stop <= end)
        position = stop


def _number(content: Buffer, position: int, end: int) -> tuple[int, int]:
    """A varint and where it ends, beyond ``end`` if it does not."""
    value = shift = 0
    while position < end and shift < 70:
        byte = content[position]
        value |= (byte & 127) << shift
        position, shift = position + 1, shift + 7
        if byte < 128:
            return value, position
    return value, end + 1


def _varint(value: int) -> bytes:
    parts = bytearray()
    while value > 127:
        parts.append(value & 127 | 128)
        value >>= 7
    return bytes([*parts, value])
