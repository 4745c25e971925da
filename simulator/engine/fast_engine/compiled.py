"""The kernel through LLVM; nobody imports this module, or the library, before a run.

Compiled code is kept in a file that is named by all that it depends on; what is read from it is checked.
"""

import ctypes
import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from llvmlite import binding

from simulator.engine.fast_engine.machine import Advance
from simulator.engine.fast_engine.sources import CONSTANTS, ENTRY, functions, texts

_HOT = ("start", "finish", "prepare", "report")
_DIGEST = 32
"""Bytes of the check sum before the code in a file."""


def compile_kernel() -> Advance:
    """The kernel's entry."""
    machine, about = target()
    sources = texts()
    name = _name([version("llvmlite"), *about], sources)
    code = _kept(name)
    if code is None:
        code = generate(sources, machine)
        _keep(name, code)
    return load(code, machine)


def target() -> tuple[Any, tuple[str, str, str]]:
    """What code is generated for: this machine, and in words."""
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    cpu, features = binding.get_host_cpu_name(), binding.get_host_cpu_features().flatten()
    kind = binding.Target.from_default_triple()
    machine = kind.create_target_machine(cpu=cpu, features=features, opt=3, codemodel="jitdefault", jit=True)
    return machine, (kind.triple, cpu, features)


def generate(sources: list[str], machine: Any) -> bytes:
    """Machine code from the text of modules. Raises NotImplementedError for what cannot be translated."""
    from simulator.engine.fast_engine.translate import translate

    trees = functions(sources).values()
    module = binding.parse_assembly(translate(trees, CONSTANTS, ENTRY, _HOT))
    module.triple = machine.triple
    module.verify()
    builder = binding.create_pass_builder(machine, binding.create_pipeline_tuning_options(speed_level=3))
    builder.getModulePassManager().run(module, builder)
    return bytes(machine.emit_object(module))


def load(code: bytes, machine: Any) -> Advance:
    """The entry of machine code."""
    engine = binding.create_mcjit_compiler(binding.parse_assembly(""), machine)
    engine.add_object_file(binding.ObjectFileRef.from_data(code))
    engine.finalize_object()
    word = ctypes.POINTER(ctypes.c_int64)
    call = ctypes.CFUNCTYPE(ctypes.c_int64, word, word)(engine.get_function_address(ENTRY))

    def advance(m: Any, flat: Any) -> int:
        return int(call(m.ctypes.data_as(word), flat.ctypes.data_as(word)))

    advance.engine = engine  # type: ignore[attr-defined]  # lives as long as its code
    return advance


def _name(versions: list[str], sources: list[str]) -> str:
    """Of the file with code from these sources."""
    own = [
        Path(__file__).with_name(name).read_text(encoding="utf-8") for name in ("translate.py", "compiled.py")
    ]
    parts = [text.encode() for text in (*versions, *sources, *own)]
    return f"fast_engine-{hashlib.sha256(b'|'.join(parts)).hexdigest()[:16]}.o"


def _kept(name: str) -> bytes | None:
    """Code from an earlier run; None where there is none, or a damaged one."""
    for folder in folders():
        with suppress(OSError):
            content = (folder / name).read_bytes()
            if hashlib.sha256(content[_DIGEST:]).digest() == content[:_DIGEST]:
                return content[_DIGEST:]
    return None


def _keep(name: str, code: bytes) -> None:
    """Write code where that is possible; a file is there as a whole or not at all."""
    for folder in folders():
        part = folder / f"{name}.{os.getpid()}"
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            try:
                part.write_bytes(hashlib.sha256(code).digest() + code)
                os.replace(part, folder / name)
                return
            finally:
                part.unlink(missing_ok=True)


def folders() -> Iterator[Path]:
    """Where compiled code may be kept: beside this file, in the user's cache."""
    yield Path(__file__).parent / "__pycache__"
    with suppress(RuntimeError):  # a user without a name or a home
        yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "aimc-simulator"
