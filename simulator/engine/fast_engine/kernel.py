"""Kernel: what happens next.

Order of work: first whatever follows without a decision (``notices`` and ``stack``), then the earliest
event of the heap, and what was put on the ``agenda`` of an instant once the heap has nothing of it left.

Why no request comes too late. When stack and notices are empty, an operation that has not been computed
waits for an event of another one, is in the heap or in a queue, or nobody needs it. So each chain of waits
ends in the heap or in a queue, and what is computed next is not before the heap's first time. Grants of
contended streams have their events at least 1 ps later (docs/program.md), so nothing of the same instant
follows from them; grants of solitary streams can have such consequences and come in an earlier phase.
"""

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.arbiter import decide, decide_all, give_back, stand_in_line
from simulator.engine.fast_engine.heap import drop_first
from simulator.engine.fast_engine.holds import fold
from simulator.engine.fast_engine.layout import Memory
from simulator.engine.fast_engine.lists import put_on_agenda, tell
from simulator.engine.fast_engine.stream import run


def advance(m: Memory, flat: Memory) -> int:
    """Run until the budget is used up or something else must be done first; says why.

    ``flat``: where START times go whose place is known beforehand.
    """
    while True:
        if m[f.NOTICES_LENGTH] > 0:
            look_at_notice(m)
            continue
        if m[f.BUDGET] <= 0:
            return f.PAUSE
        if m[f.STACK_LENGTH] > 0:
            m[f.STACK_LENGTH] -= 1
            s = m[m[f.STACK] + m[f.STACK_LENGTH]]
        else:
            why = obstacle(m)
            if why >= 0:
                return why
            s = happen(m)
        if s >= 0:
            run(m, flat, s)


def look_at_notice(m: Memory) -> None:
    """Tell those who wait for a stream of which a FREE became known."""
    m[f.NOTICES_LENGTH] -= 1
    s = m[m[f.NOTICES] + m[f.NOTICES_LENGTH]]
    m[s + f.NOTED] = 0
    if m[s + f.HOLDER] != f.NIL:
        fold(m, s)
    tell(m, s)


def obstacle(m: Memory) -> int:
    """Why the next event cannot happen now, NIL if it can."""
    if m[f.RUNNING] == 0 and m[f.PENDING] == 0 and m[f.TAIL] == 0:
        return f.IDLE_HEAP
    if m[f.HEAP_LENGTH] + 4 * m[f.STREAMS] + m[f.PENDING] > m[f.HEAP_ROOM]:
        return f.GROW_HEAP
    if m[f.NODES_LEFT] < m[f.NODES_NEEDED]:
        return f.GROW_NODES
    if due(m):
        return f.NIL
    if m[f.HEAP_LENGTH] == 0:
        return f.IDLE_HEAP
    if m[m[f.HEAP]] > m[f.DEADLINE]:
        return f.STALLED
    return f.NIL


def due(m: Memory) -> bool:
    """Whether all of the current instant is known and something of it is to be decided."""
    return m[f.AGENDA_LENGTH] > 0 and (m[f.HEAP_LENGTH] == 0 or m[m[f.HEAP]] > m[f.NOW])


def happen(m: Memory) -> int:
    """The next event; the stream that is to be run for it, NIL for none."""
    if due(m):
        m[f.AGENDA_LENGTH] -= 1
        x = m[m[f.AGENDA] + m[f.AGENDA_LENGTH]]
        if x >= m[f.FIRST_RESOURCE]:
            decide_all(m, x, m[f.NOW])
        elif m[x + f.STATE] == f.QUEUED:
            decide(m, x, m[f.NOW])
        return f.NIL
    now, code = m[m[f.HEAP]], m[m[f.HEAP] + 1]
    drop_first(m)
    if now > m[f.NOW]:
        m[f.NOW] = now
    s = code & f.ADDRESS_MASK
    phase = code >> f.PHASE_BITS
    if phase == f.STUCK_PHASE:
        m[s + f.FORCED] = 1
        return s
    if phase == f.REQUEST_PHASE and m[s + f.MODE] == f.FIFO:
        return s
    arbitrate(m, s, phase, now)
    return f.NIL


def arbitrate(m: Memory, s: int, phase: int, now: int) -> None:
    """A request, a release or a clock edge where a grant is decided at the end of the instant."""
    if phase == f.RELEASE_PHASE:
        give_back(m, s)
    elif m[s + f.STATE] == f.REQUESTED and m[s + f.READY] <= now:
        stand_in_line(m, s)
    if m[s + f.STATE] == f.QUEUED:
        if m[s + f.MODE] == f.SOLITARY:
            decide(m, s, now)
        elif phase != f.RELEASE_PHASE:
            put_on_agenda(m, s)
