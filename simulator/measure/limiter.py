"""What limits the chip, in a sentence, and the host bandwidth at which that changes."""

from collections.abc import Sequence

from simulator.measure.bounds import PARTS, Bound
from simulator.measure.totals import totals
from simulator.program.form import Program

SATURATED = 0.95
"""Share of the interval from which its busiest resource is said to limit."""


def limiter(bounds: Sequence[Bound], interval: float) -> str:
    """The part with the largest bound; ``interval`` [ps] is the simulated steady interval."""
    first, *rest = bounds
    share = first.interval / interval
    needs = f"{first.resource} needs {_ns(first.interval)} of the {_ns(interval)} simulated ({share:.1%})"
    if share >= SATURATED:
        text = f"The {PARTS[first.part]} limits sustained throughput: {needs}"
    else:
        text = f"No unit is saturated: the busiest, {PARTS[first.part]} {needs}; the rest of the interval is waits"
    if rest:
        text += f"; next is the {PARTS[rest[0].part]} with {_ns(rest[0].interval)}"
    return text + "."


def host_crossover(program: Program, bounds: Sequence[Bound]) -> float | None:
    """Host bandwidth [bit/s, each way] at which host and chip limit alike; None if there is no other limit.

    ``program`` includes the host's transfers, ``bounds`` are its bounds.
    """
    chip = [bound.interval for bound in bounds if bound.part != "host"]
    spent = totals(program)
    moved: dict[str, int] = {}
    for number, stream in enumerate(program.streams):
        if stream.part == "host" and stream.resources:
            moved[stream.unit] = moved.get(stream.unit, 0) + int(spent.bytes[number])
    most = max(moved.values(), default=0) / max(len(program.schedule), 1)
    return most * 8e12 / max(chip) if chip and most else None


def _ns(time: float) -> str:
    """Nanoseconds, or microseconds from ten of them on."""
    return f"{time / 1e3:,.1f} ns" if time < 1e7 else f"{time / 1e6:,.2f} us"
