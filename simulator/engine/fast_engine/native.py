"""The kernel through numba; the only module that imports it, and only when it is called."""

import ctypes
import hashlib
from collections.abc import Callable
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import numba
from numba import types

from simulator.engine.fast_engine import (
    arbiter,
    edges,
    heap,
    holds,
    kernel,
    layout,
    lists,
    progress,
    servers,
    stream,
)

_MODULES = (heap, lists, edges, servers, holds, arbiter, progress, stream, kernel)
_POINTER = ctypes.POINTER(ctypes.c_int64)


def native_advance() -> Callable[[Any, Any], int]:
    """``kernel.advance`` for int64 arrays, compiled once and cached on disk.

    All functions of the kernel share one namespace, in which each is compiled; in their modules they stay plain
    Python. The cache is keyed by the text of all modules, since numba looks at the file of the entry alone.
    """
    names: dict[str, Any] = {name: value for name, value in vars(layout).items() if name.isupper()}
    names["__name__"] = __name__  # a module that can be imported: the cache looks it up
    for module in _MODULES:
        for name, function in _functions(module):
            options = {"error_model": "numpy", "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
            names[name] = numba.njit(**options, _nrt=False)(FunctionType(function.__code__, names, name))
    entry = _entry(_digest())
    function = FunctionType(entry.__code__, names, "entry", None, entry.__closure__)
    signature = types.int64(types.CPointer(types.int64), types.CPointer(types.int64))
    try:
        found = numba.cfunc(signature, cache=True, error_model="numpy", _nrt=False)(function)
    except RuntimeError:  # no folder to cache in
        found = numba.cfunc(signature, error_model="numpy", _nrt=False)(function)
    call = found.ctypes

    def advance(memory: Any, flat: Any) -> int:
        return int(call(memory.ctypes.data_as(_POINTER), flat.ctypes.data_as(_POINTER)))

    advance.keep = found  # type: ignore[attr-defined]  # the machine code lives as long as this
    return advance


def _functions(module: ModuleType) -> list[tuple[str, FunctionType]]:
    """The functions that a module defines itself."""
    found = vars(module).items()
    return [(n, v) for n, v in found if isinstance(v, FunctionType) and v.__module__ == module.__name__]


def _digest() -> int:
    """A number that changes with the text of the kernel."""
    text = b"".join(Path(str(module.__file__)).read_bytes() for module in (layout, *_MODULES))
    return int.from_bytes(hashlib.sha256(text).digest()[:7], "big")


def _entry(digest: int) -> FunctionType:
    """``advance`` behind a closure over the digest, which numba takes into the key of its cache."""

    def entry(memory: Any, flat: Any) -> Any:
        if digest == 0:
            return -1
        return advance(memory, flat)  # type: ignore[name-defined]  # noqa: F821 (in the shared namespace)

    return entry  # type: ignore[return-value]
