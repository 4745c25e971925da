"""The kernel's source: what is executed as it stands, made faster for plain Python, or translated for LLVM."""

import ast
from collections.abc import Iterable
from pathlib import Path

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

ENTRY = "advance"
CONSTANTS = {name: value for name, value in vars(layout).items() if isinstance(value, int)}
"""What names mean that no function assigns."""

_MODULES = (layout, heap, lists, edges, servers, progress, holds, arbiter, stream, kernel)


def texts() -> list[str]:
    """Of the kernel's modules."""
    return [Path(str(module.__file__)).read_text(encoding="utf-8") for module in _MODULES]


def functions(sources: Iterable[str]) -> dict[str, ast.FunctionDef]:
    """By name."""
    nodes = [node for source in sources for node in ast.parse(source).body]
    return {node.name: node for node in nodes if isinstance(node, ast.FunctionDef)}


def names(body: Iterable[ast.AST], context: type = object) -> set[str]:
    """Names in statements; ``context`` ast.Store: only those that are assigned."""
    nodes = [node for statement in body for node in ast.walk(statement)]
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, context)}
