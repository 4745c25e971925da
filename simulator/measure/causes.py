"""What time goes to: the short closed list behind stall attribution and critical paths."""

from enum import IntEnum

from simulator.base.errors import InputError, did_you_mean
from simulator.program.form import Int, Program
from simulator.program.history import NOTHING, ORDER, RELEASE, History
from simulator.program.names import edge_name
from simulator.program.layout import Layout


class Cause(IntEnum):
    """Numbers are columns of an attribution, in this order."""

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
