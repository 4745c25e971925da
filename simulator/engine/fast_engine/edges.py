# ruff: noqa: F403, F405
"""Kernel: what edges and durations say about one operation."""

from simulator.engine.fast_engine.layout import *


def look_up(m: Memory, e: int, k: int) -> int:
    """Operation of the source that edge e of operation k looks at, below LEAST for none; form 1 only."""
    rest = m[e + REST]
    if m[rest + TABLE] >= 0:
        return m[e + SHIFT] + m[m[rest + TABLE] + k]
    return m[e + SHIFT] + (m[rest + SCALE] * k + m[rest + OFFSET]) // m[rest + DIVISOR]


def duration(m: Memory, at: int, k: int) -> int:
    """Value of the four duration fields at ``at`` for operation k [ps]."""
    if m[at + 3] >= 0:
        return m[m[at + 3] + k]
    if m[at + 2] > 0:
        k %= m[at + 2]
    return m[at] + m[at + 1] * k
