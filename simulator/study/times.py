"""Three times, never one: first inference, steady interval, latency under load, each with the price of contention."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from simulator.engine.contract import Engine, run
from simulator.mapping.lower.lower import lower
from simulator.mapping.plan import Mapping
from simulator.measure.load import LOADS, Loaded, latency_under_load
from simulator.measure.steady import steady
from simulator.program.form import Inference, Program
from simulator.program.timeline import Recording
from simulator.trace.trace import Trace

VARIANTS: tuple[tuple[str, ...], ...] = ((), ("network",), ("memory",), ("host",))
"""What is ideal in each row; the first is full contention."""


@dataclass(frozen=True)
class Times:
    """One row: what is ideal, first latency [ps] of an inference alone, steady interval [ps], loaded latencies."""

    ideal: tuple[str, ...]
    first: int
    interval: float
    periodic: bool
    loaded: tuple[Loaded, ...]


@dataclass(frozen=True)
class Load:
    """How many Poisson arrivals per load, and their seed; 0 requests: no loaded latencies."""

    requests: int = 200
    seed: int = 1


def times(
    mapping: Mapping,
    trace: Trace,
    engine: Engine,
    *,
    ideal: Sequence[str] = (),
    load: Load = Load(),
    progress: Callable[[str], None] = lambda step: None,
) -> list[Times]:
    """A row per variant, each with ``ideal`` ideal as well."""
    rows: list[Times] = []
    for variant in VARIANTS:
        names = tuple(dict.fromkeys((*ideal, *variant)))
        if any(row.ideal == names for row in rows):
            continue
        progress(", ".join(names) or "full contention")
        block = [Inference(request.graph) for request in trace.inferences]
        rows.append(_row(lower(mapping, trace.graphs, block, names), engine, names, load))
    return rows


def _row(program: Program, engine: Engine, ideal: tuple[str, ...], load: Load) -> Times:
    pace = steady(program, engine)
    loaded = tuple(
        latency_under_load(program, engine, pace.interval, load=share, requests=load.requests, seed=load.seed)
        for share in (LOADS if load.requests else ())
    )
    return Times(ideal, _alone(program, engine), pace.interval, pace.periodic, loaded)


def _alone(program: Program, engine: Engine) -> int:
    """Latency [ps] of the first inference with nothing behind it."""
    single = Program(program.resources, program.streams, program.segments, program.schedule[:1])
    return run(engine, single, Recording("off")).makespan
