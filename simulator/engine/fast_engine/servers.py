"""Kernel: servers whose free times are known at the grant, clocks and set-up.

First come, first served needs no event per release: a request is granted in its turn, at the instant at
which the least of the known free times has come on each of its resources. A request that waits for another
of its resources keeps the server it would get here; nobody overtakes, so nobody else could have had it.
"""

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.heap import push
from simulator.engine.fast_engine.layout import Array, Memory


def align(row: Array, s: int, time: int) -> int:
    """The first common clock edge of the stream's resources that is not before ``time``."""
    if row[s + f.PERIOD] == 1:
        return time
    return time + (row[s + f.PHASE] - time) % row[s + f.PERIOD]


def serve(m: Memory, s: int) -> int:
    """Grant of the request of stream s, whose turn it is; NIL if a list of servers needs room first."""
    row, ring, box = m[f.ROW], m[f.RING], m[f.BOX]
    ready = row[s + f.READY]
    time = ready
    at = row[s + f.RESOURCES]
    while at < row[s + f.RESOURCES_END]:
        r = row[at]
        while row[r + f.BUSY] > 0 and ring[row[r + f.SERVERS]] <= ready:
            vacate(m, r)
        if row[r + f.BUSY] == row[r + f.CAPACITY]:
            time = max(time, ring[row[r + f.SERVERS]])
        elif row[r + f.BUSY] == row[r + f.ROOM]:
            box[f.GROW] = r
            box[f.BUDGET] = 0
            return f.NIL
        at += 1
    return align(row, s, time)


def vacate(m: Memory, r: int) -> None:
    """Forget the server of resource r that is free first."""
    row = m[f.ROW]
    row[r + f.BUSY] -= 1
    last = row[r + f.BUSY]
    if last > 0:
        sink(m[f.RING], row[r + f.SERVERS], last, m[f.RING][row[r + f.SERVERS] + last])


def sink(ring: Array, at: int, length: int, time: int) -> None:
    """Put ``time`` in place of the least entry of the heap at ``at``."""
    hole, below = 0, 1
    while below < length:
        if below + 1 < length and ring[at + below + 1] < ring[at + below]:
            below += 1
        if ring[at + below] >= time:
            break
        ring[at + hole] = ring[at + below]
        hole, below = below, 2 * below + 1
    ring[at + hole] = time


def occupy(m: Memory, s: int, free: int) -> None:
    """One server of each resource of stream s is busy until ``free``."""
    row, ring = m[f.ROW], m[f.RING]
    at = row[s + f.RESOURCES]
    while at < row[s + f.RESOURCES_END]:
        r = row[at]
        servers, busy = row[r + f.SERVERS], row[r + f.BUSY]
        if busy == row[r + f.CAPACITY]:
            sink(ring, servers, busy, free)
        else:
            while busy > 0 and ring[servers + ((busy - 1) >> 1)] > free:
                ring[servers + busy] = ring[servers + ((busy - 1) >> 1)]
                busy = (busy - 1) >> 1
            ring[servers + busy] = free
            row[r + f.BUSY] += 1
        at += 1


def start_of(m: Memory, s: int, grant: int) -> int:
    """START after the longest set-up of the stream's resources, which remember its class."""
    row = m[f.ROW]
    if row[s + f.SETUPS] == 0:
        return grant
    longest = 0
    at = row[s + f.RESOURCES]
    while at < row[s + f.RESOURCES_END]:
        r = row[at]
        if row[r + f.SETUP] >= 0:
            if row[r + f.LAST] >= 0:
                place = row[r + f.SETUP] + row[r + f.LAST] * row[r + f.CLASSES] + row[s + f.CLASS]
                longest = max(longest, m[f.POOL][place])
            row[r + f.LAST] = row[s + f.CLASS]
        at += 1
    return grant + longest


def release(m: Memory, s: int, grant: int, free: int) -> None:
    """FREE of an operation of stream s is known."""
    row, box = m[f.ROW], m[f.BOX]
    row[s + f.HELD] += free - grant
    if row[s + f.EVERY] == 0:
        latest = max(free, row[s + f.DONE])
        if latest > box[f.LATEST]:
            box[f.LATEST] = latest
    if row[s + f.MODE] >= f.ARBITER:
        push(m, free, f.RELEASE_PHASE, s)
    elif row[s + f.SERVED]:
        occupy(m, s, free)
