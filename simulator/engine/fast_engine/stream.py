"""Kernel: one stream, operation by operation, as far as it can go."""

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.edges import duration, gather, look_up
from simulator.engine.fast_engine.heap import push
from simulator.engine.fast_engine.holds import fold, hold
from simulator.engine.fast_engine.layout import Memory
from simulator.engine.fast_engine.lists import stack, tell
from simulator.engine.fast_engine.progress import prepare
from simulator.engine.fast_engine.servers import align, occupy, serve, set_up


def run(m: Memory, flat: Memory, s: int) -> None:
    """Advance stream s until it must wait, request, rest, or has used up the budget."""
    stage = m[s + f.STAGE]
    while True:
        if stage == f.ASKING and not prepare(m, s):
            break
        if stage != f.GRANTED:
            end = m[s + f.FINISHES] if stage == f.ASKING else m[s + f.EDGES_END]
            if not gather(m, s, end):
                break
            if stage == f.ASKING:
                stage = f.GRANTED
                if m[s + f.MODE] != f.EAGER:
                    request(m, s)
                    break
        if stage == f.GRANTED:
            if not start(m, flat, s):
                break
            if m[s + f.ORDERED] and m[s + f.CURSOR] < m[s + f.EDGES_END]:
                stage = f.HOLDING
                continue
        finish(m, s)
        stage = f.ASKING
        if m[f.BUDGET] <= 0:
            stack(m, s)
            break
    m[s + f.STAGE] = stage
    if m[s + f.HOLDER] != f.NIL:
        fold(m, s)
    if m[s + f.NEXT] > m[s + f.FIRST_NEED]:
        tell(m, s)


def request(m: Memory, s: int) -> None:
    """All terms of the next operation of stream s are known: it asks for its resources at ``ready``."""
    m[s + f.STATE] = f.REQUESTED
    phase = f.SOLITARY_PHASE if m[s + f.MODE] == f.SOLITARY else f.REQUEST_PHASE
    push(m, m[s + f.READY], phase, s)


def start(m: Memory, flat: Memory, s: int) -> bool:
    """The next operation of stream s starts; False if its servers' list needs room first."""
    begin = m[s + f.READY]
    grant = begin
    if m[s + f.PLAIN] == 0:
        grant = granted(m, s)
        if grant < 0:
            return False
        begin = max(begin, grant)
        if m[s + f.SETUPS]:
            begin += set_up(m, s)
    if m[s + f.CONSTANT]:
        done = begin + m[s + f.LATENCY]
        free = begin + m[s + f.OCCUPANCY]
    else:
        done = begin + duration(m, s + f.LATENCY, m[s + f.K])
        free = begin + duration(m, s + f.OCCUPANCY, m[s + f.K])
    m[s + f.START] = begin
    m[s + f.GRANT] = grant
    m[s + f.READY] = free
    publish(m, s, stretched(m, s, done))
    record(m, flat, s, begin)
    m[s + f.NEXT] += 1
    m[f.BUDGET] -= 1
    return True


def granted(m: Memory, s: int) -> int:
    """Grant of the next operation where that is not just ``ready``; NIL if its servers' list needs room."""
    if m[s + f.MODE] >= f.ARBITER:
        return m[s + f.GRANT]
    if m[s + f.SHADOW] != f.NIL:
        owner = m[s + f.SHADOW]
        return m[m[owner + f.AT_FREE] + (m[s + f.NEXT] & m[owner + f.MASK])]
    time = m[s + f.READY]
    if m[s + f.SERVED]:
        time = serve(m, s)
        if time < 0:
            stack(m, s)
            return f.NIL
    return align(m, s, time)


def stretched(m: Memory, s: int, done: int) -> int:
    """DONE after FINISH edges and that of the previous operation; READY becomes FREE after FINISH edges."""
    free, e = m[s + f.READY], m[s + f.FINISHES]
    while e < m[s + f.HOLDS]:
        j = m[s + f.K] + m[e + f.SHIFT] if m[e + f.FORM] == 0 else look_up(m, e, m[s + f.K])
        if j >= m[e + f.LEAST]:
            m[e + f.LOW] = j
            time = m[m[e + f.AT] + (j & m[e + f.AT_MASK])]
            done = max(done, time + m[e + f.LAG])
            free = max(free, time + m[e + f.FREE_LAG])
        e += f.EDGE_SIZE
    m[s + f.READY] = free
    m[s + f.CURSOR] = e
    return max(done, m[s + f.DONE])


