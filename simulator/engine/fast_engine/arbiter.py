"""Kernel: requests that are decided at the end of an instant, on resources with priorities or holds.

``c`` free servers make the first ``c`` requests of a resource candidates; who is a candidate on all its
resources, at a clock edge of theirs, is granted. A grant takes one request and one server, so it changes
nobody else's candidacy: requests can be looked at in any order, and only those whose situation changed at
this instant need be: new ones, those at a clock edge, those in line for a server that was released.
"""

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.edges import duration
from simulator.engine.fast_engine.heap import push
from simulator.engine.fast_engine.layout import Memory
from simulator.engine.fast_engine.lists import put_on_agenda, stack
from simulator.engine.fast_engine.servers import align


def stand_in_line(m: Memory, s: int) -> None:
    """The request of stream s joins the queues of its resources."""
    m[s + f.STATE] = f.QUEUED
    if m[s + f.RANKED]:
        m[s + f.URGENCY] = duration(m, s + f.PRIORITY, m[s + f.K])
    for at in range(m[s + f.RESOURCES], m[s + f.RESOURCES_END]):
        enqueue(m, m[at], s)


def enqueue(m: Memory, r: int, s: int) -> None:
    """Insert the request of stream s in its place in the queue of resource r."""
    queue, length = m[r + f.QUEUE], m[r + f.LENGTH]
    first = queue + m[r + f.HEAD]
    if m[r + f.HEAD] + length == m[r + f.QUEUE_ROOM]:
        for place in range(length):
            m[queue + place] = m[first + place]
        first = queue
        m[r + f.HEAD] = 0
    at = first + length
    while at > first and goes_before(m, s, m[at - 1]):
        m[at] = m[at - 1]
        at -= 1
    m[at] = s
    m[r + f.LENGTH] = length + 1


def goes_before(m: Memory, s: int, other: int) -> bool:
    """Whether the request of stream s is served before that of another one."""
    if m[s + f.URGENCY] != m[other + f.URGENCY]:
        return m[s + f.URGENCY] < m[other + f.URGENCY]
    if m[s + f.READY] != m[other + f.READY]:
        return m[s + f.READY] < m[other + f.READY]
    return s < other


def dequeue(m: Memory, r: int, s: int) -> None:
    """Take the request of stream s out of the queue of resource r."""
    first = m[r + f.QUEUE] + m[r + f.HEAD]
    at = first
    while m[at] != s:
        at += 1
    while at > first:
        m[at] = m[at - 1]
        at -= 1
    m[r + f.HEAD] += 1
    m[r + f.LENGTH] -= 1


def candidate(m: Memory, r: int, s: int) -> bool:
    """Whether the request of stream s is among the first that the free servers of resource r can take."""
    first = m[r + f.QUEUE] + m[r + f.HEAD]
    for at in range(first, first + min(m[r + f.IDLE], m[r + f.LENGTH])):
        if m[at] == s:
            return True
    return False


def decide(m: Memory, s: int, now: int) -> bool:
    """Grant the request of stream s at this instant, if that is possible."""
    for at in range(m[s + f.RESOURCES], m[s + f.RESOURCES_END]):
        if not candidate(m, m[at], s):
            return False
    edge = align(m, s, now)
    if edge > now:
        if m[s + f.ALARM] != edge:
            m[s + f.ALARM] = edge
            push(m, edge, f.SOLITARY_PHASE if m[s + f.MODE] == f.SOLITARY else f.ALARM_PHASE, s)
        return False
    for at in range(m[s + f.RESOURCES], m[s + f.RESOURCES_END]):
        m[m[at] + f.IDLE] -= 1
        dequeue(m, m[at], s)
    m[s + f.GRANT] = now
    stack(m, s)
    return True


def decide_all(m: Memory, r: int, now: int) -> None:
    """Grant what can be granted among the candidates of resource r."""
    m[r + f.LISTED] = 0
    at = 0
    while at < m[r + f.IDLE] and at < m[r + f.LENGTH]:
        if not decide(m, m[m[r + f.QUEUE] + m[r + f.HEAD] + at], now):
            at += 1


def give_back(m: Memory, s: int) -> None:
    """One server of each resource of stream s is free again."""
    for at in range(m[s + f.RESOURCES], m[s + f.RESOURCES_END]):
        r = m[at]
        m[r + f.IDLE] += 1
        if m[r + f.LENGTH] > 0 and m[r + f.LISTED] == 0 and m[s + f.MODE] != f.SOLITARY:
            m[r + f.LISTED] = 1
            put_on_agenda(m, r)
