"""Kernel: from one inference to the next, and how far a stream may run.

A stream that is alone on its resources depends on the past of streams only, so it may run ahead of the
time of the heap; its events are exact whenever they are computed. What its consumers have not looked at
yet must stay in its ring of recent event times; a full ring puts it to rest until the slowest consumer has
moved. If meanwhile somebody needs its next operation, it stands in the heap with a lower bound of that
operation's START, so that no later request is granted first, and gets a larger ring when that time comes.
"""

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.heap import push
from simulator.engine.fast_engine.layout import Memory
from simulator.engine.fast_engine.lists import demanded, link, stack


def prepare(m: Memory, s: int) -> bool:
    """Whether stream s has a next operation and room for its events."""
    if m[s + f.K] == m[s + f.N] and not enter(m, s):
        return False
    if m[s + f.EVERY] > 0 and not repeat(m, s):
        return False
    return m[s + f.NEXT] < m[s + f.LIMIT] or relimit(m, s)


def repeat(m: Memory, s: int) -> bool:
    """Background work: when the next operation is due; False when the foreground is over before."""
    if m[f.TAIL] and m[s + f.START] >= m[f.MAKESPAN]:
        m[s + f.STATE] = f.PARKED
        return False
    m[s + f.READY] = max(m[s + f.READY], m[s + f.FIRST] + m[s + f.NEXT] * m[s + f.EVERY])
    return True


def enter(m: Memory, s: int) -> bool:
    """Load the next inference in which stream s has work; False at the end of the schedule."""
    if m[s + f.LOADED]:
        leave(m, s)
    while m[s + f.INFERENCE] < m[f.INFERENCES]:
        i = m[f.CALENDAR] + m[s + f.INFERENCE] * f.CALENDAR_SIZE
        m[s + f.WORKS] = m[i + f.ALL_WORKS]
        work = m[i + f.ALL_WORKS] + m[s + f.NUMBER] * f.WORK_SIZE
        if m[work] > 0:
            load(m, s, work)
            term = m[i + f.FLOOR]
            if m[s + f.RELEASED] and m[i + f.RELEASE] > term:
                term = m[i + f.RELEASE]
            if term > m[s + f.READY]:
                m[s + f.READY] = term
                m[f.RELEASES] += 1
            return True
        leave(m, s)
    m[s + f.K] = 0
    m[s + f.N] = 0
    m[s + f.STATE] = f.PARKED
    m[f.RUNNING] -= 1
    return False


def leave(m: Memory, s: int) -> None:
    """The current inference of stream s is over: count the operations of its sources in it."""
    tap = m[s + f.TAPS_IN]
    while tap != f.NIL:
        m[tap + f.BASE] += m[m[s + f.WORKS] + m[tap + f.WORK_OF_TAPPED]]
        tap = m[tap + f.NEXT_IN]
    m[s + f.INFERENCE] += 1
    m[s + f.LOADED] = 0


def load(m: Memory, s: int, work: int) -> None:
    """Make ``work`` the current work of stream s."""
    if m[s + f.WORK] != work:
        m[s + f.WORK] = work
        for field in range(f.WORK_SIZE):
            m[s + f.N + field] = m[work + field]
    m[s + f.N] = m[work]
    m[s + f.K] = 0
    m[s + f.LOADED] = 1
    m[s + f.CURSOR] = m[s + f.WAITS]
    e = m[s + f.WAITS]
    while e < m[s + f.EDGES_END]:
        base = m[m[e + f.TAP] + f.BASE]
        low = base - m[e + f.REACH]
        m[e + f.SHIFT] = base + m[e + f.OFFSET] if m[e + f.FORM] == 0 else base
        m[e + f.LEAST] = max(low, 0)
        m[e + f.LOW] = low
        e += f.EDGE_SIZE


def relimit(m: Memory, s: int) -> bool:
    """Find out how far stream s may run; False if not further, with its rest arranged."""
    slow = find_limit(m, s)
    if m[s + f.NEXT] < m[s + f.LIMIT]:
        m[s + f.FORCED] = 0
        return True
    if m[s + f.NEXT] >= m[s + f.PIN]:
        stack(m, s)
    elif m[s + f.FORCED] or m[s + f.MODE] != f.EAGER:
        m[f.GROW] = s
        m[f.BUDGET] = 0
        stack(m, s)
    elif slow == s or demanded(m, s):
        m[s + f.STATE] = f.STUCK
        push(m, max(m[s + f.START], 0), f.STUCK_PHASE, s)
    else:
        m[s + f.STATE] = f.ASLEEP
        link(m, s, slow, m[slow + f.NEXT], 0)
    return False


def find_limit(m: Memory, s: int) -> int:
    """Set LIMIT to what the ring has room for; the stream that keeps it lowest."""
    low, slow = f.INF, s
    tap = m[s + f.TAPS_OUT]
    while tap != f.NIL:
        least = lowest(m, s, tap)
        if least < low:
            low, slow = least, m[tap + f.TAPPER]
        tap = m[tap + f.NEXT_OUT]
    slot = m[s + f.SLOT]
    while slot != f.NIL:
        if m[slot + f.OPERATION] < low:
            low, slow = m[slot + f.OPERATION], s
        slot = m[slot + f.NODE_LINK]
    m[s + f.LIMIT] = min(low + m[s + f.MASK] + 1, m[s + f.PIN])
    return slow


def lowest(m: Memory, s: int, tap: int) -> int:
    """The first operation of stream s that a tap may still look at."""
    target = m[tap + f.TAPPER]
    if m[target + f.DEAD]:
        return f.INF
    low = m[tap + f.BASE] - m[tap + f.FARTHEST]
    if m[target + f.LOADED]:
        low += m[m[target + f.WORKS] + m[tap + f.WORK_OF_TAPPED]]
        e = m[target + f.WAITS]
        while e < m[target + f.EDGES_END]:
            if m[e + f.SOURCE] == s and m[e + f.LOW] < low:
                low = m[e + f.LOW]
            e += f.EDGE_SIZE
    return low
