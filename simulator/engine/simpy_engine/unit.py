"""A hardware unit: a SimPy process that serves the requests for one resource."""

from bisect import insort
from collections.abc import Generator
from dataclasses import dataclass
from heapq import heappop, heappush
from math import inf
from typing import Protocol

import simpy
from simpy.events import EventPriority

from simulator.engine.simpy_engine.kernel import Kernel, Turn

Claim = tuple[int, int, int, "Client"]
"""A request in the order of service: priority, ready, key (unique on a resource), and who asks."""


class Client(Protocol):
    """A stream, as its units see it."""

    @property
    def units(self) -> "tuple[Unit, ...]":
        """All that it takes at one instant."""

    def next_edge(self, now: int) -> int:
        """First instant from ``now`` on at which it may be granted [ps]."""

    def granted(self, now: int) -> None:
        """It has a server of each of its units."""


@dataclass(frozen=True)
class Rating:
    """The numbers of a resource, and when in an instant its grants are decided."""

    name: str
    capacity: int
    setup: tuple[tuple[int, ...], ...] | None
    turn: EventPriority


class Unit:
    """Serves claims in order; grants one if it is among the first ``servers()`` on all its units."""

    def __init__(self, kernel: Kernel, rating: Rating) -> None:
        self.rating = rating
        self._kernel = kernel
        self._claims: list[Claim] = []
        self._busy: list[int] = []
        self._held = 0
        self._last_class: int | None = None
        self._alarm = inf
        self._turn = Turn(kernel, rating.turn)
        serving = self._serve()
        serving.__name__ = rating.name  # type: ignore[attr-defined]
        self.process = kernel.process(serving)

    def _serve(self) -> Generator[simpy.Event, None, None]:
        """Wait until something happens, let the instant come to rest, decide."""
        while True:
            yield self._turn
            self._turn.renew()
            self._decide(self._kernel.time)

    def join(self, claim: Claim) -> None:
        """A request comes in."""
        insort(self._claims, claim)
        self._turn.call()

    def leave(self, claim: Claim) -> None:
        """A request was granted."""
        self._claims.remove(claim)

    def servers(self) -> int:
        """Servers that are free now."""
        busy, now = self._busy, self._kernel.time
        while busy and busy[0] <= now:
            heappop(busy)
        return self.rating.capacity - len(busy) - self._held

    def admits(self, claim: Claim) -> bool:
        """Whether nobody who comes before this claim needs the free servers."""
        return claim in self._claims[: self.servers()]

    def _decide(self, now: int) -> None:
        for claim in self._claims[: self.servers()]:
            client = claim[-1]
            edge = client.next_edge(now)
            if edge > now:
                self._wake_at(edge)
            elif len(client.units) == 1 or all(unit.admits(claim) for unit in client.units):
                for unit in client.units:
                    unit.leave(claim)
                client.granted(now)
        if self._claims and self._busy:
            self._wake_at(self._busy[0])

    def set_up(self, wanted: int) -> int:
        """Time to change to class ``wanted`` [ps], which is then the last one served."""
        last, self._last_class = self._last_class, wanted
        if self.rating.setup is None or last is None:
            return 0
        return self.rating.setup[last][wanted]

    def hold(self) -> None:
        """A server is taken until ``release``."""
        self._held += 1

    def release(self, free: int) -> None:
        """It is known when a held server is free [ps]."""
        self._held -= 1
        self.occupy(free)

    def occupy(self, free: int) -> None:
        """A server is taken until ``free`` [ps]."""
        heappush(self._busy, free)
        if self._claims:
            self._wake_at(free)

    def _wake_at(self, time: int) -> None:
        if time < self._alarm:
            self._alarm = time
            self._kernel.call(time, self._ring)

    def _ring(self, _: simpy.Event) -> None:
        if self._alarm <= self._kernel.time:
            self._alarm = inf
        self._turn.call()
