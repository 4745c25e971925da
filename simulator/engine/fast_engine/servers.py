# ruff: noqa: F403, F405
"""Kernel: servers whose free times are known at the grant, clocks and set-up.

First come, first served needs no event per release: a request is granted in its turn, at the instant at
which the least of the known free times has come on each of its resources. A request that waits for another
of its resources keeps the server it would get here; nobody overtakes, so nobody else could have had it.
"""

from simulator.engine.fast_engine.layout import *
from simulator.engine.fast_engine.lists import stack


def align(m: Memory, s: int, time: int) -> int:
    """The first common clock edge of the stream's resources that is not before ``time``."""
    if m[s + PERIOD] == 1:
        return time
    return time + (m[s + PHASE] - time) % m[s + PERIOD]


def serve(m: Memory, s: int) -> int:
    """When servers are free for the request of stream s, whose turn it is; NIL if their list needs room."""
    ready = m[s + READY]
    time = ready
    for at in range(m[s + RESOURCES], m[s + RESOURCES_END]):
        r = m[at]
        servers = m[r + SERVERS]
        busy = m[r + BUSY]
        while busy > 0 and m[servers] <= ready:
            busy -= 1
            sink(m, servers, busy, m[servers + busy])
        m[r + BUSY] = busy
        if busy == m[r + CAPACITY]:
            if m[servers] > time:
                time = m[servers]
        elif busy == m[r + ROOM]:
            m[GROW] = r
            m[BUDGET] = 0
            stack(m, s)
            return NIL
    return time


def sink(m: Memory, at: int, length: int, time: int) -> None:
    """Put ``time`` in place of the least entry of the heap at ``at``."""
    hole, below = 0, 1
    while below < length:
        if below + 1 < length and m[at + below + 1] < m[at + below]:
            below += 1
        if m[at + below] >= time:
            break
        m[at + hole] = m[at + below]
        hole, below = below, 2 * below + 1
    m[at + hole] = time


def occupy(m: Memory, s: int, free: int) -> None:
    """One server of each resource of stream s is busy until ``free``."""
    for at in range(m[s + RESOURCES], m[s + RESOURCES_END]):
        r = m[at]
        servers, busy = m[r + SERVERS], m[r + BUSY]
        if busy == m[r + CAPACITY]:
            sink(m, servers, busy, free)
        else:
            while busy > 0 and m[servers + ((busy - 1) >> 1)] > free:
                m[servers + busy] = m[servers + ((busy - 1) >> 1)]
                busy = (busy - 1) >> 1
            m[servers + busy] = free
            m[r + BUSY] += 1


def set_up(m: Memory, s: int) -> int:
    """The longest set-up of the stream's resources, which remember its class."""
    longest = 0
    for at in range(m[s + RESOURCES], m[s + RESOURCES_END]):
        r = m[at]
        if m[r + SETUP] >= 0:
            if m[r + LAST] >= 0:
                longest = max(longest, m[m[r + SETUP] + m[r + LAST] * m[r + CLASSES] + m[s + CLASS]])
            m[r + LAST] = m[s + CLASS]
    return longest
