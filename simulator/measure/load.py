"""Latency under load: requests that arrive at random, at a share of the rate at which the chip saturates."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from simulator.engine.contract import Engine, run
from simulator.program.form import Inference, Program
from simulator.program.timeline import Recording

LOADS = (0.5, 0.8, 0.95)
"""Shares of the saturation rate 1 / steady interval."""


@dataclass(frozen=True)
class Loaded:
    """Latency percentiles [ps] from arrival to last result, at ``load`` of the saturation rate."""

    load: float
    p50: float
    p95: float
    p99: float
    mean: float
    requests: int


def latency_under_load(
    program: Program, engine: Engine, interval: float, *, load: float, requests: int, seed: int
) -> Loaded:
    """Run ``requests`` seeded Poisson arrivals; the schedule's segments follow each other in turn.

    ``interval`` [ps] is the steady interval. Arrivals are whole picoseconds, rounded down.
    """
    gaps = np.random.default_rng([seed, round(load * 1e6)]).exponential(interval / load, requests)
    waited = latencies(program, engine, np.floor(np.cumsum(gaps)).astype(np.int64))
    middle, high, most = np.percentile(waited, [50, 95, 99])
    return Loaded(load, float(middle), float(high), float(most), float(waited.mean()), requests)


def latencies(program: Program, engine: Engine, arrivals: NDArray[np.int64]) -> NDArray[np.int64]:
    """Latency [ps] of each of these arrivals [ps], shape (requests,)."""
    turn = [inference.segment for inference in program.schedule]
    schedule = [Inference(turn[n % len(turn)], int(time)) for n, time in enumerate(arrivals)]
    timeline = run(engine, replace(program, schedule=schedule), Recording("off"))
    return timeline.ended - arrivals
