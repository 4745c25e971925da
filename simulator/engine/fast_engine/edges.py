# ruff: noqa: F403, F405
"""Kernel: what edges and durations say about one operation."""

from simulator.engine.fast_engine.layout import *


def look_up(m: Memory, e: int, k: int) -> int:
    """Operation of the source that edge e of operation k looks at, below LEAST for none; form 1 only."""
    rest = m[e + REST]
    if m[rest + TABLE] >= 0:
        return m[e + SHIFT] + m[m[rest + TABLE] + k]
    return m[e + SHIFT] + (m[rest + SCALE] * k + m[rest + OFFSET]) // m[rest + DIVISOR]


def duration(m: Memory, s: int, field: int, k: int) -> int:
    """Value of the four duration fields of stream s from ``field`` on for operation k [ps]."""
    if m[s + field + 3] >= 0:
        return m[m[s + field + 3] + k]
    if m[s + field + 2] > 0:
        k %= m[s + field + 2]
    return m[s + field] + m[s + field + 1] * k
