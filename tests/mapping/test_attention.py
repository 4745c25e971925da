"""Attention at units of its own: how many operations, and that both engines agree."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from attention_networks import HEADS, LAYERS, WIDTH, network

from simulator.base.errors import InputError
from simulator.chip.reader import load_chip
from simulator.engine.contract import run
from simulator.engine.fast_engine import FastEngine
from simulator.engine.simpy_engine import SimpyEngine
from simulator.measure.totals import totals
from simulator.study.run import Result, simulate
from simulator.trace.pattern import RequestPattern
from simulator.trace.trace import record_trace
from simulator.trace.written import Written, pattern
from simulator.workload.reader import Workload

ROOT = Path(__file__).parents[2]
SHARE = WIDTH // HEADS
UNITS: dict[str, dict[str, Any]] = {
    "digital": {
        "units": 2,
        "heads": 3,
        "clock": "1 GHz",
        "macs": 8,
        "softmax": 1,
        "pipeline": 4,
        "kv": {"size": "64 KiB", "bank": "8 KiB", "bandwidth": "64 Gbit/s"},
    }
}
EXACT = ["digital"]


def settings(style: str, **changes: Any) -> list[str]:
    return [f"attention={json.dumps({'style': style, **UNITS[style], **changes})}"]


def whole(workload: Workload, style: str, count: int = 1, *more: str) -> Result:
    """Whole sequences, one after the other."""
    chip = load_chip(ROOT / "chip_configs" / "ibm14nm.yaml", [*settings(style), *more])
    return simulate(chip, record_trace(workload, RequestPattern(count)), FastEngine())


def generated(workload: Workload, style: str, prompt: int, output: int, **more: Any) -> Result:
    """One request that reads a prompt and gives tokens."""
    chip = load_chip(ROOT / "chip_configs" / "ibm14nm.yaml", settings(style, **more))
    asked = pattern(Written(count=1, prompt_length=str(prompt), output_length=str(output)), seed=1)
    return simulate(chip, record_trace(workload, asked), FastEngine())


def counted(result: Result) -> dict[str, int]:
    """Layer -> values of the stream that computes it, over the run."""
    found: Counter[str] = Counter()
    for stream, values in zip(result.program.streams, totals(result.program).values, strict=True):
        if stream.kind == "computed":
            found[stream.layer] += int(values)
    return dict(found)


def agree(result: Result) -> None:
    """Both engines start every operation in the same picosecond."""
    simpy = run(SimpyEngine(), result.program)
    assert all(np.array_equal(a, b) for a, b in zip(simpy.start, result.timeline.start, strict=True))


@pytest.mark.parametrize("style", EXACT)
@pytest.mark.parametrize(("causal", "key_heads"), [(False, 4), (True, 4), (True, 2), (False, 1)])
@pytest.mark.parametrize("length", [1, 6, 9])
def test_a_sequence_takes_as_many_operations_as_the_closed_form(
    tmp_path: Path, style: str, causal: bool, key_heads: int, length: int
) -> None:
    """A head multiplies each of S queries with the S keys (causal: 1 + 2 + .. + S) of SHARE values each."""
    pairs = length * (length + 1) // 2 if causal else length**2
    found = counted(whole(network(tmp_path, causal=causal, key_heads=key_heads, length=length), style))
    for layer in range(LAYERS):
        assert found[f"scores{layer}"] == found[f"mix{layer}"] == HEADS * pairs * SHARE
        assert found[f"softmax{layer}"] == HEADS * pairs


@pytest.mark.parametrize("style", EXACT)
@pytest.mark.parametrize("key_heads", [4, 2])
def test_tokens_take_as_many_operations_as_the_closed_form(
    tmp_path: Path, style: str, key_heads: int
) -> None:
    """P tokens read, G given: P + G - 1 meet 1, 2, ... keys; in the last layer, most of the prompt none."""
    prompt, output = 5, 4
    found = counted(generated(network(tmp_path, causal=True, key_heads=key_heads), style, prompt, output))
    read = prompt + output - 1
    pairs = [read * (read + 1) // 2, sum(range(prompt, read + 1))]
    for layer in range(LAYERS):
        assert found[f"scores{layer}"] == found[f"mix{layer}"] == HEADS * pairs[layer] * SHARE
        assert found[f"softmax{layer}"] == HEADS * pairs[layer]


@pytest.mark.parametrize("style", list(UNITS))
@pytest.mark.parametrize(("causal", "key_heads"), [(False, 4), (True, 2)])
def test_engines_agree_on_sequences(tmp_path: Path, style: str, causal: bool, key_heads: int) -> None:
    result = whole(network(tmp_path, causal=causal, key_heads=key_heads), style, 3)
    agree(result)
    assert {s.part for s in result.program.streams} >= {
        f"attention_{s}" for s in ("scores", "softmax", "mix")
    }


@pytest.mark.parametrize("style", list(UNITS))
def test_engines_agree_on_tokens(tmp_path: Path, style: str) -> None:
    agree(generated(network(tmp_path, causal=True), style, 5, 4))


def test_layers_are_spread_over_units(tmp_path: Path) -> None:
    """Two units, two layers alike: one each; a single unit has both."""
    small = network(tmp_path, causal=False)
    units = {s.layer: s.unit for s in whole(small, "digital").program.streams if s.part == "attention_scores"}
    assert units == {"scores0": "attention[1].scores", "scores1": "attention[2].scores"}


def test_keys_and_values_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    small = network(tmp_path, causal=False, length=40)
    with pytest.raises(InputError) as caught:
        whole(small, "digital", 1, "attention.kv.size=2000 byte")
    assert str(caught.value) == (
        "IBM HERMES 64-core chip: attention.kv.size: keys and values of 40 positions take 2,560 bytes at "
        "attention[1], which serves 1 of the layers; it has 2,000. Enlarge it, or take more attention.units"
    )
