"""Translated functions do what Python does; what cannot be translated is refused."""

import ast
import random
from typing import Any

import numpy as np
import pytest

from simulator.engine.fast_engine.compiled import generate, load, target

HEAD = "from collections.abc import MutableSequence\nMemory = MutableSequence[int]\n"
BODIES = {
    "sums": "return m[0] + m[1] * 3 - (m[2] - m[3])",
    "quotients": "return m[0] // (m[1] | 1) + 1000 * (m[2] // 7) + m[3] // -7",
    "remainders": "return m[0] % (m[1] | 1) + 1000 * (m[2] % 7) + m[3] % -7",
    "bits": "return (m[0] >> 2) ^ ((m[1] & 255) << 3) | -(m[2] & 1)",
    "extremes": "return min(m[0], m[1], m[2]) - max(m[1], m[3])",
    "conditions": "return (m[0] < m[1] <= m[2]) + 2 * (not m[3]) + 4 * (m[0] != m[2])",
    "truth": "return m[0] > 0 and (m[1] > 0 or m[2] == m[3])",
    "choice": "return m[0] if m[0] > m[1] else (m[2] if m[3] else -1)",
    "exchange": "m[0], m[1] = m[1], m[0]\na, b = m[0], m[1]\na, b = b, a\nreturn a - 2 * b",
    "in place": "m[0] += m[1]\nm[2] //= 3\na = m[3]\na -= m[0]\nreturn a + m[2]",
    "branches": "if m[0] > 50:\n return 1\nelif m[1] > 50:\n m[2] = 9\nelse:\n a = 2\n return a\nreturn m[2]",
    "while": "a, n = 0, 0\nwhile True:\n n += 1\n if n > 40:\n  break\n if m[n & 3] > n:\n  continue\n a += n\n"
    "return a",
    "for": "a = 0\nfor k in range(m[0] & 15, 20):\n for j in range(k):\n  if j == m[1] & 7:\n   break\n"
    "  if j & 1:\n   continue\n  a += j\n k = 5\nreturn a",
    "no more than needed": "while m[0] > 3 and m[m[0] - 4] != 77:\n m[0] -= 1\nreturn m[0] < 4 or m[m[0] - 4]==77",
    "calls": "spread(m, 2, m[0])\nreturn twice(m[0]) + twice(m[1])",
    "ahead of time": "prefetch(m, m[0], 16)\nreturn m[1]",
    "nothing": "m[3] = 5",
}
HELPERS = """
def twice(x: int) -> int:
    x += x
    return x


def spread(m: Memory, n: int, x: int) -> None:
    if n == 0:
        return
    m[n] = x
    spread(m, n - 1, x + 1)


def prefetch(m: Memory, at: int, words: int) -> None:
    return
"""


def source(body: str) -> str:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{HEAD}{HELPERS}\n\ndef advance(m: Memory, flat: Memory) -> int:\n{lines}"


@pytest.mark.parametrize("name", BODIES)
def test_same_as_python(name: str) -> None:
    text = source(BODIES[name])
    space: dict[str, Any] = {}
    exec(compile(text, name, "exec"), space)
    machine, _ = target()
    translated = load(generate([text.removeprefix(HEAD)], machine), machine)
    draw = random.Random(name)
    for _ in range(300):
        memory = [draw.choice((0, 1, 2, 3, 4, draw.randint(-99, 99))) for _ in range(4)]
        if name == "no more than needed":
            memory[0] = draw.randint(0, 7)
        words, flat = np.array([*memory, 0, 0, 0, 0]), np.zeros(1, np.int64)
        plain = [*memory, 0, 0, 0, 0]
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
