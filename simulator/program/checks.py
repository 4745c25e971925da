"""Everything that docs/program.md asks of a program before it may run."""

from simulator.program.cycles import check_cycles
from simulator.program.form import Program
from simulator.program.numbers import check_frame, check_schedule, check_segment
from simulator.program.rules import Scene, check_horizon, check_rules
from simulator.program.tables import Tables, tabulate
from simulator.program.words import int64


def check(program: Program) -> None:
    """Raise InputError, naming stream, layer and unit, unless engines can execute the program."""
    check_tables(program, tabulated(program))


def tabulated(program: Program) -> Tables:
    """Tables of a program whose numbers are right. Raises InputError."""
    with int64(program):
        check_numbers(program)
        return tabulate(program)


def check_numbers(program: Program) -> None:
    """What must be right before the program can be tabulated."""
    check_frame(program)
    for q in range(len(program.segments)):
        check_segment(program, q)
    check_schedule(program, program.schedule)


def check_tables(program: Program, tables: Tables, first: int = 0) -> None:
    """What is checked on the arrays of the segments from ``first`` on."""
    scene = Scene(program, tables, first)
    check_rules(scene)
    check_cycles(program, tables, first)
    if first == 0:
        check_horizon(tables, program.schedule)
