# ruff: noqa: F403, F405
"""Kernel: what happens next.

Order of work: first whatever follows without a decision (``notices`` and ``stack``), then the earliest
event of the heap, and what was put on the ``agenda`` of an instant once the heap has nothing of it left.

Why no request comes too late. When stack and notices are empty, an operation that has not been computed
waits for an event of another one, is in the heap or in a queue, or nobody needs it. So each chain of waits
ends in the heap or in a queue, and what is computed next is not before the heap's first time. Grants of
contended streams have their events at least 1 ps later (docs/program.md), so nothing of the same instant
follows from them; grants of solitary streams can have such consequences and come in an earlier phase.
"""

from simulator.engine.fast_engine.arbiter import arbitrate, settle
from simulator.engine.fast_engine.edges import look_up
from simulator.engine.fast_engine.heap import first_time, take_first
from simulator.engine.fast_engine.holds import hand_on
from simulator.engine.fast_engine.layout import *
from simulator.engine.fast_engine.lists import prefetch, stack, tell, wait
from simulator.engine.fast_engine.progress import prepare
from simulator.engine.fast_engine.stream import finish, granted, request, start


def advance(m: Memory, flat: Memory) -> int:
    """Run one stream after the other, each until it must wait, request or rest; why that ended.

    ``flat``: where START times go whose place is known beforehand.
    """
    while True:
        s = m[STACK]
        if s != NIL and m[BUDGET] > 0:
            m[STACK] = m[s + LINK]
        else:
            s = next_stream(m)
            if s < 0:
                return NIL - s
        if m[s + WAITER] != NIL:
            prefetch(m, m[s + WAITER], HOT)
        stage, before = m[s + STAGE], m[s + NEXT]
        while True:
            if stage == FRESH:
                if m[s + NEXT] >= m[s + LIMIT] and not prepare(m, s):
                    break
                stage = ASKING
            if stage != GRANTED:
                k, latest, e = m[s + K], m[s + READY], m[s + CURSOR]
                end = m[s + FINISHES] if stage == ASKING else m[s + EDGES_END]
                while e < end:
                    j = k + m[e + SHIFT] if m[e + FORM] == 0 else look_up(m, e, k)
                    if j >= m[e + LEAST]:
                        time, source = NIL, m[e + SOURCE]
                        if j < m[source + NEXT]:
                            time = m[m[e + CELLS] + (4 * j & m[e + WRAP])]
                        if time < 0:
                            wait(m, s, source, 2 * j + (m[e + CELLS] & 1))
                            break
                        time += m[e + LAG]
                        if time > latest:
                            latest = time
                    e += EDGE_SIZE
                m[s + READY] = latest
                m[s + CURSOR] = e
                if e < end:
                    break
                if stage == ASKING:
                    stage = GRANTED
                    if m[s + MODE] != EAGER:
                        request(m, s)
                        break
            if stage == GRANTED:
                grant = m[s + READY]
                if m[s + PLAIN] == 0:
                    grant = granted(m, s)
                    if grant < 0:
                        break
                start(m, flat, s, grant)
                if m[s + CURSOR] < m[s + EDGES_END] and m[s + ORDERED]:
                    stage = HOLDING
                    continue
            finish(m, s)
            stage = FRESH
            if m[s + NEXT] - before >= m[BUDGET]:
                stack(m, s)
                break
        m[s + STAGE] = stage
        report(m, s, m[s + NEXT] - before)


def report(m: Memory, s: int, count: int) -> None:
    """Stream s stops after so many operations; those who wait for them are told."""
    m[BUDGET] -= count
    if m[s + NEXT] > m[s + FIRST_NEED]:
        tell(m, s)
    if m[s + HOLDER] != NIL:
        hand_on(m, s)


def next_stream(m: Memory) -> int:
    """The stream that is to be run next; below NIL: why there is none."""
    while True:
        if m[BUDGET] <= 0:
            return NIL - PAUSE
        s = m[STACK]
        if s != NIL:
            m[STACK] = m[s + LINK]
            return s
        why = obstacle(m)
        if why >= 0:
            return NIL - why
        s = happen(m)
        if s >= 0:
            return s


def obstacle(m: Memory) -> int:
    """Why the next event cannot happen now, NIL if it can."""
    if m[RUNNING] == 0 and m[PENDING] == 0 and m[TAIL] == 0:
        return IDLE_HEAP
    if m[HEAP_LENGTH] + 4 * m[STREAMS] + m[PENDING] > m[HEAP_ROOM]:
        return GROW_HEAP
    if m[NODES_LEFT] < m[NODES_NEEDED]:
        return GROW_NODES
    if m[AGENDA_LENGTH] > 0 and (m[HEAP_LENGTH] == 0 or first_time(m) > m[NOW]):
        return NIL
    if m[HEAP_LENGTH] == 0:
        return IDLE_HEAP
    if first_time(m) > m[DEADLINE]:
        return STALLED
    return NIL


def happen(m: Memory) -> int:
    """The next event; the stream that is to be run for it, NIL for none."""
    if m[AGENDA_LENGTH] > 0 and (m[HEAP_LENGTH] == 0 or first_time(m) > m[NOW]):
        settle(m)
        return NIL
    now = first_time(m)
    code = take_first(m)
    if now > m[NOW]:
        m[NOW] = now
    s = code & ADDRESS_MASK
    phase = code >> PHASE_BITS
    if phase == STUCK_PHASE:
        m[s + FORCED] = 1
        return s
    if phase == REQUEST_PHASE and m[s + MODE] == FIFO:
        return s
    arbitrate(m, s, phase, now)
    return NIL
