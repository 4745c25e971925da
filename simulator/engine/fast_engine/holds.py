"""Kernel: streams with several operations in flight whose servers are held for events yet unknown.

Such an operation is a *slot*; each event that it misses is a node in the list of that event's stream.
A stream stops behind the first operation that a node needs (PIN), so that its time is read before
anything can overwrite it.
"""

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.edges import look_up
from simulator.engine.fast_engine.heap import push
from simulator.engine.fast_engine.layout import Memory
from simulator.engine.fast_engine.lists import rouse


def take_node(m: Memory) -> int:
    """An unused node."""
    x = m[f.FREE_NODE]
    m[f.FREE_NODE] = m[x + f.NODE_LINK]
    m[f.NODES_LEFT] -= 1
    return x


def give_node(m: Memory, x: int) -> None:
    """Node x is used no more."""
    m[x + f.NODE_LINK] = m[f.FREE_NODE]
    m[f.FREE_NODE] = x
    m[f.NODES_LEFT] += 1


def event_time(m: Memory, s: int, event: int, j: int) -> int:
    """When an event of operation j of stream s is, NIL if that is not known."""
    if j >= m[s + f.NEXT]:
        return f.NIL
    return m[m[s + f.AT_START + event] + (j & m[s + f.MASK])]


def hold(m: Memory, s: int, free: int) -> int:
    """FREE of the operation just granted to stream s, ``free`` without HOLD edges; NIL if not known yet."""
    slot = f.NIL
    e = m[s + f.HOLDS]
    while e < m[s + f.EDGES_END]:
        j = m[s + f.K] + m[e + f.SHIFT] if m[e + f.FORM] == 0 else look_up(m, e, m[s + f.K])
        if j >= m[e + f.LEAST]:
            m[e + f.LOW] = j
            time = event_time(m, m[e + f.SOURCE], m[e + f.EVENT], j)
            if time >= 0:
                free = max(free, time + m[e + f.LAG])
            else:
                if slot == f.NIL:
                    slot = open_slot(m, s)
                attach(m, slot, e, j)
        e += f.EDGE_SIZE
    if slot == f.NIL:
        return free
    m[slot + f.PARTIAL] = free
    return f.NIL


def open_slot(m: Memory, s: int) -> int:
    """A slot for the operation just granted to stream s."""
    slot = take_node(m)
    m[slot + f.OWNER] = s
    m[slot + f.OPERATION] = m[s + f.NEXT] - 1
    m[slot + f.MISSING] = 0
    m[slot + f.GRANT_TIME] = m[s + f.GRANT]
    m[slot + f.NODE_LINK] = m[s + f.SLOT]
    m[s + f.SLOT] = slot
    m[f.PENDING] += 1
    return slot


def attach(m: Memory, slot: int, e: int, j: int) -> None:
    """The slot misses the event of operation j that edge e looks at."""
    source = m[e + f.SOURCE]
    x = take_node(m)
    m[x + f.OWNER] = slot
    m[x + f.OPERATION] = j
    m[x + f.PARTIAL] = m[e + f.LAG]
    m[x + f.MISSING] = m[e + f.EVENT]
    m[x + f.NODE_LINK] = m[source + f.HOLDER]
    m[source + f.HOLDER] = x
    m[slot + f.MISSING] += 1
    if m[source + f.NEXT] <= j < m[source + f.PIN]:
        m[source + f.PIN] = j + 1
        m[source + f.LIMIT] = min(m[source + f.LIMIT], j + 1)
    if m[source + f.STATE] == f.ASLEEP:
        rouse(m, source)


def fold(m: Memory, s: int) -> None:
    """Hand what is known of stream s to the operations that are held for it."""
    x, kept, pin = m[s + f.HOLDER], f.NIL, f.INF
    while x != f.NIL:
        following = m[x + f.NODE_LINK]
        j, slot = m[x + f.OPERATION], m[x + f.OWNER]
        time = event_time(m, s, m[x + f.MISSING], j)
        if time >= 0:
            m[slot + f.PARTIAL] = max(m[slot + f.PARTIAL], time + m[x + f.PARTIAL])
            m[slot + f.MISSING] -= 1
            give_node(m, x)
            if m[slot + f.MISSING] == 0:
                close_slot(m, slot)
        else:
            m[x + f.NODE_LINK] = kept
            kept = x
            if m[s + f.NEXT] <= j < pin:
                pin = j + 1
        x = following
    m[s + f.HOLDER] = kept
    if m[s + f.PIN] != pin:
        m[s + f.PIN] = pin
        m[s + f.LIMIT] = 0


def close_slot(m: Memory, slot: int) -> None:
    """FREE of a held operation is known."""
    s, g, free = m[slot + f.OWNER], m[slot + f.OPERATION], m[slot + f.PARTIAL]
    unlink_slot(m, s, slot)
    if m[s + f.AT_FREE] >= 0:
        m[m[s + f.AT_FREE] + (g & m[s + f.MASK])] = free
    if m[f.WATCHED] == s and m[f.WATCHED_OPERATION] == g and m[f.WATCHED_EVENT] == 1:
        m[f.WATCHED_TIME] = free
        m[f.BUDGET] = 0
    m[f.PENDING] -= 1
    m[s + f.HELD] += free - m[slot + f.GRANT_TIME]
    m[s + f.LIMIT] = 0
    push(m, free, f.RELEASE_PHASE, s)
    give_node(m, slot)
    if m[s + f.NOTED] == 0:
        m[s + f.NOTED] = 1
        m[m[f.NOTICES] + m[f.NOTICES_LENGTH]] = s
        m[f.NOTICES_LENGTH] += 1


def unlink_slot(m: Memory, s: int, slot: int) -> None:
    """Take a slot out of the list of its stream."""
    if m[s + f.SLOT] == slot:
        m[s + f.SLOT] = m[slot + f.NODE_LINK]
        return
    before = m[s + f.SLOT]
    while m[before + f.NODE_LINK] != slot:
        before = m[before + f.NODE_LINK]
    m[before + f.NODE_LINK] = m[slot + f.NODE_LINK]
