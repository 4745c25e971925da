"""Memory: with recording off what is kept of a run does not grow with its operations."""

import tracemalloc
from pathlib import Path

import pytest

from simulator.chip.reader import load_chip
from simulator.chip.resolve import resolve
from simulator.engine.fast_engine import FastEngine
from simulator.mapping.lower.lower import lower
from simulator.mapping.plan import map_workload
from simulator.program.timeline import Recording
from simulator.study.generate import Limits, generate
from simulator.trace.trace import record_trace
from simulator.trace.written import Written, pattern
from simulator.workload.reader import load_workload

ROOT = Path(__file__).parents[2]
A_TOKEN = 512
"""Most bytes that a token may leave behind: its place in the schedule, when it began and ended."""


def most(tokens: int, recording: Recording) -> tuple[int, int]:
    """Most memory [byte] while so many tokens are generated, and operations of the run."""
    trace = record_trace(
        load_workload(ROOT / "workloads" / "moe_512.yaml"),
        pattern(Written(prompt_length="1", output_length=str(tokens)), 1),
    )
    hardware = resolve(load_chip(ROOT / "chip_configs" / "tiers3d.yaml").chip)
    program = lower(map_workload(trace.graphs[0], hardware), trace.graphs, [], [], 1024)
    tracemalloc.start()
    try:
        timeline, _ = generate(program, trace, FastEngine(), recording, Limits())
        return tracemalloc.get_traced_memory()[1], timeline.operations
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("level", "grows"), [("off", False), ("full", True)])
def test_operations_are_kept_only_when_they_are_recorded(level: str, grows: bool) -> None:
    most(8, Recording(level))  # what is made once is made
    (few, before), (many, after) = (most(tokens, Recording(level)) for tokens in (64, 512))
    assert after - before == 7 * before
    assert (many - few > 8 * (after - before)) is grows
    assert (many - few > A_TOKEN * 448) is grows
