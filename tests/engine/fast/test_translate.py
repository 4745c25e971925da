"""Translated functions do what Python does; what cannot be translated is refused."""

import ast
from typing import Any

import numpy as np
import pytest
from kernels import BODIES, HEAD, memories, source

from simulator.engine.fast_engine.compiled import generate, load, target


@pytest.mark.parametrize("name", BODIES)
def test_same_as_python(name: str) -> None:
    text = source(BODIES[name])
    space: dict[str, Any] = {}
    exec(compile(text, name, "exec"), space)
    machine, _ = target()
    translated = load(generate([text.removeprefix(HEAD)], machine), machine)
    for plain in memories(name):
        words, flat = np.array(plain), np.zeros(1, np.int64)
        assert translated(words, flat) == int(space["advance"](plain, [0]) or 0)
        assert words.tolist() == plain


@pytest.mark.parametrize(
    "body",
    [
        "return 1.5",
        "return 'text'",
        "return m[0] / 2",
        "return m[0] ** 2",
        "return abs(m[0])",
        "return unknown",
        "for k in m:\n return k",
        "for k in range(0, 9, 2):\n return k",
        "a = b = 1",
        "a, b = m",
        "try:\n return 1\nfinally:\n pass",
        "del m[0]",
        "return [1]",
        "return m[0] is 1",
        "return ~m[0]",
        "return m[1:2]",
        "m.x = 1",
        "while m[0]:\n m[0] -= 1\nelse:\n return 3",
        "return min(m)",
        "return max(1, key=2)",
        "prefetch(m, 0, m[0])",
    ],
)
def test_anything_else_is_refused(body: str) -> None:
    ast.parse(source(body))
    with pytest.raises(NotImplementedError):
        generate([source(body).removeprefix(HEAD)], target()[0])
