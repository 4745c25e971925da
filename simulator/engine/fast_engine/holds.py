# ruff: noqa: F403, F405
"""Kernel: streams with several operations in flight whose servers are held for events yet unknown.

Such an operation is a *slot*; each event that it misses is a node in the list of that event's stream.
A stream stops behind the first operation that a node needs (PIN), so that its time is read before
anything can overwrite it.
"""

from simulator.engine.fast_engine.edges import look_up
from simulator.engine.fast_engine.heap import push
from simulator.engine.fast_engine.layout import *
from simulator.engine.fast_engine.lists import rouse, tell


def take_node(m: Memory) -> int:
    """An unused node."""
    x = m[FREE_NODE]
    m[FREE_NODE] = m[x + NODE_LINK]
    m[NODES_LEFT] -= 1
    return x


def give_node(m: Memory, x: int) -> None:
    """Node x is used no more."""
    m[x + NODE_LINK] = m[FREE_NODE]
    m[FREE_NODE] = x
    m[NODES_LEFT] += 1


def event_time(m: Memory, s: int, event: int, j: int) -> int:
    """When an event of operation j of stream s is, NIL if that is not known."""
    if j >= m[s + NEXT]:
        return NIL
    return m[m[s + AT] + (4 * j & m[s + MASK]) + event]


def hold(m: Memory, s: int, free: int) -> int:
    """FREE of the operation just granted to stream s, ``free`` without HOLD edges; NIL if not known yet."""
    slot = NIL
    e = m[s + HOLDS]
    while e < m[s + EDGES_END]:
        j = m[s + K] + m[e + SHIFT] if m[e + FORM] == 0 else look_up(m, e, m[s + K])
        if j >= m[e + LEAST]:
            time = event_time(m, m[e + SOURCE], m[m[e + REST] + EVENT], j)
            if time >= 0:
                free = max(free, time + m[e + LAG])
            else:
                if slot == NIL:
                    slot = open_slot(m, s)
                attach(m, slot, e, j)
        e += EDGE_SIZE
    if slot == NIL:
        return free
    m[slot + PARTIAL] = free
    return NIL


def open_slot(m: Memory, s: int) -> int:
    """A slot for the operation just granted to stream s."""
    slot = take_node(m)
    m[slot + OWNER] = s
    m[slot + OPERATION] = m[s + NEXT] - 1
    m[slot + MISSING] = 0
    m[slot + GRANT_TIME] = m[s + GRANT]
    m[slot + NODE_LINK] = m[s + SLOT]
    m[s + SLOT] = slot
    m[PENDING] += 1
    return slot


def attach(m: Memory, slot: int, e: int, j: int) -> None:
    """The slot misses the event of operation j that edge e looks at."""
    source = m[e + SOURCE]
    x = take_node(m)
    m[x + OWNER] = slot
    m[x + OPERATION] = j
    m[x + PARTIAL] = m[e + LAG]
    m[x + MISSING] = m[m[e + REST] + EVENT]
    m[x + NODE_LINK] = m[source + HOLDER]
    m[source + HOLDER] = x
    m[slot + MISSING] += 1
    if m[source + NEXT] <= j < m[source + PIN]:
        m[source + PIN] = j + 1
        m[source + RING_LIMIT] = min(m[source + RING_LIMIT], j + 1)
        m[source + LIMIT] = min(m[source + LIMIT], j + 1)
    if m[source + STATE] == ASLEEP:
        rouse(m, source)


def fold(m: Memory, s: int) -> None:
    """Hand what is known of stream s to the operations that are held for it."""
    x, kept, pin = m[s + HOLDER], NIL, INF
    while x != NIL:
        following = m[x + NODE_LINK]
        j, slot = m[x + OPERATION], m[x + OWNER]
        time = event_time(m, s, m[x + MISSING], j)
        if time >= 0:
            m[slot + PARTIAL] = max(m[slot + PARTIAL], time + m[x + PARTIAL])
            m[slot + MISSING] -= 1
            give_node(m, x)
            if m[slot + MISSING] == 0:
                close_slot(m, slot)
        else:
            m[x + NODE_LINK] = kept
            kept = x
            if m[s + NEXT] <= j < pin:
                pin = j + 1
        x = following
    m[s + HOLDER] = kept
    if m[s + PIN] != pin:
        m[s + PIN] = pin
        m[s + RING_LIMIT] = 0
        m[s + LIMIT] = 0


def close_slot(m: Memory, slot: int) -> None:
    """FREE of a held operation is known."""
    s, g, free = m[slot + OWNER], m[slot + OPERATION], m[slot + PARTIAL]
    unlink_slot(m, s, slot)
    m[m[s + AT] + (4 * g & m[s + MASK]) + 1] = free
    m[PENDING] -= 1
    m[s + HELD] += free - m[slot + GRANT_TIME]
    m[s + RING_LIMIT] = 0
    m[s + LIMIT] = 0
    push(m, free, RELEASE_PHASE, s)
    give_node(m, slot)
    if m[s + NOTICE] == 0:
        m[s + NOTICE] = m[NOTICES]
        m[NOTICES] = s


def unlink_slot(m: Memory, s: int, slot: int) -> None:
    """Take a slot out of the list of its stream."""
    other = m[s + SLOT]
    if other == slot:
        m[s + SLOT] = m[slot + NODE_LINK]
        return
    while m[other + NODE_LINK] != slot:
        other = m[other + NODE_LINK]
    m[other + NODE_LINK] = m[slot + NODE_LINK]


def hand_on(m: Memory, s: int) -> None:
    """Tell operations held for stream s, and those who wait for streams of which FREE so became known."""
    fold(m, s)
    while m[NOTICES] != NIL:
        s = m[NOTICES]
        m[NOTICES] = m[s + NOTICE]
        m[s + NOTICE] = 0
        if m[s + HOLDER] != NIL:
            fold(m, s)
        tell(m, s)
