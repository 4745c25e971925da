"""What time goes to: the short closed list behind stall attribution and critical paths (docs/waits.md)."""

from enum import IntEnum

import numpy as np

from simulator.base.errors import InputError, did_you_mean
from simulator.program.form import Edge, Int, Kind, Program
from simulator.program.history import NOTHING, ORDER, RELEASE, History
from simulator.program.names import edge_name


class Cause(IntEnum):
    """The list, in the order of columns."""

    WORK = 0
    SETUP = 1
    HELD = 2
    OPERAND = 3
    LINK = 4
    HOST = 5
    RECURRENCE = 6
    BUFFER = 7
    SERVER = 8
    CLOCK = 9
    ORDER = 10
    ARRIVAL = 11
    IDLE = 12


WORDS = (
    *("work", "set_up", "held", "operand", "link", "host", "recurrence"),
    *("buffer_full", "server_busy", "clock", "order", "arrival", "idle"),
)
"""Name of each cause in tables."""

DEFINITIONS = {
    "work": "busy with an operation",
    "set_up": "changing from one class of operation to another",
    "held": "kept after its own work: a full register behind it, a producer that still streams, data still in use",
    "operand": "waits for a value that is not made yet",
    "link": "waits for a value that is made, on its way over links",
    "host": "waits for a value that is made, on its way by the host",
    "recurrence": "waits for the same layer's result of the step before",
    "buffer_full": "waits for room in the buffer behind it",
    "server_busy": "waits for a unit that serves others",
    "clock": "waits for a clock edge",
    "order": "waits for its own last operation: operations of a stream start in order",
    "arrival": "waits for a request to arrive",
    "idle": "has no operation left",
}
"""Name -> meaning, said of the unit that waits."""

_EDGES = {
    "operand": Cause.OPERAND,
    "link": Cause.LINK,
    "host": Cause.HOST,
    "recurrence": Cause.RECURRENCE,
    "buffer": Cause.BUFFER,
    "register": Cause.HELD,
    "order": Cause.ORDER,
}
"""What edges say (``Edge.cause``) -> cause."""


def edge_causes(program: Program) -> list[list[Cause]]:
    """Cause of each edge of each segment. Raises InputError for a word that is not in the list."""
    return [
        [Cause.HELD if edge.kind != Kind.WAIT else _known(program, edge) for edge in segment.edges]
        for segment in program.segments
    ]


def _known(program: Program, edge: Edge) -> Cause:
    if edge.cause not in _EDGES:
        raise InputError(
            "unknown cause",
            place=edge_name(program, edge),
            field="cause",
            value=edge.cause,
            remedy=did_you_mean(edge.cause, _EDGES),
        )
    return _EDGES[edge.cause]


def wait_causes(program: Program, history: History) -> Int:
    """Cause of each operation's wait for operands, shape (operations,)."""
    rows = edge_causes(program)
    begins = np.cumsum([0, *map(len, rows)])[:-1]
    flat = np.array([cause for row in rows for cause in row] or [Cause.ORDER], np.int64)
    found = flat[np.where(history.cause >= 0, begins[history.segment] + history.cause, 0)]
    for code, cause in ((ORDER, Cause.ORDER), (RELEASE, Cause.ARRIVAL), (NOTHING, Cause.ORDER)):
        found[history.cause == code] = cause
    return found
