"""SimPy's event loop with integer time and a last turn at the end of each instant."""

from collections.abc import Callable
from heapq import heappush
from random import Random
from typing import Any

import simpy
from simpy.events import EventPriority

NORMAL = EventPriority(1)
"""SimPy's own priority of events that belong to an instant."""

LAST = EventPriority(2)
"""Priority of decisions: SimPy takes such an event only when nothing else is left at its time."""

Callback = Callable[[simpy.Event], None]


class Kernel(simpy.Environment):
    """Time is an int [ps]; events of one instant come in the order in which they were scheduled."""

    def __init__(self) -> None:
        super().__init__(initial_time=0)

    @property
    def time(self) -> int:
        """Now [ps]; an int, because only ints were ever added up."""
        return self._now  # type: ignore[return-value]

    def call(self, time: int, callback: Callback) -> None:
        """Call back at ``time`` [ps], which is not in the past."""
        simpy.Timeout(self, time - self._now).callbacks.append(callback)


class ShuffledKernel(Kernel):
    """Events of one instant and priority come in random order; no result may depend on it."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self._random = Random(f"kernel {seed}").random

    def schedule(self, event: simpy.Event, priority: EventPriority = NORMAL, delay: int | float = 0) -> None:
        """As in SimPy, with a random number before the running one."""
        ticket: Any = (self._random(), next(self._eid))
        heappush(self._queue, (self._now + delay, priority, ticket, event))


class Turn(simpy.Event):
    """Wakes a unit once at the end of the instant in which something happened to it."""

    def __init__(self, kernel: Kernel, priority: EventPriority) -> None:
        super().__init__(kernel)
        self._ok, self._value = True, None
        self._priority, self._called = priority, False

    def renew(self) -> None:
        """Be ready for another call."""
        self.callbacks, self._called = [], False

    def call(self) -> None:
        """Something happened now."""
        if not self._called:
            self._called = True
            self.env.schedule(self, self._priority)
