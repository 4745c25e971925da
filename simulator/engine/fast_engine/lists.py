# ruff: noqa: F403, F405
"""Kernel: who is to be run, told, or decided upon next, and who waits for whom."""

from simulator.engine.fast_engine.layout import *


def prefetch(m: Memory, at: int, words: int) -> None:
    """Compiled: so many words at ``at`` come to the processor's cache meanwhile. In Python: nothing."""


def stack(m: Memory, s: int) -> None:
    """Stream s is to be run; it must be in no list of waiters."""
    m[s + STATE] = STACKED
    m[s + LINK] = m[STACK]
    m[STACK] = s


def put_on_agenda(m: Memory, x: int) -> None:
    """A stream or resource is to be looked at when all of this instant is known."""
    m[m[AGENDA] + m[AGENDA_LENGTH]] = x
    m[AGENDA_LENGTH] += 1


def link(m: Memory, s: int, source: int, need: int) -> None:
    """Put stream s in the list of those who wait for ``source``."""
    m[s + NEED] = need
    m[s + LINK] = m[source + WAITER]
    m[source + WAITER] = s
    if need >> 1 < m[source + FIRST_NEED]:
        m[source + FIRST_NEED] = need >> 1


def wait(m: Memory, s: int, source: int, need: int) -> None:
    """Stream s cannot go on before ``source`` has done what it needs."""
    m[s + STATE] = WAITING
    link(m, s, source, need)
    if m[source + STATE] == ASLEEP:
        rouse(m, source)


def sleep(m: Memory, s: int, slow: int) -> None:
    """Stream s rests until stream ``slow`` has gone on."""
    m[s + STATE] = ASLEEP
    m[s + ON] = slow
    link(m, s, slow, 2 * m[slow + NEXT])


def rouse(m: Memory, s: int) -> None:
    """Somebody needs more of stream s, which is at rest."""
    source = m[s + ON]
    waiter = m[source + WAITER]
    if waiter == s:
        m[source + WAITER] = m[s + LINK]
    else:
        while m[waiter + LINK] != s:
            waiter = m[waiter + LINK]
        m[waiter + LINK] = m[s + LINK]
    stack(m, s)


def rouse_sleepers(m: Memory, s: int) -> None:
    """Stream s has nothing more to do: nobody needs to rest until it has gone on."""
    waiter = m[s + WAITER]
    while waiter != NIL:
        following = m[waiter + LINK]
        if m[waiter + STATE] == ASLEEP:
            rouse(m, waiter)
        waiter = following


def tell(m: Memory, s: int) -> None:
    """Stack those who waited for what stream s has done."""
    done = 2 * m[s + NEXT]
    waiter, kept, least = m[s + WAITER], NIL, INF
    while waiter != NIL:
        following = m[waiter + LINK]
        need = m[waiter + NEED]
        if need < done and (need & 1 == 0 or m[m[s + AT] + ((2 * need - 2) & m[s + MASK]) + 1] >= 0):
            prefetch(m, m[waiter + CURSOR], NEXT_EDGES)
            m[waiter + STATE] = STACKED
            m[waiter + LINK] = m[STACK]
            m[STACK] = waiter
        else:
            m[waiter + LINK] = kept
            kept = waiter
            if need >> 1 < least:
                least = need >> 1
        waiter = following
    m[s + WAITER] = kept
    m[s + FIRST_NEED] = least


def demanded(m: Memory, s: int) -> bool:
    """Whether somebody cannot go on without the next operation of stream s."""
    if m[s + PIN] < INF:
        return True
    waiter = m[s + WAITER]
    while waiter != NIL:
        if m[waiter + STATE] == WAITING and m[waiter + DEAD] == 0 and m[waiter + NEED] >= 2 * m[s + NEXT]:
            return True
        waiter = m[waiter + LINK]
    return False
