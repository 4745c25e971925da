"""Finds operations that would wait for themselves before anything runs."""

import numpy as np
from numpy.typing import NDArray

from simulator.base.errors import InputError
from simulator.program.form import NONE, Event, Int, Kind, Program
from simulator.program.names import stream_name
from simulator.program.tables import NO_GAP, NO_TABLE, Tables

_EVENTS = len(Event)


def check_cycles(program: Program, tables: Tables, first: int = 0) -> None:
    """Refuse a segment in which the first operation of a stream depends on an event of its own.

    A cycle of edges at distance zero is one among first operations. An edge to a later operation depends
    on the first one too, by the order of its stream. ``first``: segment of the tables' first row.
    """
    for q in range(len(tables.n)):
        cycle = _find_cycle(*_dependencies(tables, q), len(program.streams) * _EVENTS)
        if cycle:
            name = program.segments[first + q].name
            steps = " <- ".join(_step(program, node) for node in [*cycle, cycle[0]])
            rule = f"an operation waits for itself: {steps}"
            raise InputError(
                rule, place=f"segment '{name}'", remedy="One edge must look at an earlier operation."
            )


def _step(program: Program, node: int) -> str:
    return f"{Event(node % _EVENTS).name} of {stream_name(program, node // _EVENTS)}"


def _dependencies(tables: Tables, q: int) -> tuple[Int, Int]:
    """Pairs (dependent, what it depends on) of events, numbered 3 x stream + event, of first operations."""
    edge, pool = tables.edge, tables.pool
    rows = np.arange(edge.into[q, 0], edge.into[q, -1])
    rows = rows[tables.n[q, edge.target[rows]] > 0]
    index = edge.offset[rows] // edge.divisor[rows]
    tabled = edge.table[rows] != NO_TABLE
    index[tabled] = pool[edge.table[rows][tabled]]
    rows, index = rows[(index >= 0) & (index != NONE)], index[(index >= 0) & (index != NONE)]
    ordered = np.where(tables.stream.gap[edge.source[rows]] == NO_GAP, Event.FREE, Event.START)
    source = edge.source[rows] * _EVENTS + np.where(index > 0, ordered, edge.event[rows])
    target, kind = edge.target[rows] * _EVENTS, edge.kind[rows]
    finish = kind == Kind.FINISH
    event = np.select([kind == Kind.WAIT, finish], [Event.START, Event.DONE], Event.FREE)
    start = np.arange(len(tables.stream.key)) * _EVENTS
    return (
        np.concatenate((target + event, target[finish] + Event.FREE, start + Event.FREE, start + Event.DONE)),
        np.concatenate((source, source[finish], start, start)),
    )


def _find_cycle(dependent: Int, needed: Int, nodes: int) -> list[int]:
    """Nodes of one cycle, each followed by one that it depends on; empty if there is none."""
    order = np.argsort(dependent, kind="stable")
    begin = np.searchsorted(dependent[order], np.arange(nodes + 1))
    left = _peel(dependent, needed, nodes)
    if not left.any():
        return []
    path, at = [int(np.argmax(left))], {}
    while path[-1] not in at:
        node = path[-1]
        at[node] = len(path) - 1
        choices = needed[order[begin[node] : begin[node + 1]]]
        path.append(int(choices[left[choices]].min()))
    return path[at[path[-1]] : -1]


def _peel(dependent: Int, needed: Int, nodes: int) -> NDArray[np.bool_]:
    """Which nodes are on a cycle or depend on one: what is left when all that can happen has happened."""
    order = np.argsort(needed, kind="stable")
    begin = np.searchsorted(needed[order], np.arange(nodes + 1)).tolist()
    followers = dependent[order].tolist()
    open_needs = np.bincount(dependent, minlength=nodes).tolist()
    ready = [node for node, count in enumerate(open_needs) if count == 0]
    while ready:
        node = ready.pop()
        for follower in followers[begin[node] : begin[node + 1]]:
            open_needs[follower] -= 1
            if open_needs[follower] == 0:
                ready.append(follower)
    return np.asarray(np.array(open_needs) > 0)
