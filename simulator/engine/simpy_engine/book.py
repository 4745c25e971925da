"""What is known: the times of events, and who waits to learn one."""

from collections import deque
from collections.abc import Callable, Sequence

from simulator.program.form import Event

UNKNOWN = -1
Reader = Callable[[], None]


class Book:
    """Times [ps] of the events of one stream, by operation over the run.

    START and DONE are known when the operation is granted; FREE is then UNKNOWN if the server is held.
    """

    def __init__(self, library: "Library") -> None:
        self.start: list[int] = []
        self.free: list[int] = []
        self.done: list[int] = []
        self._library = library
        self.times = (self.start, self.free, self.done)
        self._readers: tuple[dict[int, list[Reader]], ...] = ({}, {}, {})

    def time(self, event: int, operation: int) -> int:
        """Time of an event, or UNKNOWN."""
        times = self.times[event]
        return times[operation] if operation < len(times) else UNKNOWN

    def tell(self, event: int, operation: int, reader: Reader) -> None:
        """Call ``reader`` once the event's time is known."""
        self._readers[event].setdefault(operation, []).append(reader)

    def grant(self, start: int, done: int, free: int) -> None:
        """Write down the next operation."""
        operation = len(self.start)
        self.start.append(start)
        self.done.append(done)
        self.free.append(free)
        for readers, time in zip(self._readers, (start, free, done), strict=True):
            if operation in readers and time != UNKNOWN:
                self._library.call(readers.pop(operation))

    def release(self, operation: int, free: int) -> None:
        """Write down FREE of an operation that was held."""
        self.free[operation] = free
        readers = self._readers[Event.FREE]
        if operation in readers:
            self._library.call(readers.pop(operation))


class Library:
    """All books; calls readers one after the other, never inside one another."""

    def __init__(self, streams: int) -> None:
        self.books = [Book(self) for _ in range(streams)]
        self._waiting: deque[Reader] = deque()
        self._calling = False

    def call(self, readers: Sequence[Reader]) -> None:
        """Tell readers; a chain of held operations may be long, so this does not recurse."""
        self._waiting.extend(readers)
        if self._calling:
            return
        self._calling = True
        while self._waiting:
            self._waiting.popleft()()
        self._calling = False
