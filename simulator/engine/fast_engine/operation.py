"""Kernel: what follows from the grant of an operation."""

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.edges import duration, look_up
from simulator.engine.fast_engine.holds import hold
from simulator.engine.fast_engine.layout import Memory
from simulator.engine.fast_engine.servers import release


def complete(m: Memory, s: int, grant: int, start: int) -> None:
    """The next operation of stream s is granted: its events, and the order term of its successor."""
    row, pool, box = m[f.ROW], m[f.POOL], m[f.BOX]
    k, g = row[s + f.K], row[s + f.NEXT]
    done = start + duration(row, pool, s + f.LATENCY, k)
    free = start + duration(row, pool, s + f.OCCUPANCY, k)
    e = row[s + f.FINISHES]
    while e < row[s + f.HOLDS]:
        j = look_up(row, pool, e, k)
        if j >= 0:
            row[e + f.LOW] = j
            time = m[f.RING][row[e + f.AT] + (j & row[e + f.AT_MASK])]
            done = max(done, time + row[e + f.LAG])
            free = max(free, time + row[e + f.FREE_LAG])
        e += f.EDGE_SIZE
    if done < row[s + f.DONE]:
        done = row[s + f.DONE]
    row[s + f.START] = start
    row[s + f.GRANT] = grant
    row[s + f.DONE] = done
    if e < row[s + f.EDGES_END]:
        free = hold(m, s, grant, free)
    keep(m, s, g, start, free, done)
    if k == 0 or k + 1 == row[s + f.N]:
        bound(m, s, k, start, done)
    row[s + f.NEXT] = g + 1
    row[s + f.K] = k + 1
    row[s + f.CURSOR] = row[s + f.WAITS]
    box[f.BUDGET] -= 1
    if row[s + f.GAP] < 0:
        row[s + f.READY] = free
        if free < 0:
            row[s + f.STATE] = f.UNFREE
    else:
        row[s + f.READY] = start + row[s + f.GAP]
    if free >= 0:
        release(m, s, grant, free)


def keep(m: Memory, s: int, g: int, start: int, free: int, done: int) -> None:
    """Remember the events of operation g of stream s for those who look at them."""
    row, ring, box = m[f.ROW], m[f.RING], m[f.BOX]
    slot = g & row[s + f.MASK]
    if row[s + f.AT_START] >= 0:
        ring[row[s + f.AT_START] + slot] = start
    if row[s + f.AT_FREE] >= 0:
        ring[row[s + f.AT_FREE] + slot] = free
    if row[s + f.AT_DONE] >= 0:
        ring[row[s + f.AT_DONE] + slot] = done
    if g < row[s + f.FLAT_N]:
        m[f.FLAT][row[s + f.FLAT_AT] + g] = start
    elif start < box[f.WINDOW_BEGIN]:
        row[s + f.EARLY] = g + 1
    elif start < box[f.WINDOW_END]:
        log, at = m[f.LOG], 2 * box[f.LOG_LENGTH]
        log[at] = row[s + f.NUMBER]
        log[at + 1] = start
        box[f.LOG_LENGTH] += 1
    if box[f.WATCHED] == s and box[f.WATCHED_OPERATION] == g:
        event = box[f.WATCHED_EVENT]
        box[f.WATCHED_TIME] = start if event == 0 else free if event == 1 else done
        if box[f.WATCHED_TIME] >= 0:
            box[f.BUDGET] = 0


def bound(m: Memory, s: int, k: int, start: int, done: int) -> None:
    """Begin and end of an inference, from the first and the last operation of each stream."""
    row, box, calendar = m[f.ROW], m[f.BOX], m[f.CALENDAR]
    i = row[s + f.INFERENCE] * f.CALENDAR_SIZE
    if k == 0 and start < calendar[i + f.BEGAN]:
        calendar[i + f.BEGAN] = start
    if k + 1 < row[s + f.N]:
        return
    if done > calendar[i + f.ENDED]:
        calendar[i + f.ENDED] = done
    calendar[i + f.OPEN] -= 1
    i = box[f.COMPLETE]
    while i < box[f.INFERENCES] and calendar[i * f.CALENDAR_SIZE + f.OPEN] == 0:
        i += 1
    box[f.COMPLETE] = i
    if i >= box[f.MARK]:
        box[f.BUDGET] = 0
