# ruff: noqa: F403, F405
"""Kernel: from one inference to the next, and how far a stream may run.

A stream that is alone on its resources depends on the past of streams only, so it may run ahead of the
time of the heap; its events are exact whenever they are computed. What its consumers have not looked at
yet must stay in its ring of recent event times; a full ring puts it to rest until the slowest consumer has
moved. If meanwhile somebody needs its next operation, it stands in the heap with a lower bound of that
operation's START, so that no later request is granted first, and gets a larger ring when that time comes.
"""

from simulator.engine.fast_engine.edges import look_up
from simulator.engine.fast_engine.heap import push
from simulator.engine.fast_engine.layout import *
from simulator.engine.fast_engine.lists import demanded, rouse_sleepers, sleep, stack


def prepare(m: Memory, s: int) -> bool:
    """Whether stream s has a next operation and room for its events; if so, LIMIT says for how many."""
    if m[s + K] == m[s + N] and not enter(m, s):
        return False
    if m[s + EVERY] > 0:
        return repeat(m, s)
    if m[s + NEXT] >= m[s + RING_LIMIT] and not relimit(m, s):
        return False
    m[s + LIMIT] = min(m[s + RING_LIMIT], m[s + NEXT] + m[s + N] - m[s + K])
    return True


def repeat(m: Memory, s: int) -> bool:
    """Background work: when the next operation is due; False when the foreground is over before."""
    if m[TAIL] and m[s + START] >= m[MAKESPAN]:
        m[s + STATE] = PARKED
        return False
    m[s + READY] = max(m[s + READY], m[s + FIRST] + m[s + NEXT] * m[s + EVERY])
    return True


def enter(m: Memory, s: int) -> bool:
    """Load the next inference in which stream s has work; False at the end of the schedule."""
    if m[s + LOADED]:
        leave(m, s)
    while m[s + INFERENCE] < m[INFERENCES]:
        i = m[CALENDAR] + m[s + INFERENCE] * CALENDAR_SIZE
        m[s + WORKS] = m[i + ALL_WORKS]
        work = m[i + ALL_WORKS] + m[s + NUMBER] * WORK_SIZE
        m[s + GROUPS] = m[i + GROUPS_OF]
        if m[work] > 0 and works(m, s, s):
            load(m, s, work)
            m[s + CONTEXT] = m[i + CONTEXT_OF]
            m[s + READY] = max(m[s + READY], m[i + FLOOR])
            if m[s + RELEASED] and m[i + RELEASE] > m[s + READY]:
                m[s + READY] = m[i + RELEASE]
                m[s + RELEASED] += 1
            return True
        leave(m, s)
    m[s + K] = 0
    m[s + N] = 0
    m[s + STATE] = PARKED
    m[RUNNING] -= 1
    rouse_sleepers(m, s)
    return False


def leave(m: Memory, s: int) -> None:
    """The current inference of stream s is over: count the operations of its sources in it."""
    tap = m[s + TAPS_IN]
    while tap != NIL:
        if works(m, s, m[tap + TAPPED]):
            m[tap + BASE] += m[m[s + WORKS] + m[tap + WORK_OF_TAPPED]]
        tap = m[tap + NEXT_IN]
    m[s + INFERENCE] += 1
    m[s + LOADED] = 0


def works(m: Memory, s: int, other: int) -> bool:
    """Whether another stream's group works in the current inference of stream s."""
    return m[s + GROUPS] == NIL or m[m[s + GROUPS] + m[other + GROUP]] > 0


def load(m: Memory, s: int, work: int) -> None:
    """Make ``work`` the current work of stream s."""
    if m[s + WORK] != work:
        m[s + WORK] = work
        for place in range(WORK_SIZE):
            m[s + N + place] = m[work + place]
    m[s + N] = m[work]
    m[s + K] = 0
    m[s + LOADED] = 1
    m[s + CURSOR] = m[s + WAITS]
    e = m[s + WAITS]
    while e < m[s + EDGES_END]:
        rest = m[e + REST]
        base = m[m[rest + TAP] + BASE]
        m[e + SHIFT] = base + m[rest + OFFSET] if m[e + FORM] == 0 else base
        m[e + LEAST] = max(base - m[rest + REACH], 0) if works(m, s, m[e + SOURCE]) else INF
        e += EDGE_SIZE


def relimit(m: Memory, s: int) -> bool:
    """Find out how far the ring lets stream s run; False if not further, with its rest arranged."""
    slow = find_limit(m, s)
    if m[s + NEXT] < m[s + RING_LIMIT]:
        m[s + FORCED] = 0
        return True
    if m[s + NEXT] >= m[s + PIN]:
        stack(m, s)
    elif m[s + FORCED] or m[s + MODE] != EAGER:
        m[GROW] = s
        m[BUDGET] = 0
        stack(m, s)
    elif slow == s or m[slow + STATE] == PARKED or demanded(m, s):
        m[s + STATE] = STUCK
        push(m, m[s + START], STUCK_PHASE, s)
    else:
        sleep(m, s, slow)
    return False


def find_limit(m: Memory, s: int) -> int:
    """Set RING_LIMIT to what the ring has room for; the stream that keeps it lowest."""
    low, slow = INF, s
    tap = m[s + TAPS_OUT]
    while tap != NIL:
        least = lowest(m, s, tap)
        if least < low:
            low, slow = least, m[tap + TAPPER]
        tap = m[tap + NEXT_OUT]
    slot = m[s + SLOT]
    while slot != NIL:
        if m[slot + OPERATION] < low:
            low, slow = m[slot + OPERATION], s
        slot = m[slot + NODE_LINK]
    m[s + RING_LIMIT] = min(low + ((m[s + MASK] + 1) >> 2), m[s + PIN])
    return slow


def lowest(m: Memory, s: int, tap: int) -> int:
    """The first operation of stream s that a tap may still look at."""
    target = m[tap + TAPPER]
    if m[target + DEAD]:
        return INF
    low = m[tap + BASE] - m[tap + FARTHEST]
    if m[target + LOADED]:
        if works(m, target, s):
            low += m[m[target + WORKS] + m[tap + WORK_OF_TAPPED]]
        e, end, k = m[target + WAITS], m[target + EDGES_END], m[target + K]
        while e < end and k < m[target + N]:
            if m[e + SOURCE] == s:
                low = min(low, k + m[e + SHIFT] if m[e + FORM] == 0 else last_look(m, e, k))
            e += EDGE_SIZE
    return low


def last_look(m: Memory, e: int, k: int) -> int:
    """The operation that edge e looks at for operation k, or for the last before it that looks at any."""
    while k > 0 and look_up(m, e, k) < m[e + LEAST]:
        k -= 1
    return max(look_up(m, e, k), m[e + LEAST])
