"""The bench's table in the README is the one of its CSV file, and its programs are programs."""

import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
BENCH = ROOT / "scripts" / "bench"
sys.path.insert(0, str(BENCH))

import engines  # noqa: E402
import runs  # noqa: E402
from features import FEATURES  # noqa: E402
from programs import resnet50_like, transformer_like  # noqa: E402

from simulator.engine.contract import run  # noqa: E402
from simulator.engine.fast_engine import FastEngine  # noqa: E402
from simulator.engine.simpy_engine import SimpyEngine  # noqa: E402
from simulator.program.finalise import finalise  # noqa: E402


@pytest.mark.parametrize("bench", [engines, runs])
def test_the_readme_has_the_measured_table(bench: Any) -> None:
    assert bench.readme_table(bench.OUT) in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FEATURES)
def test_engines_agree_on_every_feature_that_is_measured(name: str) -> None:
    program = FEATURES[name]()
    for segment in program.segments:
        for stream, work in segment.work.items():
            for duration in (work.occupancy, work.latency):
                if duration.table is not None:
                    object.__setattr__(duration, "table", duration.table[:12])
            object.__setattr__(work, "n", min(work.n, 12))
            assert work.n > 0, stream
    fast, simpy = run(FastEngine(), program), run(SimpyEngine(), program)
    for ours, theirs in zip(fast.start, simpy.start, strict=True):
        assert ours.tolist() == theirs.tolist()


def test_networks_of_the_bench_are_as_large_as_it_says() -> None:
    finalise(resnet50_like())
    transformer = transformer_like()
    finalise(transformer)
    assert len(transformer.streams) > 5_000
