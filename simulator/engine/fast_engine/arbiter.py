# ruff: noqa: F403, F405
"""Kernel: requests that are decided at the end of an instant, on resources with priorities or holds.

``c`` free servers make the first ``c`` requests of a resource candidates; who is a candidate on all its
resources, at a clock edge of theirs, is granted. A grant takes one request and one server, so it changes
nobody else's candidacy: requests can be looked at in any order, and only those whose situation changed at
this instant need be: new ones, those at a clock edge, those in line for a server that was released.
"""

from simulator.engine.fast_engine.edges import duration
from simulator.engine.fast_engine.heap import push
from simulator.engine.fast_engine.layout import *
from simulator.engine.fast_engine.lists import put_on_agenda, stack
from simulator.engine.fast_engine.servers import align


def stand_in_line(m: Memory, s: int) -> None:
    """The request of stream s joins the queues of its resources."""
    m[s + STATE] = QUEUED
    if m[s + RANKED]:
        m[s + URGENCY] = duration(m, s, PRIORITIES, m[s + CONTEXT] + m[s + K])
    for at in range(m[s + RESOURCES], m[s + RESOURCES_END]):
        enqueue(m, m[at], s)


def enqueue(m: Memory, r: int, s: int) -> None:
    """Insert the request of stream s in its place in the queue of resource r."""
    queue, length = m[r + QUEUE], m[r + LENGTH]
    first = queue + m[r + HEAD]
    if m[r + HEAD] + length == m[r + QUEUE_ROOM]:
        for place in range(length):
            m[queue + place] = m[first + place]
        first = queue
        m[r + HEAD] = 0
    at = first + length
    while at > first and goes_before(m, s, m[at - 1]):
        m[at] = m[at - 1]
        at -= 1
    m[at] = s
    m[r + LENGTH] = length + 1


def goes_before(m: Memory, s: int, other: int) -> bool:
    """Whether the request of stream s is served before that of another one."""
    if m[s + URGENCY] != m[other + URGENCY]:
        return m[s + URGENCY] < m[other + URGENCY]
    if m[s + READY] != m[other + READY]:
        return m[s + READY] < m[other + READY]
    return s < other


def dequeue(m: Memory, r: int, s: int) -> None:
    """Take the request of stream s out of the queue of resource r."""
    first = m[r + QUEUE] + m[r + HEAD]
    at = first
    while m[at] != s:
        at += 1
    while at > first:
        m[at] = m[at - 1]
        at -= 1
    m[r + HEAD] += 1
    m[r + LENGTH] -= 1


def candidate(m: Memory, r: int, s: int) -> bool:
    """Whether the request of stream s is among the first that the free servers of resource r can take."""
    first = m[r + QUEUE] + m[r + HEAD]
    for at in range(first, first + min(m[r + IDLE], m[r + LENGTH])):
        if m[at] == s:
            return True
    return False


def decide(m: Memory, s: int, now: int) -> bool:
    """Grant the request of stream s at this instant, if that is possible."""
    for at in range(m[s + RESOURCES], m[s + RESOURCES_END]):
        if not candidate(m, m[at], s):
            return False
    edge = align(m, s, now)
    if edge > now:
        if m[s + ALARM] != edge:
            m[s + ALARM] = edge
            push(m, edge, SOLITARY_PHASE if m[s + MODE] == SOLITARY else ALARM_PHASE, s)
        return False
    for at in range(m[s + RESOURCES], m[s + RESOURCES_END]):
        m[m[at] + IDLE] -= 1
        dequeue(m, m[at], s)
    m[s + GRANT] = now
    stack(m, s)
    return True


def decide_all(m: Memory, r: int, now: int) -> None:
    """Grant what can be granted among the candidates of resource r."""
    m[r + LISTED] = 0
    at = 0
    while at < m[r + IDLE] and at < m[r + LENGTH]:
        if not decide(m, m[m[r + QUEUE] + m[r + HEAD] + at], now):
            at += 1


def give_back(m: Memory, s: int) -> None:
    """One server of each resource of stream s is free again."""
    for at in range(m[s + RESOURCES], m[s + RESOURCES_END]):
        r = m[at]
        m[r + IDLE] += 1
        if m[r + LENGTH] > 0 and m[r + LISTED] == 0 and m[s + MODE] != SOLITARY:
            m[r + LISTED] = 1
            put_on_agenda(m, r)


def settle(m: Memory) -> None:
    """Decide about the next stream or resource on the agenda."""
    m[AGENDA_LENGTH] -= 1
    x = m[m[AGENDA] + m[AGENDA_LENGTH]]
    if x >= m[FIRST_RESOURCE]:
        decide_all(m, x, m[NOW])
    elif m[x + STATE] == QUEUED:
        decide(m, x, m[NOW])


def arbitrate(m: Memory, s: int, phase: int, now: int) -> None:
    """A request, a release or a clock edge where a grant is decided at the end of the instant."""
    if phase == RELEASE_PHASE:
        give_back(m, s)
    elif m[s + STATE] == REQUESTED and m[s + READY] <= now:
        stand_in_line(m, s)
    if m[s + STATE] == QUEUED:
        if m[s + MODE] == SOLITARY:
            decide(m, s, now)
        elif phase != RELEASE_PHASE:
            put_on_agenda(m, s)
