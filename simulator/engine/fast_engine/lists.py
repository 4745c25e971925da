"""Kernel: who is to be run, told, or decided upon next, and who waits for whom."""

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.layout import Memory


def stack(m: Memory, s: int) -> None:
    """Stream s is to be run; it must be in no other list."""
    row, box = m[f.ROW], m[f.BOX]
    row[s + f.STATE] = f.STACKED
    box[box[f.STACK] + box[f.STACK_LENGTH]] = s
    box[f.STACK_LENGTH] += 1


def notice(m: Memory, s: int) -> None:
    """Something new is known of stream s."""
    row, box = m[f.ROW], m[f.BOX]
    if row[s + f.NOTED] == 0 and (row[s + f.WAITER] != f.NIL or row[s + f.HOLDER] != f.NIL):
        row[s + f.NOTED] = 1
        box[box[f.NOTICES] + box[f.NOTICES_LENGTH]] = s
        box[f.NOTICES_LENGTH] += 1


def enlist(m: Memory, r: int) -> None:
    """Resource r is to be looked at when all of this instant is known."""
    row, box = m[f.ROW], m[f.BOX]
    if row[r + f.LISTED] == 0:
        row[r + f.LISTED] = 1
        box[box[f.AGENDA] + box[f.AGENDA_LENGTH]] = r
        box[f.AGENDA_LENGTH] += 1


def wait(m: Memory, s: int, source: int, need: int, need_free: int) -> None:
    """Stream s waits until operation ``need`` of ``source`` is known; a source at rest is roused."""
    row = m[f.ROW]
    row[s + f.STATE] = f.WAITING
    link(m, s, source, need, need_free)
    rouse(m, source)


def rouse(m: Memory, s: int) -> None:
    """Somebody needs more of stream s, should it be at rest."""
    if m[f.ROW][s + f.STATE] == f.ASLEEP:
        unlink(m, s)
        stack(m, s)


def link(m: Memory, s: int, source: int, need: int, need_free: int) -> None:
    """Put stream s in the list of those who wait for ``source``."""
    row = m[f.ROW]
    row[s + f.ON] = source
    row[s + f.NEED] = need
    row[s + f.NEED_FREE] = need_free
    row[s + f.LINK] = row[source + f.WAITER]
    row[source + f.WAITER] = s
    if need < row[source + f.FIRST_NEED]:
        row[source + f.FIRST_NEED] = need


def unlink(m: Memory, s: int) -> None:
    """Take stream s out of the list of waiters that it is in."""
    row = m[f.ROW]
    source = row[s + f.ON]
    if row[source + f.WAITER] == s:
        row[source + f.WAITER] = row[s + f.LINK]
        return
    before = row[source + f.WAITER]
    while row[before + f.LINK] != s:
        before = row[before + f.LINK]
    row[before + f.LINK] = row[s + f.LINK]


def met(m: Memory, s: int) -> bool:
    """Whether what stream s waits for is known."""
    row = m[f.ROW]
    source, need = row[s + f.ON], row[s + f.NEED]
    if need >= row[source + f.NEXT]:
        return False
    if row[s + f.NEED_FREE] == 0:
        return True
    return m[f.RING][row[source + f.AT_FREE] + (need & row[source + f.MASK])] >= 0


def tell(m: Memory, s: int) -> None:
    """Stack those who waited for what stream s has done."""
    row = m[f.ROW]
    if row[s + f.NEXT] <= row[s + f.FIRST_NEED]:
        return
    waiter, kept, least = row[s + f.WAITER], f.NIL, f.INF
    while waiter != f.NIL:
        following = row[waiter + f.LINK]
        if met(m, waiter):
            stack(m, waiter)
        else:
            row[waiter + f.LINK] = kept
            kept = waiter
            if row[waiter + f.NEED] < least:
                least = row[waiter + f.NEED]
        waiter = following
    row[s + f.WAITER] = kept
    row[s + f.FIRST_NEED] = least


def demanded(m: Memory, s: int) -> bool:
    """Whether somebody cannot go on without the next operation of stream s."""
    row, box = m[f.ROW], m[f.BOX]
    if row[s + f.PIN] < f.INF or (box[f.WATCHED] == s and box[f.WATCHED_OPERATION] >= row[s + f.NEXT]):
        return True
    waiter = row[s + f.WAITER]
    while waiter != f.NIL:
        if row[waiter + f.STATE] == f.WAITING and row[waiter + f.DEAD] == 0 and row[waiter + f.NEED] >= row[s + f.NEXT]:
            return True
        waiter = row[waiter + f.LINK]
    return False
