"""Kernel: what edges and durations say about one operation."""

from simulator.engine.fast_engine import layout as f
from simulator.engine.fast_engine.layout import Array, Memory
from simulator.engine.fast_engine.lists import wait


def look_up(row: Array, pool: Array, e: int, k: int) -> int:
    """Operation of the source that edge e of operation k looks at; negative: none."""
    table = row[e + f.TABLE]
    if table >= 0:
        index = pool[table + k]
    else:
        index = row[e + f.SCALE] * k + row[e + f.OFFSET]
        if row[e + f.DIVISOR] > 1:
            index //= row[e + f.DIVISOR]
    if index < row[e + f.LEAST]:
        return f.NIL
    return row[e + f.BASE] + index


def duration(row: Array, pool: Array, at: int, k: int) -> int:
    """Value of the four duration fields at ``at`` for operation k [ps]."""
    if row[at + 3] >= 0:
        return pool[row[at + 3] + k]
    step = row[at + 1]
    if step == 0:
        return row[at]
    if row[at + 2] > 0:
        k %= row[at + 2]
    return row[at] + step * k


def gather(m: Memory, s: int) -> bool:
    """Look at the terms of ``ready`` from the cursor on; False if stream s must wait for one."""
    row, pool, ring = m[f.ROW], m[f.POOL], m[f.RING]
    k, ready, e, end = row[s + f.K], row[s + f.READY], row[s + f.CURSOR], row[s + f.FINISHES]
    while e < end:
        j = look_up(row, pool, e, k)
        if j >= 0:
            source = row[e + f.SOURCE]
            row[e + f.LOW] = j
            time = f.NIL
            if j < row[source + f.NEXT]:
                time = ring[row[e + f.AT] + (j & row[e + f.AT_MASK])]
            if time < 0:
                row[s + f.READY] = ready
                row[s + f.CURSOR] = e
                wait(m, s, source, j, row[e + f.EVENT] & 1)
                return False
            time += row[e + f.LAG]
            if time > ready:
                ready = time
        e += f.EDGE_SIZE
    row[s + f.READY] = ready
    row[s + f.CURSOR] = e
    return True
