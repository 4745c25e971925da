"""Kernel: who is to be run, told, or decided upon next, and who waits for whom."""

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.layout import Memory


def stack(m: Memory, s: int) -> None:
    """Stream s is to be run; it must be in no other list."""
    m[s + f.STATE] = f.STACKED
    m[m[f.STACK] + m[f.STACK_LENGTH]] = s
    m[f.STACK_LENGTH] += 1


def put_on_agenda(m: Memory, x: int) -> None:
    """A stream or resource is to be looked at when all of this instant is known."""
    m[m[f.AGENDA] + m[f.AGENDA_LENGTH]] = x
    m[f.AGENDA_LENGTH] += 1


def wait(m: Memory, s: int, source: int, need: int, need_free: int) -> None:
    """Stream s waits until operation ``need`` of ``source`` is known; a source at rest is roused."""
    m[s + f.STATE] = f.WAITING
    link(m, s, source, need, need_free)
    if m[source + f.STATE] == f.ASLEEP:
        rouse(m, source)


def rouse(m: Memory, s: int) -> None:
    """Somebody needs more of stream s, which is at rest."""
    unlink(m, s)
    stack(m, s)


def link(m: Memory, s: int, source: int, need: int, need_free: int) -> None:
    """Put stream s in the list of those who wait for ``source``."""
    m[s + f.ON] = source
    m[s + f.NEED] = need
    m[s + f.NEED_FREE] = need_free
    m[s + f.LINK] = m[source + f.WAITER]
    m[source + f.WAITER] = s
    if need < m[source + f.FIRST_NEED]:
        m[source + f.FIRST_NEED] = need


def unlink(m: Memory, s: int) -> None:
    """Take stream s out of the list of waiters that it is in."""
    source = m[s + f.ON]
    if m[source + f.WAITER] == s:
        m[source + f.WAITER] = m[s + f.LINK]
        return
    before = m[source + f.WAITER]
    while m[before + f.LINK] != s:
        before = m[before + f.LINK]
    m[before + f.LINK] = m[s + f.LINK]


def tell(m: Memory, s: int) -> None:
    """Stack those who waited for what stream s has done."""
    done = m[s + f.NEXT]
    waiter, kept, least = m[s + f.WAITER], f.NIL, f.INF
    while waiter != f.NIL:
        following = m[waiter + f.LINK]
        need = m[waiter + f.NEED]
        if need < done and (
            m[waiter + f.NEED_FREE] == 0 or m[m[s + f.AT_FREE] + (need & m[s + f.MASK])] >= 0
        ):
            stack(m, waiter)
        else:
            m[waiter + f.LINK] = kept
            kept = waiter
            if need < least:
                least = need
        waiter = following
    m[s + f.WAITER] = kept
    m[s + f.FIRST_NEED] = least


def demanded(m: Memory, s: int) -> bool:
    """Whether somebody cannot go on without the next operation of stream s."""
    done = m[s + f.NEXT]
    if m[s + f.PIN] < f.INF or (m[f.WATCHED] == s and m[f.WATCHED_OPERATION] >= done):
        return True
    waiter = m[s + f.WAITER]
    while waiter != f.NIL:
        if m[waiter + f.STATE] == f.WAITING and m[waiter + f.DEAD] == 0 and m[waiter + f.NEED] >= done:
            return True
        waiter = m[waiter + f.LINK]
    return False
