"""From a program as people write it to checked tables."""

from dataclasses import replace

import numpy as np

from simulator.program.checks import check_tables, tabulated
from simulator.program.form import Int, Program
from simulator.program.numbers import check_schedule, check_segment
from simulator.program.remember import remembered
from simulator.program.rules import check_horizon
from simulator.program.tables import NO_TABLE, DurationTable, EdgeTable, Tables, tabulate
from simulator.program.words import int64


def finalise(program: Program) -> Tables:
    """Check the program and return its tables, kept for the next schedule of the same frame. Raises InputError."""
    tables = remembered(program, _checked)
    check_schedule(program, program.schedule)
    check_horizon(tables, program.schedule)
    return tables


def _checked(program: Program) -> Tables:
    tables = tabulated(program)
    check_tables(program, tables)
    return tables


def extend(program: Program, tables: Tables) -> Tables:
    """Tables with the segments that were added to the program since; old rows stay as they are."""
    first = len(tables.n)
    if first == len(program.segments):
        return tables
    with int64(program):
        for q in range(first, len(program.segments)):
            check_segment(program, q)
        new = tabulate(replace(program, segments=program.segments[first:]))
    check_tables(program, new, first)
    shift = len(tables.pool)
    return replace(
        tables,
        n=np.concatenate((tables.n, new.n)),
        occupancy=_join_durations(tables.occupancy, new.occupancy, shift),
        latency=_join_durations(tables.latency, new.latency, shift),
        priority=_join_durations(tables.priority, new.priority, shift),
        edge=_join_edges(tables.edge, new.edge, shift),
        pool=np.concatenate((tables.pool, new.pool)),
    )


def _moved(table: Int, shift: int) -> Int:
    return np.where(table == NO_TABLE, NO_TABLE, table + shift)


def _join_durations(old: DurationTable, new: DurationTable, shift: int) -> DurationTable:
    return DurationTable(
        base=np.concatenate((old.base, new.base)),
        step=np.concatenate((old.step, new.step)),
        reset=np.concatenate((old.reset, new.reset)),
        table=np.concatenate((old.table, _moved(new.table, shift))),
        length=np.concatenate((old.length, new.length)),
    )


def _join_edges(old: EdgeTable, new: EdgeTable, shift: int) -> EdgeTable:
    moved = replace(new, into=new.into + len(old.source), table=_moved(new.table, shift))
    fields = EdgeTable.__dataclass_fields__
    return EdgeTable(**{f: np.concatenate((getattr(old, f), getattr(moved, f))) for f in fields})
