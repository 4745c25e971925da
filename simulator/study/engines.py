"""Which engine executes; all give the same picoseconds."""

from simulator.base.errors import InputError, did_you_mean
from simulator.engine.contract import Engine

NAMES = ("auto", "fast", "simpy")


def engine(name: str) -> Engine:
    """The engine of this name; auto is the fast one where it can be had. InputError where ``fast`` cannot."""
    if name not in NAMES:
        rule = f"must be one of {', '.join(NAMES)}"
        raise InputError(rule, field="engine", value=name, remedy=did_you_mean(str(name), NAMES))
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
