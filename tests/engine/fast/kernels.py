"""Small kernels, each showing a part of Python that the kernel may use."""

import random

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


def memories(name: str) -> list[list[int]]:
    """Memories of eight words that a body of this name is tried on."""
    draw = random.Random(name)
    found = [[draw.choice((0, 1, 2, 3, 4, draw.randint(-99, 99))) for _ in range(4)] for _ in range(300)]
    if name == "no more than needed":
        for memory in found:
            memory[0] = draw.randint(0, 7)
    return [[*memory, 0, 0, 0, 0] for memory in found]
