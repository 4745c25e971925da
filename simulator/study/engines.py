"""Which engine executes; all give the same picoseconds."""

from simulator.base.errors import InputError
from simulator.engine.contract import Engine

NAMES = ("auto", "fast", "simpy")


def engine(name: str) -> Engine:
    """The engine of this name; auto is the fast one where it can be had. InputError where ``fast`` cannot."""
    if name != "simpy":
        try:
            from simulator.engine.fast_engine import FastEngine

            return FastEngine()
        except ImportError as error:
            if name == "fast":
                raise InputError(
                    f"cannot be had here: {error}",
                    field="--engine",
                    value="fast",
                    remedy="Try --engine simpy",
                ) from error
    from simulator.engine.simpy_engine import SimpyEngine

    return SimpyEngine()
