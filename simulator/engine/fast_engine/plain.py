"""The kernel as plain Python runs it soonest, from the same source.

As it stands, ``m[s + NEXT]`` makes an integer for the address, which costs three times what the access does. So rows
become lists of their own (see rows.py), fetched once for each variable that names one, ``s_row = rows[s]``, and
``m[s + NEXT]`` becomes ``s_row[0]``. All else stays in the flat memory: lists, rings, tables, works, and the rows of
inferences, of which there may be millions. Events to come are a heap of Python's own library while the kernel runs.
"""

import ast
from functools import cache
from heapq import heappop, heappush
from itertools import chain
from types import CodeType
from typing import Any

from simulator.engine.fast_engine.inline import inline
from simulator.engine.fast_engine.layout import HEAP, HEAP_LENGTH
from simulator.engine.fast_engine.machine import Advance
from simulator.engine.fast_engine.rows import Rows
from simulator.engine.fast_engine.sources import CONSTANTS, ENTRY, functions, names, texts

_FLAT = {"ALL_WORKS", "RELEASE", "FLOOR", "BEGAN", "ENDED", "OPEN", "CONTEXT_OF", "GROUPS_OF"}
"""Fields of rows that stay in the flat memory."""

_ANY_FIELD = "field"
"""Variable that names one."""


_HEAP = """
def push(m, time, phase, address):
    m[HEAP_LENGTH] += 1
    heappush(events, (time, (phase << PHASE_BITS) | address))


def first_time(m):
    return events[0][0]


def take_first(m):
    m[HEAP_LENGTH] -= 1
    return heappop(events)[1]
"""
"""What stands in place of heap.py."""


def plain_kernel() -> Advance:
    """The kernel's entry, for the memory with rows of one run."""
    return load(_code())


@cache
def _code() -> CodeType:
    return specialise(texts())


def specialise(sources: list[str]) -> CodeType:
    """The kernel that these modules hold."""
    trees = functions(sources) | functions([_HEAP])
    made = list(map(_specialised, inline(trees)))
    return compile(ast.fix_missing_locations(ast.Module([*made], [])), "kernel", "exec")


def load(code: CodeType) -> Advance:
    """The entry of a kernel, with events of its own."""
    events: list[tuple[int, int]] = []
    space: dict[str, Any] = {"events": events, "heappush": heappush, "heappop": heappop}
    exec(code, space)
    entry = space[ENTRY]

    def advance(m: Rows, flat: Any) -> int:
        words, at = m.words, m.words[HEAP]
        end = at + 2 * words[HEAP_LENGTH]
        events[:] = zip(words[at:end:2], words[at + 1 : end : 2], strict=True)
        why = int(entry(words, m.rows, flat))
        words[at : at + 2 * len(events)] = chain.from_iterable(events)
        return why

    return advance


def _specialised(tree: ast.FunctionDef) -> ast.FunctionDef:
    """A function in which rows are lists, and constants numbers."""
    rows = _Rows()
    tree = rows.visit(tree)
    given = [arg.arg for arg in tree.args.args]
    body = [*map(_fetch, sorted(rows.variables & {*given})), *_Fetches(rows.variables).visit(tree).body]
    args = [ast.arg(name) for name in (*given[:1], *["rows"] * ("m" in given), *given[1:])]
    return ast.FunctionDef(tree.name, ast.arguments([], args, None, [], [], None, []), body, [])


class _Rows(ast.NodeTransformer):
    """Accesses and constants; ``variables``: those that name rows."""

    def __init__(self) -> None:
        self.variables = set[str]()

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """A field of a row, or a word of the flat memory."""
        address, field = _split(node.slice)
        if address is None or ast.unparse(node.value) != "m":
            return self.generic_visit(node)
        if isinstance(address, ast.Name):
            self.variables.add(address.id)
            row: ast.expr = ast.Name(_row(address.id), ast.Load())
        else:
            row = _item("rows", self.visit(address))
        return ast.Subscript(row, self.visit(field), node.ctx)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Who is given the memory is given the rows too."""
        self.generic_visit(node)
        if ast.unparse(node.args[0]) == "m":
            node.args.insert(1, ast.Name("rows", ast.Load()))
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Constants."""
        return ast.Constant(CONSTANTS[node.id]) if node.id in CONSTANTS else node


class _Fetches(ast.NodeTransformer):
    """Rows are fetched when the variables that name them are assigned."""

    def __init__(self, variables: set[str]):
        self._variables = variables

    def visit_Assign(self, node: ast.Assign) -> list[ast.stmt]:
        """``s = ...``."""
        return [node, *self._of(node)]

    def visit_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        """``s += ...``."""
        return [node, *self._of(node)]

    def visit_For(self, node: ast.For) -> ast.AST:
        """At the begin of each turn."""
        self.generic_visit(node)
        node.body[:0] = self._of(node.target)
        return node

    def _of(self, node: ast.AST) -> list[ast.stmt]:
        return list(map(_fetch, sorted(names([node], ast.Store) & self._variables)))


def _row(variable: str) -> str:
    return f"{variable}_row"


def _fetch(variable: str) -> ast.stmt:
    row = _item("rows", ast.Name(variable, ast.Load()))
    return ast.Assign([ast.Name(_row(variable), ast.Store())], row)


def _item(name: str, at: ast.expr) -> ast.Subscript:
    return ast.Subscript(ast.Name(name, ast.Load()), at, ast.Load())


def _split(place: ast.expr) -> tuple[ast.expr | None, ast.expr]:
    """``s + NEXT + 1`` as address of a row and number of a field; no address where it is no such sum."""
    terms = [place]
    while isinstance(terms[0], ast.BinOp) and isinstance(terms[0].op, ast.Add):
        terms[:1] = [terms[0].left, terms[0].right]
    for number, term in enumerate(terms):
        if number and isinstance(term, ast.Name) and (term.id == _ANY_FIELD or _is_field(term.id)):
            return _sum(terms[:number]), _sum(terms[number:])
    return None, place


def _is_field(name: str) -> bool:
    return name in CONSTANTS and name not in _FLAT and not name.endswith("_SIZE")


def _sum(terms: list[ast.expr]) -> ast.expr:
    total = terms[0]
    for term in terms[1:]:
        total = ast.BinOp(total, ast.Add(), term)
    return total
