"""Kernel: one stream, as far as it can go.

A stream that is alone on its resources depends on the past of streams only, so it may run ahead of the
time of the heap; its events are exact whenever they are computed. Two things bound it. What its consumers
have not looked at yet must stay in its ring of recent event times; a full ring puts it to rest until the
slowest consumer has moved. If meanwhile somebody needs its next operation, it stands in the heap with a
lower bound of that operation's START, so that no later request is granted first, and gets a larger ring
when that time comes.
"""

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.arbiter import request
from simulator.engine.fast_engine.edges import gather
from simulator.engine.fast_engine.heap import push
from simulator.engine.fast_engine.layout import Memory
from simulator.engine.fast_engine.lists import demanded, link, notice, stack
from simulator.engine.fast_engine.operation import complete
from simulator.engine.fast_engine.servers import serve, start_of


def run(m: Memory, s: int) -> None:
    """Advance stream s until it must wait, request, rest, or has used up the budget."""
    row, box = m[f.ROW], m[f.BOX]
    while True:
        if row[s + f.K] == row[s + f.N] and not enter(m, s):
            break
        if row[s + f.EVERY] > 0 and not repeat(m, s):
            break
        if row[s + f.NEXT] >= row[s + f.LIMIT] and not relimit(m, s):
            break
        if not gather(m, s):
            break
        if row[s + f.MODE] != f.EAGER:
            request(m, s)
            break
        grant = row[s + f.READY]
        start = grant
        if row[s + f.PLAIN] == 0:
            grant = serve(m, s)
            if grant < 0:
                stack(m, s)
                break
            start = start_of(m, s, grant)
        complete(m, s, grant, start)
        if row[s + f.STATE] == f.UNFREE:
            break
        if box[f.BUDGET] <= 0:
            stack(m, s)
            break
    notice(m, s)


def repeat(m: Memory, s: int) -> bool:
    """Background work: when the next operation is due; False when the foreground is over before."""
    row, box = m[f.ROW], m[f.BOX]
    if box[f.TAIL] and row[s + f.START] >= box[f.MAKESPAN]:
        row[s + f.STATE] = f.PARKED
        return False
    row[s + f.READY] = max(row[s + f.READY], row[s + f.FIRST] + row[s + f.NEXT] * row[s + f.EVERY])
    return True


def enter(m: Memory, s: int) -> bool:
    """Load the next inference in which stream s has work; False at the end of the schedule."""
    row, box, calendar = m[f.ROW], m[f.BOX], m[f.CALENDAR]
    if row[s + f.LOADED]:
        leave(m, s)
    while row[s + f.INFERENCE] < box[f.INFERENCES]:
        i = row[s + f.INFERENCE] * f.CALENDAR_SIZE
        works = calendar[i + f.ALL_WORKS]
        row[s + f.WORKS] = works
        work = works + row[s + f.NUMBER] * f.WORK_SIZE
        if row[work] > 0:
            load(m, s, work)
            term = calendar[i + f.FLOOR]
            if row[s + f.RELEASED] and calendar[i + f.RELEASE] > term:
                term = calendar[i + f.RELEASE]
            if term > row[s + f.READY]:
                row[s + f.READY] = term
                box[f.RELEASES] += 1
            return True
        leave(m, s)
    row[s + f.K] = 0
    row[s + f.N] = 0
    row[s + f.STATE] = f.PARKED
    box[f.RUNNING] -= 1
    return False


def leave(m: Memory, s: int) -> None:
    """The current inference of stream s is over: count the operations of its sources in it."""
    row = m[f.ROW]
    works = row[s + f.WORKS]
    tap = row[s + f.TAPS_IN]
    while tap != f.NIL:
        row[tap + f.BASE] += row[works + row[tap + f.WORK_OF_SOURCE]]
        tap = row[tap + f.NEXT_IN]
    row[s + f.INFERENCE] += 1
    row[s + f.LOADED] = 0


def load(m: Memory, s: int, work: int) -> None:
    """Make ``work`` the current work of stream s."""
    row = m[f.ROW]
    if row[s + f.WORK] != work:
        row[s + f.WORK] = work
        for field in range(f.WORK_SIZE):
            row[s + f.N + field] = row[work + field]
    row[s + f.N] = row[work]
    row[s + f.K] = 0
    row[s + f.LOADED] = 1
    row[s + f.CURSOR] = row[s + f.WAITS]
    e = row[s + f.WAITS]
    while e < row[s + f.EDGES_END]:
        base = row[row[e + f.TAP] + f.BASE]
        row[e + f.BASE] = base
        row[e + f.LOW] = base - row[e + f.REACH]
        e += f.EDGE_SIZE


def relimit(m: Memory, s: int) -> bool:
    """Find out how far stream s may run; False if not further, with its rest arranged."""
    row, box = m[f.ROW], m[f.BOX]
    slow = find_limit(m, s)
    if row[s + f.NEXT] < row[s + f.LIMIT]:
        row[s + f.FORCED] = 0
        return True
    if row[s + f.NEXT] >= row[s + f.PIN]:
        stack(m, s)
    elif row[s + f.FORCED] or row[s + f.MODE] != f.EAGER:
        box[f.GROW] = s
        box[f.BUDGET] = 0
        stack(m, s)
    elif slow == s or demanded(m, s):
        row[s + f.STATE] = f.STUCK
        push(m, max(row[s + f.START], 0), f.STUCK_PHASE, s)
    else:
        row[s + f.STATE] = f.ASLEEP
        link(m, s, slow, row[slow + f.NEXT], 0)
    return False


def find_limit(m: Memory, s: int) -> int:
    """Set LIMIT to what the ring has room for; the stream that keeps it lowest."""
    row, node = m[f.ROW], m[f.NODE]
    low, slow = f.INF, s
    tap = row[s + f.TAPS_OUT]
    while tap != f.NIL:
        least = lowest(m, s, tap)
        if least < low:
            low, slow = least, row[tap + f.TARGET]
        tap = row[tap + f.NEXT_OUT]
    slot = row[s + f.SLOT]
    while slot != f.NIL:
        if node[slot + f.OPERATION] < low:
            low, slow = node[slot + f.OPERATION], s
        slot = node[slot + f.NODE_LINK]
    row[s + f.LIMIT] = min(low + row[s + f.MASK] + 1, row[s + f.PIN])
    return slow


def lowest(m: Memory, s: int, tap: int) -> int:
    """The first operation of stream s that a tap may still look at."""
    row = m[f.ROW]
    target = row[tap + f.TARGET]
    if row[target + f.DEAD]:
        return f.INF
    low = row[tap + f.BASE] - row[tap + f.REACH]
    if row[target + f.LOADED]:
        low += row[row[target + f.WORKS] + row[tap + f.WORK_OF_SOURCE]]
        e = row[target + f.WAITS]
        while e < row[target + f.EDGES_END]:
            if row[e + f.SOURCE] == s:
                low = min(low, row[e + f.LOW])
            e += f.EDGE_SIZE
    return low
