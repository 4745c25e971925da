"""Kernel: the event heap, ordered by time, then phase, then address."""

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.layout import Array, Memory


def push(m: Memory, time: int, phase: int, address: int) -> None:
    """Add an event."""
    heap, box = m[f.HEAP], m[f.BOX]
    code = (phase << f.PHASE_BITS) | address
    at = 2 * box[f.HEAP_LENGTH]
    box[f.HEAP_LENGTH] += 1
    while at > 0:
        above = ((at >> 1) - 1) & -2
        if heap[above] < time or (heap[above] == time and heap[above + 1] < code):
            break
        heap[at] = heap[above]
        heap[at + 1] = heap[above + 1]
        at = above
    heap[at] = time
    heap[at + 1] = code


def drop_first(m: Memory) -> None:
    """Remove the earliest event: move the hole to the bottom, then the last event up from there."""
    heap, box = m[f.HEAP], m[f.BOX]
    box[f.HEAP_LENGTH] -= 1
    end = 2 * box[f.HEAP_LENGTH]
    at = 0
    below = 2
    while below < end:
        other = below + 2
        if other < end and precedes(heap, other, below):
            below = other
        heap[at] = heap[below]
        heap[at + 1] = heap[below + 1]
        at = below
        below = 2 * at + 2
    time, code = heap[end], heap[end + 1]
    while at > 0:
        above = ((at >> 1) - 1) & -2
        if heap[above] < time or (heap[above] == time and heap[above + 1] < code):
            break
        heap[at] = heap[above]
        heap[at + 1] = heap[above + 1]
        at = above
    heap[at] = time
    heap[at + 1] = code


def precedes(heap: Array, one: int, other: int) -> bool:
    """Whether the event at place ``one`` comes before that at ``other``."""
    return heap[one] < heap[other] or (heap[one] == heap[other] and heap[one + 1] < heap[other + 1])
