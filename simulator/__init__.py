"""Cycle-accurate discrete-event simulator of analog in-memory-computing chips.

``import simulator`` is quick: what stands in ``__all__`` is imported when it is first used.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.api import (
        accuracy,
        load_chip,
        load_workload,
        map_workload,
        read_trace,
        record_trace,
        run,
        validate,
    )

__version__ = "0.1.0"
__all__ = [
    "accuracy",
    "load_chip",
    "load_workload",
    "map_workload",
    "read_trace",
    "record_trace",
    "run",
    "validate",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        import random

        # rich, which the top floor needs, draws from the global generator when it is imported.
        state = random.getstate()
        from simulator import api

        random.setstate(state)
        return getattr(api, name)
    raise AttributeError(f"module 'simulator' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
