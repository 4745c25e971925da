"""Three times, never one: first inference, steady interval, latency under load, each with the price of contention."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from simulator.engine.contract import Engine, run
from simulator.measure.load import LOADS, Loaded, latency_under_load
from simulator.measure.steady import Steady, steady
from simulator.program.form import Inference, Program
from simulator.program.timeline import Recording

CONTRASTS: tuple[tuple[str, ...], ...] = (("network",), ("memory",), ("host",))
"""What is made ideal, one row each, to show what its contention costs."""


@dataclass(frozen=True)
class Times:
    """One row: what is ideal, latency [ps] of an inference alone, steady interval, latencies under load."""

    ideal: tuple[str, ...]
    first: int
    steady: Steady
    loaded: tuple[Loaded, ...] = ()


@dataclass(frozen=True)
class Load:
    """How many Poisson arrivals per load, and their seed; 0 requests: no loaded latencies."""

    requests: int = 0
    seed: int = 1


NO_LOAD = Load()


@dataclass(frozen=True)
class Pace:
    """What is run over and over for the steady interval, and what is run alone for the first latency."""

    repeated: Sequence[Inference]
    alone: Sequence[Inference]

    def of(self, program: Program) -> Program:
        """The program with what is run over and over as its schedule."""
        return replace(program, schedule=list(self.repeated))


def times(
    program: Program, engine: Engine, pace: Pace, ideal: tuple[str, ...] = (), load: Load = NO_LOAD
) -> Times:
    """The three times of a program in which ``ideal`` costs nothing."""
    over = pace.of(program)
    found = steady(over, engine)
    loaded = tuple(
        latency_under_load(over, engine, found.interval, load=share, requests=load.requests, seed=load.seed)
        for share in (LOADS if load.requests else ())
    )
    first = run(engine, replace(program, schedule=list(pace.alone)), Recording("off")).makespan
    return Times(ideal, first, found, loaded)


def contrasts(
    lowered: Callable[[Sequence[str]], Program],
    engine: Engine,
    pace: Pace,
    own: Times,
    *,
    load: Load = NO_LOAD,
    progress: Callable[[str], None] = lambda step: None,
) -> list[Times]:
    """``own`` and a row for each of ``CONTRASTS`` that is not ideal in it already.

    ``lowered`` gives the program in which so much costs nothing.
    """
    rows = [own]
    for contrast in CONTRASTS:
        ideal = tuple(dict.fromkeys((*own.ideal, *contrast)))
        if ideal != own.ideal:
            progress(f"ideal {', '.join(ideal)}")
            rows.append(times(lowered(ideal), engine, pace, ideal, load))
    return rows
