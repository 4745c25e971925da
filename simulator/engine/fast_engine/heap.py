# ruff: noqa: F403, F405
"""Kernel: the event heap, ordered by time, then phase, then address."""

from simulator.engine.fast_engine.layout import *


def push(m: Memory, time: int, phase: int, address: int) -> None:
    """Add an event."""
    code = (phase << PHASE_BITS) | address
    heap = m[HEAP]
    at = heap + 2 * m[HEAP_LENGTH]
    m[HEAP_LENGTH] += 1
    rise(m, heap, at, time, code)


def rise(m: Memory, heap: int, at: int, time: int, code: int) -> None:
    """Put an event in the hole at ``at`` or above it."""
    while at > heap:
        above = heap + ((((at - heap) >> 1) - 1) & -2)
        if m[above] < time or (m[above] == time and m[above + 1] < code):
            break
        m[at] = m[above]
        m[at + 1] = m[above + 1]
        at = above
    m[at] = time
    m[at + 1] = code


def first_time(m: Memory) -> int:
    """When the earliest event is; there must be one."""
    return m[m[HEAP]]


def take_first(m: Memory) -> int:
    """Remove the earliest event: move the hole to the bottom, then the last event up from there. Gives its code."""
    heap = m[HEAP]
    first = m[heap + 1]
    m[HEAP_LENGTH] -= 1
    end = heap + 2 * m[HEAP_LENGTH]
    at = heap
    below = heap + 2
    while below < end:
        other = below + 2
        if other < end and (m[other] < m[below] or (m[other] == m[below] and m[other + 1] < m[below + 1])):
            below = other
        m[at] = m[below]
        m[at + 1] = m[below + 1]
        at = below
        below = 2 * at - heap + 2
    rise(m, heap, at, m[end], m[end + 1])
    return first
