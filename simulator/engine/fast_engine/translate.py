"""The kernel's functions as code for LLVM, from their Python source.

The kernel keeps to a small part of Python, so that this can be short: all values are integers of 64 bits, ``Memory``
is a pointer to them; assignments, conditions, loops, calls of each other, ``min``, ``max`` and ``prefetch``. Anything
else is refused here by name, and the engine then runs in plain Python.
"""

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from llvmlite import ir

from simulator.engine.fast_engine.layout import LINE

WORD = ir.IntType(64)
POINTER = ir.PointerType(WORD)
_COMPARISONS = {ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
_SIMPLE = {ast.LShift: "shl", ast.RShift: "ashr", ast.BitAnd: "and_", ast.BitOr: "or_", ast.BitXor: "xor"}
_EXACT = {ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul"}


def translate(
    functions: Iterable[ast.FunctionDef], constants: Mapping[str, int], entry: str, inlined: Iterable[str]
) -> str:
    """LLVM's text of a module with these functions, of which only ``entry`` is seen from outside.

    Names that a function does not assign are ``constants`` or functions. Raises NotImplementedError.
    """
    module = ir.Module("kernel")
    known: dict[str, Any] = dict(constants)
    trees = {tree.name: tree for tree in functions}
    for name, tree in trees.items():
        kinds = [POINTER if _is_memory(arg) else WORD for arg in tree.args.args]
        known[name] = made = ir.Function(module, ir.FunctionType(WORD, kinds), name)
        made.attributes.add("nounwind")
        if name in inlined:
            made.attributes.add("alwaysinline")
        if name != entry:
            made.linkage = "internal"
        for value in made.args:
            if value.type == POINTER:
                value.add_attribute("noalias")
    for name, tree in trees.items():
        _Body(known[name], tree, known).write()
    return str(module)


def _is_memory(arg: ast.arg) -> bool:
    return isinstance(arg.annotation, ast.Name) and arg.annotation.id == "Memory"


def _is_condition(node: ast.expr) -> bool:
    """Whether a value is True or False in Python too, not an operand."""
    if isinstance(node, ast.BoolOp):
        return all(map(_is_condition, node.values))
    return isinstance(node, ast.Compare) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not))


