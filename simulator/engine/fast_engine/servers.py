"""Kernel: servers whose free times are known at the grant, clocks and set-up.

First come, first served needs no event per release: a request is granted in its turn, at the instant at
which the least of the known free times has come on each of its resources. A request that waits for another
of its resources keeps the server it would get here; nobody overtakes, so nobody else could have had it.
"""

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.layout import Memory


def align(m: Memory, s: int, time: int) -> int:
    """The first common clock edge of the stream's resources that is not before ``time``."""
    if m[s + f.PERIOD] == 1:
        return time
    return time + (m[s + f.PHASE] - time) % m[s + f.PERIOD]


def serve(m: Memory, s: int) -> int:
    """When servers are free for the request of stream s, whose turn it is; NIL if their list needs room."""
    ready = m[s + f.READY]
    time = ready
    for at in range(m[s + f.RESOURCES], m[s + f.RESOURCES_END]):
        r = m[at]
        servers = m[r + f.SERVERS]
        while m[r + f.BUSY] > 0 and m[servers] <= ready:
            m[r + f.BUSY] -= 1
            sink(m, servers, m[r + f.BUSY], m[servers + m[r + f.BUSY]])
        if m[r + f.BUSY] == m[r + f.CAPACITY]:
            time = max(time, m[servers])
        elif m[r + f.BUSY] == m[r + f.ROOM]:
            m[f.GROW] = r
            m[f.BUDGET] = 0
            return f.NIL
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
    for at in range(m[s + f.RESOURCES], m[s + f.RESOURCES_END]):
        r = m[at]
        servers, busy = m[r + f.SERVERS], m[r + f.BUSY]
        if busy == m[r + f.CAPACITY]:
            sink(m, servers, busy, free)
        else:
            while busy > 0 and m[servers + ((busy - 1) >> 1)] > free:
                m[servers + busy] = m[servers + ((busy - 1) >> 1)]
                busy = (busy - 1) >> 1
            m[servers + busy] = free
            m[r + f.BUSY] += 1


def set_up(m: Memory, s: int) -> int:
    """The longest set-up of the stream's resources, which remember its class."""
    longest = 0
    for at in range(m[s + f.RESOURCES], m[s + f.RESOURCES_END]):
        r = m[at]
        if m[r + f.SETUP] >= 0:
            if m[r + f.LAST] >= 0:
                longest = max(longest, m[m[r + f.SETUP] + m[r + f.LAST] * m[r + f.CLASSES] + m[s + f.CLASS]])
            m[r + f.LAST] = m[s + f.CLASS]
    return longest
