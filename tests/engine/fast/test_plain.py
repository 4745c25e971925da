"""The kernel as plain Python runs it: rows in lists of their own, calls replaced, the same result."""

import ast
import random
from typing import Any

import numpy as np
import pytest
from kernels import BODIES, HEAD, memories, source

from simulator.engine.fast_engine import layout
from simulator.engine.fast_engine.inline import inline
from simulator.engine.fast_engine.plain import load, specialise
from simulator.engine.fast_engine.rows import Rows
from simulator.engine.fast_engine.sources import functions

ROWS = """
def advance(m: Memory, flat: Memory) -> int:
    s, total = 200, 0
    for turn in range(4):
        m[s + NEXT] += 1 + turn
        m[m[s + LINK] + NEXT] = m[s + K] + turn
        grow(m, s, 3)
        total += read(m, s, K, 1) + m[s + N + 2] + best(m, s)
        s = m[s + LINK]
    total = best(m, s)
    flat[0] = m[STACK]
    return total


def grow(m: Memory, s: int, more: int) -> None:
    more += m[s + K]
    other = m[s + LINK]
    m[other + READY] = more
    e = m[other + CURSOR]
    for at in range(3):
        m[e + at] += 1
        e += 1


def best(m: Memory, s: int) -> int:
    high = m[s + READY]
    if m[s + K] > high:
        high = m[s + K]
    return high


def read(m: Memory, s: int, field: int, more: int) -> int:
    if m[s + field] > 20:
        return m[s + field + more]
    return -m[s + field]
"""


@pytest.mark.parametrize("name", [name for name in BODIES if name != "nothing"])
def test_same_as_the_source(name: str) -> None:
    text = source(BODIES[name])
    space: dict[str, Any] = {}
    exec(compile(text, name, "exec"), space)
    made = load(specialise([text.removeprefix(HEAD)]))
    for plain in memories(name):
        rows = Rows(np.array(plain))
        expected = space["advance"](plain, [0])
        assert made(rows, [0]) == int(expected or 0)
        assert rows.words == plain


def test_rows_and_flat_memory_hold_the_same() -> None:
    space: dict[str, Any] = dict(vars(layout))
    exec(compile(HEAD + ROWS, "rows", "exec"), space)
    draw = random.Random(1)
    for _ in range(50):
        words = np.array([draw.randint(0, 40) for _ in range(900)])
        streams = [200, 300, 400]
        for s in streams:
            words[s + layout.LINK] = draw.choice(streams)
            words[s + layout.CURSOR] = draw.randint(700, 800)
        rows, plain, flat = Rows(words), words.tolist(), [0]
        rows.lay(np.array(streams), layout.STREAM_SIZE)
        assert load(specialise([ROWS]))(rows, flat) == space["advance"](plain, [0])
        assert np.array(rows).tolist() == plain
        assert flat == [plain[layout.STACK]]


def test_what_is_inlined() -> None:
    made = {tree.name: ast.unparse(tree) for tree in inline(functions([ROWS]))}
    assert "best(" in made["advance"].split("total = ", 2)[1]  # within a sum
    assert made["advance"].count("best(") == 1
    assert "grow(" not in made["advance"]
    assert "read(" in made["advance"]  # returns early


def test_memory_is_like_a_list() -> None:
    draw = random.Random(2)
    words = [draw.randint(-9, 9) for _ in range(64)]
    rows = Rows(np.array(words))
    rows.lay(np.array([8, 24]), 8)
    rows.extend([5, 6])
    words += [5, 6]
    assert len(rows) == len(words)
    for _ in range(200):
        at, value = draw.randrange(len(words)), draw.randint(-9, 9)
        words[at] = rows[at] = value
        assert [rows[each] for each in range(len(words))] == np.array(rows).tolist() == words
    words[40:50] = rows[40:50] = range(10)
    assert rows[38:52] == words[38:52]
    rows.put(np.arange(len(words)))
    assert [rows[each] for each in range(len(words))] == list(range(len(words)))
    assert rows.rows[-1] is None
