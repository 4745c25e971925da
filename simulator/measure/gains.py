"""What would help: first latency and steady interval of a chip that is better in one respect (docs/waits.md)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from simulator.engine.contract import Engine, run
from simulator.measure.bounds import bounds
from simulator.measure.causes import WORDS, Cause
from simulator.measure.critical import (
    CriticalCycle,
    CriticalPath,
    back_to_back,
    critical_cycle,
    critical_path,
)
from simulator.measure.gains_relax import UNITS, Relaxation, relax
from simulator.measure.steady import Steady, steady
from simulator.program.form import Program
from simulator.program.history import history
from simulator.program.timeline import Recording

_NAMES = {
    "host": "host port twice as fast",
    "crossbar": "crossbars and converters twice as fast",
    "local_digital": "local digital units twice as fast",
    "global_digital": "global digital units twice as fast",
    "link": "links twice as fast",
    "host_compute": "host compute twice as fast",
    "kv_cache": "kv cache twice as fast",
    "chip_link": "chip-to-chip links twice as fast",
    "programming": "weights written twice as fast",
}
_ROOM = ("buffer", "register")
_LAYERS = 2
"""Layers of which a copy is considered: those that take most of the critical cycle."""


@dataclass(frozen=True)
class Gain:
    """First latency and steady interval [ps] of a better chip, and their relative changes to the chip as it is.

    ``how``: "predicted" by arithmetic on the recorded critical path and cycle and on the lower bounds, or "simulated":
    an engine has run the relaxed program.
    """

    relaxation: Relaxation
    how: str
    first: float
    interval: float
    first_change: float
    interval_change: float


@dataclass(frozen=True)
class Base:
    """The chip as it is: latency [ps] of an inference alone with its critical path, interval [ps] with its cycle."""

    program: Program
    first: int
    interval: float
    path: CriticalPath
    cycle: CriticalCycle

    def gain(self, relaxation: Relaxation, how: str, first: float, interval: float) -> Gain:
        """A gain with its changes."""
        return Gain(relaxation, how, first, interval, first / self.first - 1, interval / self.interval - 1)


def base(program: Program, engine: Engine, pace: Steady | None = None, inferences: int = 4) -> Base:
    """Run one inference alone and some back to back, recorded in full.

    ``pace``: the steady interval if it is known already. ``inferences``: of the run in which the cycle is looked for.
    """
    single, crowd = back_to_back(program, 1), back_to_back(program, inferences)
    path = critical_path(single, history(single, run(engine, single)))
    cycle = critical_cycle(crowd, history(crowd, run(engine, crowd)))
    return Base(program, path.time, (pace or steady(program, engine)).interval, path, cycle)


def gains(start: Base, engine: Engine | None = None, most: int = 3) -> list[Gain]:
    """Gains of every candidate, the largest first.

    With an engine, what cannot be predicted is simulated, and so are predictions in falling order until ``most``
    results are no worse than what the next one predicts; the rest stay predictions, and come last.
    """
    guesses = [(relaxation, predict(start, relaxation)) for relaxation in candidates(start)]
    known = sorted((guess for _, guess in guesses if guess), key=_size)
    if engine is None:
        return known
    tried = [simulate(start, relaxation, engine) for relaxation, guess in guesses if guess is None]
    while known and (len(tried) < most or known[0].interval < tried[most - 1].interval):
        tried.append(simulate(start, known.pop(0).relaxation, engine))
        tried.sort(key=_size)
    return tried + known


def candidates(start: Base) -> list[Relaxation]:
    """What can be relaxed: each kind of unit, ways, buffers, and copies of the slowest layers."""
    program = start.program
    parts = dict.fromkeys(s.part for s in program.streams if s.resources and s.part != "input_buffer")
    found = [Relaxation(_NAMES.get(part, f"{part} twice as fast"), faster=(part,)) for part in parts]
    edges = [edge for segment in program.segments for edge in segment.edges]
    if any(edge.cause == "host" and edge.lag for edge in edges):
        found.append(Relaxation("host latency halved", nearer=("host",)))
    if any(edge.cause in _ROOM for edge in edges):
        found.append(Relaxation("buffers and registers without end", roomier=_ROOM))
    return found + [Relaxation(f"two copies of {layer}", copied=layer) for layer in _slow_layers(start)]


def predict(start: Base, relaxation: Relaxation) -> Gain | None:
    """By arithmetic on what is recorded; None for buffers, about which a path says nothing.

    What is critical is taken to stay critical, so this is what can be had at best: another path may take over.
    """
    if relaxation.roomier:
        return None
    least = max((bound.interval for bound in bounds(relax(start.program, relaxation))), default=0)
    kept = _relaxed(start.cycle.steps, relaxation) / start.cycle.time
    first = _relaxed(start.path.steps, relaxation)
    return start.gain(relaxation, "predicted", first, max(kept * start.interval, least))


def simulate(start: Base, relaxation: Relaxation, engine: Engine) -> Gain:
    """By running the relaxed program."""
    program = relax(start.program, relaxation)
    first = run(engine, back_to_back(program, 1), Recording("off")).makespan
    return start.gain(relaxation, "simulated", first, steady(program, engine).interval)


def _size(gain: Gain) -> tuple[float, float, str]:
    """Sorts the largest gain first: by interval, then by latency."""
    return gain.interval, gain.first, gain.relaxation.name


def _relaxed(steps: pd.DataFrame, relaxation: Relaxation) -> float:
    """Time [ps] of these steps on the better chip."""
    work = steps["cause"] == WORDS[Cause.WORK]
    shorter = work & steps["part"].isin(relaxation.faster) | steps["cause"].isin(relaxation.nearer)
    if relaxation.copied:
        mine = (steps["layer"] == relaxation.copied) & steps["part"].isin(UNITS)
        shorter |= work & mine & (steps["via"] == WORDS[Cause.ORDER])
    factor = np.where(shorter, float(relaxation.factor), 1.0)
    return float((steps["time_ps"] * factor).sum())


def _slow_layers(start: Base) -> list[str]:
    """Layers without recurrence whose own units take most of the critical cycle."""
    steps = start.cycle.steps
    mine = steps[steps["part"].isin(UNITS) & (steps["cause"] == WORDS[Cause.WORK])]
    spent = mine.groupby("layer")["time_ps"].sum().sort_values(ascending=False, kind="stable")
    return [str(layer) for layer in spent.index if layer not in _recurrent(start.program)][:_LAYERS]


def _recurrent(program: Program) -> set[str]:
    """Layers whose steps wait for each other."""
    edges = (edge for segment in program.segments for edge in segment.edges)
    return {program.streams[edge.target].layer for edge in edges if edge.cause == "recurrence"}
