"""Calls within the kernel, replaced by what they do.

A call costs plain Python as much as four accesses to a row. The body of a function can stand in its place if it
returns nothing, or a value at its very end.
"""

import ast
from collections.abc import Iterator, Mapping
from copy import deepcopy

from simulator.engine.fast_engine.sources import names

Functions = Mapping[str, ast.FunctionDef]


def inline(functions: Functions) -> list[ast.FunctionDef]:
    """The same functions, with calls of each other replaced where that is possible."""
    able = {name: tree for name, tree in functions.items() if _able(tree)}
    made = [_Calls(able).visit(deepcopy(tree)) for tree in functions.values()]
    return [ast.fix_missing_locations(tree) for tree in made]


def _able(tree: ast.FunctionDef) -> bool:
    returns = [node for node in ast.walk(tree) if isinstance(node, ast.Return)]
    return tree.name not in names(tree.body) and (not returns or returns == tree.body[-1:])


class _Calls(ast.NodeTransformer):
    """``f(a)`` and ``x = f(a)`` as statements; variables of the body get a number."""

    def __init__(self, able: Functions):
        self._able, self._made = able, 0

    def visit_Expr(self, node: ast.Expr) -> ast.stmt | list[ast.stmt]:
        """A call for what it does."""
        return list(self._body(node.value, None)) or node

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | list[ast.stmt]:
        """A call for its value."""
        return list(self._body(node.value, node.targets)) or node

    def _body(self, call: ast.expr, targets: list[ast.expr] | None) -> Iterator[ast.stmt]:
        """What stands in place of a call; nothing where it stays."""
        tree = self._able.get(ast.unparse(call.func)) if isinstance(call, ast.Call) else None
        if tree is None or not isinstance(call, ast.Call):
            return
        self._made += 1
        used, stored = names(tree.body), names(tree.body, ast.Store)
        new = {name: f"{name}_{self._made}" for name in stored}
        for arg, value in zip(tree.args.args, call.args, strict=True):
            if isinstance(value, ast.Name) and arg.arg not in stored:
                new[arg.arg] = value.id
            elif arg.arg in used:
                new[arg.arg] = f"{arg.arg}_{self._made}"
                yield ast.Assign([ast.Name(new[arg.arg], ast.Store())], value)
        for statement in deepcopy(tree.body):
            yield from self._renamed(statement, new, targets)

    def _renamed(
        self, statement: ast.stmt, new: Mapping[str, str], targets: list[ast.expr] | None
    ) -> list[ast.stmt]:
        """A statement of the body, its own calls replaced too; what it returns is assigned."""
        for node in ast.walk(statement):
            if isinstance(node, ast.Name):
                node.id = new.get(node.id, node.id)
        if isinstance(statement, ast.Return):
            return [ast.Assign(targets, statement.value) if targets and statement.value else ast.Pass()]
        made = self.visit(statement)
        return made if isinstance(made, list) else [made]