def publish(m: Memory, s: int, done: int) -> None:
    """START and DONE of the operation that starts, for those who look at them."""
    slot = m[s + f.NEXT] & m[s + f.MASK]
    m[s + f.DONE] = done
    if m[s + f.AT_START] >= 0:
        m[m[s + f.AT_START] + slot] = m[s + f.START]
    if m[s + f.AT_DONE] >= 0:
        m[m[s + f.AT_DONE] + slot] = done
    if m[s + f.AT_FREE] >= 0:
        m[m[s + f.AT_FREE] + slot] = f.NIL
    if m[s + f.K] == 0 or m[s + f.K] + 1 == m[s + f.N]:
        bound(m, s)
    if m[f.WATCHED] == s and m[f.WATCHED_OPERATION] == m[s + f.NEXT] and m[f.WATCHED_EVENT] != 1:
        m[f.WATCHED_TIME] = m[s + f.START] if m[f.WATCHED_EVENT] == 0 else done
        m[f.BUDGET] = 0


def record(m: Memory, flat: Memory, s: int, begin: int) -> None:
    """Keep START where that is asked for."""
    if m[s + f.NEXT] < m[s + f.FLAT_N]:
        flat[m[s + f.FLAT_AT] + m[s + f.NEXT]] = begin
    elif m[s + f.LOGGED]:
        if begin < m[f.WINDOW_BEGIN]:
            m[s + f.EARLY] = m[s + f.NEXT] + 1
        elif begin < m[f.WINDOW_END]:
            at = m[f.LOG] + 2 * m[f.LOG_LENGTH]
            m[at] = m[s + f.NUMBER]
            m[at + 1] = begin
            m[f.LOG_LENGTH] += 1


def bound(m: Memory, s: int) -> None:
    """Begin and end of an inference, from the first and the last operation of each stream."""
    if m[s + f.SHADOW] != f.NIL:
        return
    i = m[f.CALENDAR] + m[s + f.INFERENCE] * f.CALENDAR_SIZE
    if m[s + f.K] == 0:
        m[i + f.BEGAN] = min(m[i + f.BEGAN], m[s + f.START])
    if m[s + f.K] + 1 < m[s + f.N]:
        return
    m[i + f.ENDED] = max(m[i + f.ENDED], m[s + f.DONE])
    m[i + f.OPEN] -= 1
    i = m[f.COMPLETE]
    while i < m[f.INFERENCES] and m[m[f.CALENDAR] + i * f.CALENDAR_SIZE + f.OPEN] == 0:
        i += 1
    m[f.COMPLETE] = i
    if i >= m[f.MARK]:
        m[f.BUDGET] = 0


def finish(m: Memory, s: int) -> None:
    """FREE of the operation that started last, if it can be known, and what follows for its successor."""
    free, ready = m[s + f.READY], m[s + f.START] + m[s + f.GAP]
    if m[s + f.ORDERED] == 0 and m[s + f.HOLDS] < m[s + f.EDGES_END]:
        free = hold(m, s, free)
    if free >= 0:
        if m[s + f.AT_FREE] >= 0:
            m[m[s + f.AT_FREE] + ((m[s + f.NEXT] - 1) & m[s + f.MASK])] = free
        m[s + f.HELD] += free - m[s + f.GRANT]
        if m[s + f.ORDERED] and free > ready:
            ready = free
        if m[s + f.MODE] >= f.ARBITER:
            push(m, free, f.RELEASE_PHASE, s)
        elif m[s + f.SERVED]:
            occupy(m, s, free)
        if m[f.WATCHED] == s and m[f.WATCHED_OPERATION] == m[s + f.NEXT] - 1 and m[f.WATCHED_EVENT] == 1:
            m[f.WATCHED_TIME] = free
            m[f.BUDGET] = 0
    m[s + f.READY] = ready
    m[s + f.CURSOR] = m[s + f.WAITS]
    m[s + f.K] += 1
