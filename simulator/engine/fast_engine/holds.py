"""Kernel: operations whose servers are held until events that are not known at the grant.

Such an operation is a *slot*; each event that it misses is a node in the list of that event's stream.
A stream stops behind the first operation that a node needs (PIN), so that its time is read before
anything can overwrite it.
"""

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.edges import look_up
from simulator.engine.fast_engine.layout import Memory
from simulator.engine.fast_engine.lists import notice, rouse, stack
from simulator.engine.fast_engine.servers import release


def take_node(m: Memory) -> int:
    """An unused node."""
    box = m[f.BOX]
    x = box[f.FREE_NODE]
    box[f.FREE_NODE] = m[f.NODE][x + f.NODE_LINK]
    box[f.NODES_LEFT] -= 1
    return x


def give_node(m: Memory, x: int) -> None:
    """Node x is used no more."""
    box = m[f.BOX]
    m[f.NODE][x + f.NODE_LINK] = box[f.FREE_NODE]
    box[f.FREE_NODE] = x
    box[f.NODES_LEFT] += 1


def event_time(m: Memory, s: int, event: int, j: int) -> int:
    """When an event of operation j of stream s is, NIL if that is not known."""
    row = m[f.ROW]
    if j >= row[s + f.NEXT]:
        return f.NIL
    return m[f.RING][row[s + f.AT_START + event] + (j & row[s + f.MASK])]


def hold(m: Memory, s: int, grant: int, free: int) -> int:
    """FREE of the operation granted to stream s, ``free`` without its HOLD edges; NIL if not known yet."""
    row = m[f.ROW]
    slot = f.NIL
    e = row[s + f.HOLDS]
    while e < row[s + f.EDGES_END]:
        j = look_up(row, m[f.POOL], e, row[s + f.K])
        if j >= 0:
            row[e + f.LOW] = j
            time = event_time(m, row[e + f.SOURCE], row[e + f.EVENT], j)
            if time >= 0:
                free = max(free, time + row[e + f.LAG])
            else:
                if slot == f.NIL:
                    slot = open_slot(m, s, grant)
                attach(m, slot, e, j)
        e += f.EDGE_SIZE
    if slot == f.NIL:
        return free
    m[f.NODE][slot + f.PARTIAL] = free
    return f.NIL


def open_slot(m: Memory, s: int, grant: int) -> int:
    """A slot for the operation granted to stream s."""
    row, node = m[f.ROW], m[f.NODE]
    slot = take_node(m)
    node[slot + f.OWNER] = s
    node[slot + f.OPERATION] = row[s + f.NEXT]
    node[slot + f.MISSING] = 0
    node[slot + f.GRANTED] = grant
    node[slot + f.NODE_LINK] = row[s + f.SLOT]
    row[s + f.SLOT] = slot
    m[f.BOX][f.PENDING] += 1
    return slot


def attach(m: Memory, slot: int, e: int, j: int) -> None:
    """The slot misses the event of operation j that edge e looks at."""
    row, node = m[f.ROW], m[f.NODE]
    source = row[e + f.SOURCE]
    x = take_node(m)
    node[x + f.OWNER] = slot
    node[x + f.OPERATION] = j
    node[x + f.PARTIAL] = row[e + f.LAG]
    node[x + f.MISSING] = row[e + f.EVENT]
    node[x + f.NODE_LINK] = row[source + f.HOLDER]
    row[source + f.HOLDER] = x
    node[slot + f.MISSING] += 1
    if row[source + f.NEXT] <= j < row[source + f.PIN]:
        row[source + f.PIN] = j + 1
        row[source + f.LIMIT] = min(row[source + f.LIMIT], j + 1)
    rouse(m, source)


def fold(m: Memory, s: int) -> None:
    """Hand what is known of stream s to the operations that are held for it."""
    row, node = m[f.ROW], m[f.NODE]
    x, kept, pin = row[s + f.HOLDER], f.NIL, f.INF
    while x != f.NIL:
        following = node[x + f.NODE_LINK]
        j, slot = node[x + f.OPERATION], node[x + f.OWNER]
        time = event_time(m, s, node[x + f.MISSING], j)
        if time >= 0:
            node[slot + f.PARTIAL] = max(node[slot + f.PARTIAL], time + node[x + f.PARTIAL])
            node[slot + f.MISSING] -= 1
            give_node(m, x)
            if node[slot + f.MISSING] == 0:
                close_slot(m, slot)
        else:
            node[x + f.NODE_LINK] = kept
            kept = x
            if row[s + f.NEXT] <= j < pin:
                pin = j + 1
        x = following
    row[s + f.HOLDER] = kept
    if row[s + f.PIN] != pin:
        row[s + f.PIN] = pin
        row[s + f.LIMIT] = 0


def close_slot(m: Memory, slot: int) -> None:
    """FREE of a held operation is known."""
    row, node, box = m[f.ROW], m[f.NODE], m[f.BOX]
    s, g, free = node[slot + f.OWNER], node[slot + f.OPERATION], node[slot + f.PARTIAL]
    unlink_slot(m, s, slot)
    if row[s + f.AT_FREE] >= 0:
        m[f.RING][row[s + f.AT_FREE] + (g & row[s + f.MASK])] = free
    if box[f.WATCHED] == s and box[f.WATCHED_OPERATION] == g and box[f.WATCHED_EVENT] == 1:
        box[f.WATCHED_TIME] = free
        box[f.BUDGET] = 0
    box[f.PENDING] -= 1
    release(m, s, node[slot + f.GRANTED], free)
    give_node(m, slot)
    if row[s + f.GAP] >= 0:
        row[s + f.LIMIT] = 0
    else:
        row[s + f.READY] = free
        stack(m, s)
    notice(m, s)


def unlink_slot(m: Memory, s: int, slot: int) -> None:
    """Take a slot out of the list of its stream."""
    row, node = m[f.ROW], m[f.NODE]
    if row[s + f.SLOT] == slot:
        row[s + f.SLOT] = node[slot + f.NODE_LINK]
        return
    before = row[s + f.SLOT]
    while node[before + f.NODE_LINK] != slot:
        before = node[before + f.NODE_LINK]
    node[before + f.NODE_LINK] = node[slot + f.NODE_LINK]
