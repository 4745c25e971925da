"""Kernel: requests that are decided at the end of an instant, on resources with priorities or holds.

``c`` free servers make the first ``c`` requests of a resource candidates; who is a candidate on all its
resources, at a clock edge of theirs, is granted. A grant takes one request and one server, so it changes
nobody else's candidacy: requests can be looked at in any order, and only those whose situation changed at
this instant need be: new ones, those at a clock edge, those in line for a server that was released.
"""

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.edges import duration
from simulator.engine.fast_engine.heap import push
from simulator.engine.fast_engine.layout import Array, Memory
from simulator.engine.fast_engine.lists import enlist, notice, stack
from simulator.engine.fast_engine.operation import complete
from simulator.engine.fast_engine.servers import align, start_of


def request(m: Memory, s: int) -> None:
    """All terms of the next operation of stream s are known: it comes at ``ready``."""
    row = m[f.ROW]
    row[s + f.STATE] = f.REQUESTED
    phase = f.SOLITARY_PHASE if row[s + f.MODE] == f.SOLITARY else f.REQUEST_PHASE
    push(m, row[s + f.READY], phase, s)


def stand_in_line(m: Memory, s: int) -> None:
    """The request of stream s joins the queues of its resources."""
    row = m[f.ROW]
    row[s + f.STATE] = f.QUEUED
    if row[s + f.RANKED]:
        row[s + f.URGENCY] = duration(row, m[f.POOL], s + f.PRIORITY, row[s + f.K])
    at = row[s + f.RESOURCES]
    while at < row[s + f.RESOURCES_END]:
        enqueue(m, row[at], s)
        at += 1


def enqueue(m: Memory, r: int, s: int) -> None:
    """Insert the request of stream s in its place in the queue of resource r."""
    row, ring = m[f.ROW], m[f.RING]
    queue, head, length = row[r + f.QUEUE], row[r + f.HEAD], row[r + f.LENGTH]
    if head + length == row[r + f.QUEUE_ROOM]:
        for place in range(length):
            ring[queue + place] = ring[queue + head + place]
        head = 0
        row[r + f.HEAD] = 0
    at = queue + head + length
    while at > queue + head and goes_before(row, s, ring[at - 1]):
        ring[at] = ring[at - 1]
        at -= 1
    ring[at] = s
    row[r + f.LENGTH] = length + 1


def goes_before(row: Array, s: int, other: int) -> bool:
    """Whether the request of stream s is served before that of another one."""
    if row[s + f.URGENCY] != row[other + f.URGENCY]:
        return row[s + f.URGENCY] < row[other + f.URGENCY]
    if row[s + f.READY] != row[other + f.READY]:
        return row[s + f.READY] < row[other + f.READY]
    return s < other


def dequeue(m: Memory, r: int, s: int) -> None:
    """Take the request of stream s out of the queue of resource r."""
    row, ring = m[f.ROW], m[f.RING]
    first = row[r + f.QUEUE] + row[r + f.HEAD]
    at = first
    while ring[at] != s:
        at += 1
    while at > first:
        ring[at] = ring[at - 1]
        at -= 1
    row[r + f.HEAD] += 1
    row[r + f.LENGTH] -= 1


def candidate(m: Memory, r: int, s: int) -> bool:
    """Whether the request of stream s is among the first that the free servers of resource r can take."""
    row, ring = m[f.ROW], m[f.RING]
    at = row[r + f.QUEUE] + row[r + f.HEAD]
    end = at + min(row[r + f.IDLE], row[r + f.LENGTH])
    while at < end:
        if ring[at] == s:
            return True
        at += 1
    return False


def decide(m: Memory, s: int, now: int) -> bool:
    """Grant the request of stream s at this instant, if that is possible."""
    row = m[f.ROW]
    at = row[s + f.RESOURCES]
    while at < row[s + f.RESOURCES_END]:
        if not candidate(m, row[at], s):
            return False
        at += 1
    edge = align(row, s, now)
    if edge > now:
        if row[s + f.ALARM] != edge:
            row[s + f.ALARM] = edge
            phase = f.SOLITARY_PHASE if row[s + f.MODE] == f.SOLITARY else f.ALARM_PHASE
            push(m, edge, phase, s)
        return False
    at = row[s + f.RESOURCES]
    while at < row[s + f.RESOURCES_END]:
        row[row[at] + f.IDLE] -= 1
        dequeue(m, row[at], s)
        at += 1
    row[s + f.STATE] = f.REQUESTED
    complete(m, s, now, start_of(m, s, now))
    if row[s + f.STATE] == f.UNFREE:
        notice(m, s)
    else:
        stack(m, s)
    return True


def decide_all(m: Memory, r: int, now: int) -> None:
    """Grant what can be granted among the candidates of resource r."""
    row, ring = m[f.ROW], m[f.RING]
    row[r + f.LISTED] = 0
    at = 0
    while at < row[r + f.IDLE] and at < row[r + f.LENGTH]:
        if not decide(m, ring[row[r + f.QUEUE] + row[r + f.HEAD] + at], now):
            at += 1


def give_back(m: Memory, s: int, now: int) -> None:
    """One server of each resource of stream s is free again."""
    row = m[f.ROW]
    at = row[s + f.RESOURCES]
    while at < row[s + f.RESOURCES_END]:
        r = row[at]
        row[r + f.IDLE] += 1
        if row[r + f.LENGTH] > 0 and row[s + f.MODE] != f.SOLITARY:
            enlist(m, r)
        at += 1
    if row[s + f.MODE] == f.SOLITARY and row[s + f.STATE] == f.QUEUED:
        decide(m, s, now)
