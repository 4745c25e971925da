"""The kernel through numba; the only module that imports it, and nobody imports this one before a run.

The kernel's functions are compiled from their Python code in a namespace of their own, for raw pointers:
subscripts of arrays would check for negative numbers at each of some hundred accesses per operation.
"""

import ctypes
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from types import FunctionType
from typing import Any

import numba
import numpy as np

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
from simulator.engine.fast_engine.machine import Advance

_MODULES = (layout, heap, lists, edges, servers, progress, holds, arbiter, stream, kernel)
_HOT = {"start", "finish", "prepare"}
_POINTER = numba.types.CPointer(numba.types.int64)
_OPTIONS = {"error_model": "numpy", "_nrt": False}


def compile_kernel() -> Advance:
    """The kernel's entry."""
    space: dict[str, Any] = {"__name__": kernel.__name__}
    for module in _MODULES:
        for name, value in vars(module).items():
            if isinstance(value, int):
                space[name] = value
            elif isinstance(value, FunctionType) and value.__module__ == module.__name__:
                space[name] = _helper(FunctionType(value.__code__, space, name))
    entry = FunctionType(kernel.advance.__code__, space, "advance")
    with _cache_folder() as cached:
        signature = numba.types.int64(_POINTER, _POINTER)
        call = numba.cfunc(signature, cache=cached, **_OPTIONS)(entry).ctypes

    def advance(m: Any, flat: Any) -> int:
        return int(call(_address(m), _address(flat)))

    return advance


def _helper(function: FunctionType) -> Any:
    """A function that only compiled ones call; compiled when the entry is, unless that is in the cache."""
    options = {"forceinline": True} if function.__name__ in _HOT else {}
    return numba.njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, **_OPTIONS, **options)(function)


def _address(values: np.ndarray[Any, Any]) -> Any:
    return values.ctypes.data_as(ctypes.POINTER(ctypes.c_int64))


@contextmanager
def _cache_folder() -> Iterator[bool]:
    """Let numba cache in a folder named by what is compiled; False where no folder can be written.

    numba itself would look at the date of the entry's file only, and not at the functions it calls.
    """
    given = numba.config.CACHE_DIR
    digest = hashlib.sha256(version("numba").encode())
    for module in _MODULES:
        digest.update(Path(str(module.__file__)).read_bytes())
    try:
        for above in _folders(given):
            with suppress(OSError):
                folder = above / f"fast_engine-{digest.hexdigest()[:16]}"
                folder.mkdir(parents=True, exist_ok=True)
                if os.access(folder, os.W_OK):
                    numba.config.CACHE_DIR = str(folder)
                    yield True
                    return
        yield False
    finally:
        numba.config.CACHE_DIR = given


def _folders(given: str) -> Iterator[Path]:
    """Where compiled code may be kept: as told, beside this file, in the user's cache."""
    if given:
        yield Path(given)
    yield Path(__file__).parent / "__pycache__"
    yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aimc-simulator"
