"""Kernel: in place of the arbiter and of holds, where a program needs neither; the kernel compiles sooner."""

from simulator.engine.fast_engine.layout import NIL, Memory


def settle(m: Memory) -> None:
    """Nothing is ever on the agenda."""


def arbitrate(m: Memory, s: int, phase: int, now: int) -> None:
    """No request is ever decided at the end of an instant."""


def hold(m: Memory, s: int, free: int) -> int:
    """No FREE is ever unknown after the grant but that of ordered streams."""
    return NIL


def hand_on(m: Memory, s: int) -> None:
    """No operation is ever held for stream s."""
