# ruff: noqa: F403, F405
"""Kernel: one operation of one stream, from its grant to its FREE."""

from simulator.engine.fast_engine.edges import duration, look_up
from simulator.engine.fast_engine.heap import push
from simulator.engine.fast_engine.holds import hold
from simulator.engine.fast_engine.layout import *
from simulator.engine.fast_engine.servers import occupy, serve, set_up


def request(m: Memory, s: int) -> None:
    """All terms of the next operation of stream s are known: it asks for its resources at ``ready``."""
    m[s + STATE] = REQUESTED
    if m[s + MODE] == WATCHER:
        m[BUDGET] = 0
    else:
        push(m, m[s + READY], SOLITARY_PHASE if m[s + MODE] == SOLITARY else REQUEST_PHASE, s)


def start(m: Memory, flat: Memory, s: int, grant: int) -> None:
    """The next operation of stream s is granted and starts."""
    k, g, begin = m[s + K], m[s + NEXT], m[s + READY]
    if grant > begin:
        begin = grant
    if m[s + SETUPS]:
        begin += set_up(m, s)
    if m[s + CONSTANT]:
        done = begin + m[s + LATENCY]
        free = begin + m[s + OCCUPANCY]
    else:
        place = m[s + CONTEXT] + k
        done = begin + duration(m, s, LATENCIES, place)
        free = begin + duration(m, s, OCCUPANCIES, place)
    e, end = m[s + FINISHES], m[s + HOLDS]
    while e < end:
        j = k + m[e + SHIFT] if m[e + FORM] == 0 else look_up(m, e, k)
        if j >= m[e + LEAST]:
            time = m[m[e + CELLS] + (4 * j & m[e + WRAP])]
            if time + m[e + LAG] > done:
                done = time + m[e + LAG]
            time += m[m[e + REST] + FREE_LAG]
            if time > free:
                free = time
        e += EDGE_SIZE
    if done < m[s + DONE]:
        done = m[s + DONE]
    m[s + START] = begin
    m[s + DONE] = done
    m[s + NEXT] = g + 1
    cell = m[s + AT] + (4 * g & m[s + MASK])
    m[cell] = begin
    m[cell + 1] = NIL
    m[cell + 2] = done
    if g < m[s + FLAT_N]:
        flat[m[s + FLAT_AT] + g] = begin
    elif m[s + LOGGED]:
        log(m, s, g, begin)
    if k == 0 or k + 1 == m[s + N]:
        bound(m, s, k)
    m[s + GRANT] = grant
    m[s + READY] = free
    m[s + CURSOR] = e


def granted(m: Memory, s: int) -> int:
    """Grant of the next operation where that is not just ``ready``; NIL if its servers' list needs room."""
    time = m[s + READY]
    if m[s + MODE] >= ARBITER:
        time = m[s + GRANT]
    elif m[s + SHADOW] != NIL:
        owner = m[s + SHADOW]
        time = m[m[owner + AT] + (4 * m[s + NEXT] & m[owner + MASK]) + 1]
    else:
        if m[s + SERVED]:
            time = serve(m, s)
        period = m[s + PERIOD]
        if period > 1 and time >= 0:  # counted from an edge nearby: short numbers are divided sooner
            late = (time - m[s + GRANT]) % period
            if late > 0:
                time += period - late
    return time


def finish(m: Memory, s: int) -> None:
    """FREE of the operation that started last, if it can be known, and what follows for its successor."""
    free, ready = m[s + READY], m[s + START] + m[s + GAP]
    if m[s + ORDERED]:
        if free > ready:
            ready = free
    elif m[s + HOLDS] < m[s + EDGES_END]:
        free = hold(m, s, free)
    m[s + READY] = ready
    m[s + CURSOR] = m[s + WAITS]
    m[s + K] += 1
    if free >= 0:
        m[s + HELD] += free - m[s + GRANT]
        m[m[s + AT] + (4 * (m[s + NEXT] - 1) & m[s + MASK]) + 1] = free
        if m[s + COUNTED]:
            if m[s + SERVED]:
                occupy(m, s, free)
            else:
                push(m, free, RELEASE_PHASE, s)


def log(m: Memory, s: int, g: int, begin: int) -> None:
    """Keep START where it is within the window of recording."""
    if begin < m[WINDOW_BEGIN]:
        m[s + EARLY] = g + 1
    elif begin < m[WINDOW_END]:
        at = m[LOG] + 2 * m[LOG_LENGTH]
        m[at] = m[s + NUMBER]
        m[at + 1] = begin
        m[LOG_LENGTH] += 1


def bound(m: Memory, s: int, k: int) -> None:
    """Begin and end of an inference, from the first and the last operation of each stream."""
    if m[s + SHADOW] != NIL:
        return
    i = m[CALENDAR] + m[s + INFERENCE] * CALENDAR_SIZE
    if k == 0:
        m[i + BEGAN] = min(m[i + BEGAN], m[s + START])
    if k + 1 < m[s + N]:
        return
    m[i + ENDED] = max(m[i + ENDED], m[s + DONE])
    m[i + OPEN] -= 1
    i = m[COMPLETE]
    while i < m[INFERENCES] and m[m[CALENDAR] + i * CALENDAR_SIZE + OPEN] == 0:
        i += 1
    m[COMPLETE] = i
    if i >= m[MARK]:
        m[BUDGET] = 0
