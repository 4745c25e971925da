"""Work beside one's own, by a copy of this process: for what needs much of its memory and gives little back."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from typing import TypeVar

from simulator.base.child import heed_parent, signals_wait

Made = TypeVar("Made")


@contextmanager
def aside(make: Callable[[], Made], *, wanted: bool = True) -> Iterator[Callable[[], Made]]:
    """Begin ``make`` beside the block; the call that the block gets waits for what it gives.

    Where that is not wanted, where there is no second processor or no safe copy, and where the copy fails, that call
    makes it itself.
    """
    if not wanted or (os.cpu_count() or 1) == 1 or sys.platform != "linux":
        yield make
        return
    receiver, sender = Pipe(duplex=False)
    copy = get_context("fork").Process(target=_send, args=(make, sender), daemon=True)

    def found() -> Made:
        try:
            return receiver.recv()  # type: ignore[no-any-return]  # what our own copy sent
        except EOFError:
            return make()

    try:
        with signals_wait():
            copy.start()
        sender.close()
        yield found
    finally:
        if copy.pid is not None:
            copy.kill()
            copy.join()
        receiver.close()


def _send(make: Callable[[], Made], sender: Connection) -> None:
    heed_parent()
    try:
        sender.send(make())
    except Exception:
        sender.close()  # whoever asked runs into the same, and says so
