"""Latency under load on a toy chip with one server, against queueing theory."""

import numpy as np

from simulator.engine.contract import run
from simulator.engine.simpy_engine import SimpyEngine
from simulator.measure.load import latencies, latency_under_load
from simulator.measure.steady import steady
from simulator.program.form import Duration, Inference, Program, Resource, Segment, Stream, Work

SERVICE = 1_000


def single_server() -> Program:
    stream = Stream("serve", (0,), released=True)
    work = {0: Work(1, Duration(SERVICE), Duration(SERVICE))}
    return Program([Resource("server")], [stream], [Segment("one", work)], [Inference()])


def test_the_steady_interval_is_the_service_time() -> None:
    found = steady(single_server(), SimpyEngine())
    assert (found.interval, found.periodic) == (SERVICE, True)


def test_deterministic_arrivals_below_saturation_never_wait() -> None:
    waited = latencies(single_server(), SimpyEngine(), np.arange(50, dtype=np.int64) * 1_250)
    assert waited.tolist() == [SERVICE] * 50


def test_deterministic_arrivals_above_saturation_wait_longer_each_time() -> None:
    waited = latencies(single_server(), SimpyEngine(), np.arange(50, dtype=np.int64) * 800)
    assert waited.tolist() == [SERVICE + 200 * n for n in range(50)]


def test_poisson_arrivals_approach_the_m_d_1_formula() -> None:
    """Mean wait = rho D / (2 (1 - rho)); the interval is three standard errors over independent seeds."""
    for load in (0.5, 0.8):
        means = [
            latency_under_load(
                single_server(), SimpyEngine(), SERVICE, load=load, requests=2_000, seed=seed
            ).mean
            for seed in range(12)
        ]
        expected = SERVICE + load * SERVICE / (2 * (1 - load))
        error = np.std(means, ddof=1) / np.sqrt(len(means))
        assert abs(np.mean(means) - expected) < 3 * error
        assert error < 0.05 * expected


def test_percentiles_are_in_order_and_the_same_seed_gives_the_same() -> None:
    first, second = (
        latency_under_load(single_server(), SimpyEngine(), SERVICE, load=0.95, requests=300, seed=3)
        for _ in range(2)
    )
    assert first == second
    assert SERVICE <= first.p50 <= first.p95 <= first.p99
    assert run(SimpyEngine(), single_server()).makespan == SERVICE
