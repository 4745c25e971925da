"""Three times, never one: first inference, steady interval, latency under load, each with the price of contention."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from simulator.engine.contract import Engine, run
from simulator.mapping.lower.lower import lower
from simulator.mapping.plan import Mapping
from simulator.measure.load import LOADS, Loaded, latency_under_load
from simulator.measure.steady import Steady, steady
from simulator.program.form import Inference, Program
from simulator.program.timeline import Recording
from simulator.trace.trace import Trace

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


def times(program: Program, engine: Engine, ideal: tuple[str, ...] = (), load: Load = NO_LOAD) -> Times:
    """The three times of a program in which ``ideal`` costs nothing; its schedule's order of segments is kept."""
    pace = steady(program, engine)
    loaded = tuple(
        latency_under_load(program, engine, pace.interval, load=share, requests=load.requests, seed=load.seed)
        for share in (LOADS if load.requests else ())
    )
    return Times(ideal, _alone(program, engine), pace, loaded)


def contrasts(
    mapping: Mapping,
    trace: Trace,
    engine: Engine,
    own: Times,
    *,
    load: Load = NO_LOAD,
    progress: Callable[[str], None] = lambda step: None,
) -> list[Times]:
    """``own`` and a row for each of ``CONTRASTS`` that is not ideal in it already."""
    rows = [own]
    for contrast in CONTRASTS:
        ideal = tuple(dict.fromkeys((*own.ideal, *contrast)))
        if ideal != own.ideal:
            progress(f"ideal {', '.join(ideal)}")
            rows.append(times(_relaxed(mapping, trace, ideal), engine, ideal, load))
    return rows


def _relaxed(mapping: Mapping, trace: Trace, ideal: Sequence[str]) -> Program:
    schedule = [Inference(request.graph) for request in trace.inferences]
    return lower(mapping, trace.graphs, schedule, ideal)


def _alone(program: Program, engine: Engine) -> int:
    """Latency [ps] of the first inference with nothing before or behind it."""
    only = Inference(program.schedule[0].segment)
    return run(engine, replace(program, schedule=[only]), Recording("off")).makespan
