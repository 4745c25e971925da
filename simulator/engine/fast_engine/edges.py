"""Kernel: what edges and durations say about one operation."""

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.layout import Memory
from simulator.engine.fast_engine.lists import wait


def look_up(m: Memory, e: int, k: int) -> int:
    """Operation of the source that edge e of operation k looks at, below LEAST for none; form 1 only."""
    if m[e + f.TABLE] >= 0:
        return m[e + f.SHIFT] + m[m[e + f.TABLE] + k]
    return m[e + f.SHIFT] + (m[e + f.SCALE] * k + m[e + f.OFFSET]) // m[e + f.DIVISOR]


def duration(m: Memory, at: int, k: int) -> int:
    """Value of the four duration fields at ``at`` for operation k [ps]."""
    if m[at + 3] >= 0:
        return m[m[at + 3] + k]
    if m[at + 2] > 0:
        k %= m[at + 2]
    return m[at] + m[at + 1] * k


def gather(m: Memory, s: int, end: int) -> bool:
    """Look at edges from the cursor to ``end`` for the latest term; False if stream s must wait for one."""
    k, latest, e = m[s + f.K], m[s + f.READY], m[s + f.CURSOR]
    while e < end:
        j = k + m[e + f.SHIFT] if m[e + f.FORM] == 0 else look_up(m, e, k)
        if j >= m[e + f.LEAST]:
            m[e + f.LOW] = j
            time = f.NIL
            source = m[e + f.SOURCE]
            if j < m[source + f.NEXT]:
                time = m[m[e + f.AT] + (j & m[e + f.AT_MASK])]
            if time < 0:
                m[s + f.READY] = latest
                m[s + f.CURSOR] = e
                wait(m, s, source, j, m[e + f.EVENT] & 1)
                return False
            time += m[e + f.LAG]
            if time > latest:
                latest = time
        e += f.EDGE_SIZE
    m[s + f.READY] = latest
    m[s + f.CURSOR] = e
    return True