class _Body:
    """One function; variables are places on the stack, which LLVM turns into registers."""

    def __init__(self, made: ir.Function, tree: ast.FunctionDef, known: Mapping[str, Any]):
        self.made, self.tree, self.known = made, tree, known
        self.code = ir.IRBuilder(made.append_basic_block("entry"))
        self.pointers: dict[str, Any] = {}
        self.variables: dict[str, Any] = {}
        self.loops: list[tuple[Any, Any]] = []

    def write(self) -> None:
        """Everything."""
        assigned = {
            node.id
            for node in ast.walk(self.tree)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
        }
        names = [arg.arg for arg in self.tree.args.args]
        given = dict(zip(names, self.made.args, strict=True))
        self.pointers = {name: value for name, value in given.items() if value.type == POINTER}
        self.variables = {
            name: self.code.alloca(WORD, name=name)
            for name in sorted(assigned | given.keys() - self.pointers.keys())
        }
        for name, value in given.items():
            if name in self.variables:
                self.code.store(value, self.variables[name])
        self.block(self.tree.body)
        if not self.code.block.is_terminated:
            self.code.ret(WORD(0))

    # Statements

    def block(self, statements: list[ast.stmt]) -> None:
        """Statements up to the first behind which nothing comes."""
        for statement in statements:
            self._of(statement, "do")(statement)
            if self.code.block.is_terminated:
                return

    def do_expr(self, node: ast.Expr) -> None:
        """A call, or a docstring."""
        if not isinstance(node.value, ast.Constant):
            self.value(node.value)

    def do_assign(self, node: ast.Assign) -> None:
        """``a = x`` or ``a, b = x, y``."""
        target = node.targets[0]
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            values = [self.value(each) for each in node.value.elts]
            for place, value in zip(target.elts, values, strict=True):
                self.code.store(value, self.place(place))
        elif len(node.targets) == 1:
            value = self.value(node.value)
            self.code.store(value, self.place(target))
        else:
            raise NotImplementedError(ast.unparse(node))

    def do_augassign(self, node: ast.AugAssign) -> None:
        """``a += x``."""
        value = self.value(node.value)
        place = self.place(node.target)
        self.code.store(self.calculate(node.op, self.code.load(place), value), place)

    def do_return(self, node: ast.Return) -> None:
        """With or without a value."""
        self.code.ret(WORD(0) if node.value is None else self.value(node.value))

    def do_if(self, node: ast.If) -> None:
        """With or without ``else``."""
        yes, no, behind = (self.made.append_basic_block(name) for name in ("then", "else", "behind"))
        self.condition(node.test, yes, no)
        for block, statements in ((yes, node.body), (no, node.orelse)):
            self.code.position_at_end(block)
            self.block(statements)
            self.go(behind)
        self.code.position_at_end(behind)

    def do_while(self, node: ast.While) -> None:
        """Without ``else``."""
        if node.orelse:
            raise NotImplementedError(ast.unparse(node))
        head, body, behind = (self.made.append_basic_block(name) for name in ("while", "do", "behind"))
        self.go(head)
        self.condition(node.test, body, behind)
        self.loop(node.body, body, head, behind)

    def do_for(self, node: ast.For) -> None:
        """``for a in range(...)`` with one or two bounds."""
        call = node.iter
        ranged = isinstance(call, ast.Call) and ast.unparse(call.func) == "range" and len(call.args) < 3
        if not isinstance(call, ast.Call) or not ranged or node.orelse:
            raise NotImplementedError(ast.unparse(node))
        first, end = [WORD(0), *(self.value(arg) for arg in call.args)][-2:]
        with self.code.goto_entry_block():
            counter = self.code.alloca(WORD)
        self.code.store(first, counter)
        blocks = (self.made.append_basic_block(name) for name in ("for", "do", "next", "behind"))
        head, body, following, behind = blocks
        self.go(head)
        at = self.code.load(counter)
        self.code.cbranch(self.code.icmp_signed("<", at, end), body, behind)
        self.code.position_at_end(body)
        self.code.store(at, self.place(node.target))
        self.loop(node.body, body, following, behind)
        self.code.position_at_end(following)
        self.code.store(self.code.add(at, WORD(1), flags=("nsw",)), counter)
        self.code.branch(head)
        self.code.position_at_end(behind)

    def do_break(self, node: ast.Break) -> None:
        """Of the innermost loop."""
        self.code.branch(self.loops[-1][1])

    def do_continue(self, node: ast.Continue) -> None:
        """Of the innermost loop."""
        self.code.branch(self.loops[-1][0])

    def loop(self, statements: list[ast.stmt], body: Any, again: Any, behind: Any) -> None:
        """The body of a loop, after which it goes on at ``again``."""
        self.loops.append((again, behind))
        self.code.position_at_end(body)
        self.block(statements)
        self.loops.pop()
        if not self.code.block.is_terminated:
            self.code.branch(again)
        self.code.position_at_end(behind)

    def go(self, block: Any) -> None:
        """On to a block, unless this one has ended; code follows there."""
        if not self.code.block.is_terminated:
            self.code.branch(block)
        self.code.position_at_end(block)

    # Values

    def value(self, node: ast.expr) -> Any:
        """An integer, or a pointer by its name; conditions give 0 or 1."""
        return self._of(node, "get")(node)

    def get_constant(self, node: ast.Constant) -> Any:
        """Whole numbers, True and False."""
        if not isinstance(node.value, int):
            raise NotImplementedError(ast.unparse(node))
        return WORD(int(node.value))

    def get_name(self, node: ast.Name) -> Any:
        """A variable, a pointer or a constant."""
        if node.id in self.pointers:
            return self.pointers[node.id]
        if node.id in self.variables:
            return self.code.load(self.variables[node.id])
        if not isinstance(self.known.get(node.id), int):
            raise NotImplementedError(node.id)
        return WORD(self.known[node.id])

    def get_subscript(self, node: ast.Subscript) -> Any:
        """A word of a memory."""
        return self.code.load(self.place(node))

    def get_binop(self, node: ast.BinOp) -> Any:
        """See ``calculate``."""
        left = self.value(node.left)
        return self.calculate(node.op, left, self.value(node.right))

    def get_unaryop(self, node: ast.UnaryOp) -> Any:
        """Minus, and ``not``."""
        if isinstance(node.op, ast.USub):
            return self.code.neg(self.value(node.operand))
        return self.truth(node)

    def truth(self, node: ast.expr) -> Any:
        """0 or 1 for a condition made of comparisons."""
        if not _is_condition(node):
            raise NotImplementedError(ast.unparse(node))
        return self.choose(node, lambda: WORD(1), lambda: WORD(0))

    get_compare = get_boolop = truth

    def get_ifexp(self, node: ast.IfExp) -> Any:
        """``x if c else y``."""
        return self.choose(node.test, lambda: self.value(node.body), lambda: self.value(node.orelse))

    def get_call(self, node: ast.Call) -> Any:
        """Of a function of the kernel, ``min`` or ``max``."""
        name, values = ast.unparse(node.func), [self.value(arg) for arg in node.args]
        if node.keywords:
            raise NotImplementedError(ast.unparse(node))
        if name == "prefetch":
            return self.prefetch(*values)
        if name in ("min", "max") and len(values) > 1:
            best = values[0]
            for value in values[1:]:
                better = self.code.icmp_signed("<" if name == "min" else ">", value, best)
                best = self.code.select(better, value, best)
            return best
        if not isinstance(self.known.get(name), ir.Function):
            raise NotImplementedError(ast.unparse(node))
        return self.code.call(self.known[name], values)

    def prefetch(self, memory: Any, at: Any, words: Any) -> Any:
        """Ask for the lines of the cache with so many words, a constant."""
        if not isinstance(words, ir.Constant):
            raise NotImplementedError("prefetch")
        byte, flag = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, flag, flag, flag])
        name = "llvm.prefetch.p0i8"
        intrinsic = self.made.module.globals.get(name) or ir.Function(self.made.module, kind, name)
        for word in range(0, words.constant, LINE):
            line = self.code.gep(memory, [self.code.add(at, WORD(word))])
            self.code.call(intrinsic, [self.code.bitcast(line, byte), flag(0), flag(3), flag(1)])
        return WORD(0)

    def choose(self, test: ast.expr, first: Callable[[], Any], other: Callable[[], Any]) -> Any:
        """One of two values, of which only that one is worked out."""
        yes, no, behind = (self.made.append_basic_block(name) for name in ("yes", "no", "behind"))
        self.condition(test, yes, no)
        found = []
        for block, get in ((yes, first), (no, other)):
            self.code.position_at_end(block)
            found.append((get(), self.code.block))
            self.code.branch(behind)
        self.code.position_at_end(behind)
        chosen = self.code.phi(WORD)
        for value, block in found:
            chosen.add_incoming(value, block)
        return chosen

    def condition(self, node: ast.expr, yes: Any, no: Any) -> None:
        """Go on at ``yes`` or ``no``; looks at no more than Python does."""
        if isinstance(node, ast.BoolOp):
            conjunction = isinstance(node.op, ast.And)
            for part in node.values[:-1]:
                rest = self.made.append_basic_block("rest")
                self.condition(part, *((rest, no) if conjunction else (yes, rest)))
                self.code.position_at_end(rest)
            self.condition(node.values[-1], yes, no)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            self.condition(node.operand, no, yes)
        elif isinstance(node, ast.Compare):
            left = self.value(node.left)
            for number, (operator, other) in enumerate(zip(node.ops, node.comparators, strict=True), start=1):
                right = self.value(other)
                if type(operator) not in _COMPARISONS:
                    raise NotImplementedError(ast.unparse(node))
                holds = self.code.icmp_signed(_COMPARISONS[type(operator)], left, right)
                last, left = number == len(node.ops), right
                rest = yes if last else self.made.append_basic_block("rest")
                self.code.cbranch(holds, rest, no)
                self.code.position_at_end(rest)
        else:
            self.code.cbranch(self.code.icmp_signed("!=", self.value(node), WORD(0)), yes, no)

    def place(self, node: ast.expr) -> Any:
        """Where a variable or a word of a memory is."""
        if isinstance(node, ast.Name):
            return self.variables[node.id]
        if isinstance(node, ast.Subscript):
            return self.code.gep(self.value(node.value), [self.value(node.slice)], inbounds=True)
        raise NotImplementedError(ast.unparse(node))

    def calculate(self, operator: ast.operator, left: Any, right: Any) -> Any:
        """As Python does, below 2^63: quotients are rounded down, remainders have the divisor's sign."""
        kind = type(operator)
        if kind in _EXACT:
            return getattr(self.code, _EXACT[kind])(left, right, flags=("nsw",))
        if kind in _SIMPLE:
            return getattr(self.code, _SIMPLE[kind])(left, right)
        if kind not in (ast.FloorDiv, ast.Mod):
            raise NotImplementedError(ast.dump(operator))
        remainder = self.code.srem(left, right)
        sign = self.code.icmp_signed("<", self.code.xor(remainder, right), WORD(0))
        off = self.code.and_(sign, self.code.icmp_signed("!=", remainder, WORD(0)))
        if kind is ast.Mod:
            return self.code.add(remainder, self.code.select(off, right, WORD(0)))
        return self.code.sub(self.code.sdiv(left, right), self.code.zext(off, WORD))

    def _of(self, node: ast.AST, what: str) -> Callable[[Any], Any]:
        """The method for a kind of node."""
        found = getattr(self, f"{what}_{type(node).__name__.lower()}", None)
        if found is None:
            raise NotImplementedError(ast.unparse(node))
        return found  # type: ignore[no-any-return]
