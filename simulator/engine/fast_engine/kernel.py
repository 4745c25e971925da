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
from simulator.engine.fast_engine.heap import drop_first, push
from simulator.engine.fast_engine.holds import fold
from simulator.engine.fast_engine.layout import Memory
from simulator.engine.fast_engine.lists import stack, tell
from simulator.engine.fast_engine.operation import complete
from simulator.engine.fast_engine.servers import serve, start_of
from simulator.engine.fast_engine.stream import run


def advance(m: Memory) -> int:
    """Run until the budget is used up or something else must be done first; says why."""
    row, box = m[f.ROW], m[f.BOX]
    while True:
        if box[f.NOTICES_LENGTH] > 0:
            box[f.NOTICES_LENGTH] -= 1
            s = box[box[f.NOTICES] + box[f.NOTICES_LENGTH]]
            row[s + f.NOTED] = 0
            if row[s + f.HOLDER] != f.NIL:
                fold(m, s)
            tell(m, s)
        elif box[f.BUDGET] <= 0:
            return f.SLICE
        elif box[f.STACK_LENGTH] > 0:
            box[f.STACK_LENGTH] -= 1
            run(m, box[box[f.STACK] + box[f.STACK_LENGTH]])
        else:
            why = obstacle(m)
            if why >= 0:
                return why
            happen(m)


def obstacle(m: Memory) -> int:
    """Why the next event cannot happen now, NIL if it can."""
    heap, box = m[f.HEAP], m[f.BOX]
    if box[f.RUNNING] == 0 and box[f.PENDING] == 0 and box[f.TAIL] == 0:
        return f.IDLE_HEAP
    if box[f.HEAP_LENGTH] + 4 * box[f.STREAMS] + box[f.PENDING] > box[f.HEAP_ROOM]:
        return f.GROW_HEAP
    if box[f.NODES_LEFT] < box[f.NODES_NEEDED]:
        return f.GROW_NODES
    if box[f.HEAP_LENGTH] == 0:
        return f.NIL if box[f.AGENDA_LENGTH] > 0 else f.IDLE_HEAP
    if heap[0] > box[f.LATEST] + box[f.PATIENCE]:
        return f.STALLED
    return f.NIL


def happen(m: Memory) -> None:
    """The next event."""
    heap, box = m[f.HEAP], m[f.BOX]
    if box[f.AGENDA_LENGTH] > 0 and (box[f.HEAP_LENGTH] == 0 or heap[0] > box[f.NOW]):
        box[f.AGENDA_LENGTH] -= 1
        settle(m, box[box[f.AGENDA] + box[f.AGENDA_LENGTH]])
        return
    now, code = heap[0], heap[1]
    drop_first(m)
    if now > box[f.NOW]:
        box[f.NOW] = now
    s = code & f.ADDRESS_MASK
    phase = code >> f.PHASE_BITS
    if phase == f.REQUEST_PHASE:
        ask(m, s)
    elif phase == f.RELEASE_PHASE:
        give_back(m, s, now)
    else:
        wake(m, s, phase, now)


def settle(m: Memory, x: int) -> None:
    """Decide about a stream or a resource on the agenda."""
    row, box = m[f.ROW], m[f.BOX]
    if x >= box[f.FIRST_RESOURCE]:
        decide_all(m, x, box[f.NOW])
    elif row[x + f.STATE] == f.QUEUED:
        decide(m, x, box[f.NOW])


def ask(m: Memory, s: int) -> None:
    """The request of stream s has come: grant it in its turn, or put it in line."""
    row, box = m[f.ROW], m[f.BOX]
    if row[s + f.MODE] == f.ARBITER:
        stand_in_line(m, s)
        list_stream(m, s)
        return
    grant = serve(m, s)
    if grant < 0:
        push(m, row[s + f.READY], f.REQUEST_PHASE, s)
        return
    complete(m, s, grant, start_of(m, s, grant))
    stack(m, s)


def list_stream(m: Memory, s: int) -> None:
    """Put a queued stream on the agenda."""
    box = m[f.BOX]
    box[box[f.AGENDA] + box[f.AGENDA_LENGTH]] = s
    box[f.AGENDA_LENGTH] += 1


def wake(m: Memory, s: int, phase: int, now: int) -> None:
    """A clock edge, the request of a solitary stream, or the turn of one whose ring is full."""
    row = m[f.ROW]
    if phase == f.STUCK_PHASE:
        row[s + f.FORCED] = 1
        stack(m, s)
    elif phase == f.ALARM_PHASE:
        list_stream(m, s)
    else:
        if row[s + f.STATE] == f.REQUESTED and row[s + f.READY] <= now:
            stand_in_line(m, s)
        if row[s + f.STATE] == f.QUEUED:
            decide(m, s, now)
