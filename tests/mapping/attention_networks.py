"""Small networks with attention on units of every style: two layers like BERT (bidirectional) or GPT-2 and Llama."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from simulator.chip.reader import load_chip
from simulator.engine.contract import run
from simulator.engine.fast_engine import FastEngine
from simulator.engine.simpy_engine import SimpyEngine
from simulator.measure.totals import totals
from simulator.study.run import Result, simulate
from simulator.trace.pattern import RequestPattern
from simulator.trace.trace import record_trace
from simulator.trace.written import Written, pattern
from simulator.workload.reader import Workload, load_workload

CHIP = Path(__file__).parents[2] / "chip_configs" / "ibm14nm.yaml"
WIDTH, HEADS, LAYERS = 32, 4, 2
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
    },
    "rewritten_array": {
        "units": 2,
        "heads": 4,
        "rows": 8,
        "columns": 4,
        "arrays": 5,
        "mvm": "100 ns",
        "write": "1 us",
        "writers": 3,
        "devices": 4,
        "endurance": 1_000_000,
        "clock": "1 GHz",
        "softmax": 1,
        "pipeline": 4,
        "array": {
            "cell": "0.1 pJ",
            "driver": "40 pJ",
            "converter": "100 pJ",
            "device": "2 nJ",
            "cell_area": "4 um^2",
            "driver_area": "200 um^2",
            "converter_area": "1000 um^2",
        },
    },
    "gain_cell": {
        "units": 2,
        "heads": 4,
        "rows": 8,
        "columns": 4,
        "window": 8,
        "pulse": "15 ns",
        "digital": "35 ns",
        "write": "10 ns",
        "decay": "5 ms",
        "head": {
            "scores": "1120 pJ",
            "mix": "700 pJ",
            "digital": "4000 pJ",
            "write": "330 pJ",
            "area": "0.5 mm^2",
        },
    },
    "computation_crossbar": {
        "units": 2,
        "heads": 3,
        "crossbars": 2,
        "abreast": 1,
        "rows": 8,
        "columns": 16,
        "value_bits": 8,
        "converter_bits": 2,
        "rows_per_read": 3,
        "conversion": "0.1 ns",
        "set_time": "1 ns",
        "softmax_products": 5,
        "function_time": "3 ns",
        "crossbar": {"conversion": "0.7 pJ", "set": "3 pJ", "area": "2000 um^2"},
        "function": {"energy": "2 pJ", "area": "0.01 mm^2"},
        "memory": {
            "size": "64 KiB",
            "bandwidth": "64 Gbit/s",
            "write_time": "100 ns",
            "read": "0.35 pJ/bit",
            "write": "25 pJ/bit",
            "area": "1 mm^2",
        },
    },
}


def settings(style: str, **changes: Any) -> list[str]:
    """What gives a chip units of a style."""
    return [f"attention={json.dumps({'style': style, **UNITS[style], **changes})}"]


def text(
    *, causal: bool, heads: int = HEADS, key_heads: int = HEADS, length: int = 6, layers: int = LAYERS
) -> str:
    """YAML of layers of attention with an addition after each; heads of ``SHARE`` values."""
    width, kept = SHARE * heads, SHARE * key_heads
    how = f"heads: {heads}, key_heads: {key_heads}, causal: {str(causal).lower()}"
    rows = [
        "name: small",
        f"sequence: {{length: {length}, limit: 64}}",
        "layers:",
        "  tokens: {kind: input, shape: [1], sequence: true}",
        f"  sum0: {{kind: embedding, input: tokens, entries: 100, width: {width}}}",
    ]
    for number in range(layers):
        start = f"sum{number}"
        rows += [
            f"  query{number}: {{kind: linear, input: {start}, width: {width}}}",
            f"  key{number}: {{kind: linear, input: {start}, width: {kept}}}",
            f"  value{number}: {{kind: linear, input: {start}, width: {kept}}}",
            f"  scores{number}: {{kind: product, inputs: [query{number}, key{number}], transposed: true, {how}}}",
            f"  softmax{number}: {{kind: normalise, inputs: [scores{number}], function: softmax, operations: 5}}",
            f"  mix{number}: {{kind: product, inputs: [softmax{number}, value{number}], {how}}}",
            f"  out{number}: {{kind: linear, input: mix{number}, width: {width}}}",
            f"  sum{number + 1}: {{kind: add, inputs: [out{number}, {start}]}}",
        ]
    return "\n".join([*rows, f"  logits: {{kind: linear, input: sum{layers}, width: 100}}"])


def network(folder: Path, **shape: Any) -> Workload:
    """See ``text``."""
    (folder / "small.yaml").write_text(text(**shape))
    return load_workload(folder / "small.yaml")


def whole(
    workload: Workload, style: str, count: int = 1, *more: str, ideal: tuple[str, ...] = (), **changes: Any
) -> Result:
    """Whole sequences, one after the other."""
    chip = load_chip(CHIP, [*settings(style, **changes), *more])
    return simulate(chip, record_trace(workload, RequestPattern(count)), FastEngine(), ideal=ideal)


def generated(workload: Workload, style: str, prompt: int, output: int, **changes: Any) -> Result:
    """One request that reads a prompt and gives tokens."""
    asked = pattern(Written(count=1, prompt_length=str(prompt), output_length=str(output)), seed=1)
    return simulate(load_chip(CHIP, settings(style, **changes)), record_trace(workload, asked), FastEngine())


def counted(result: Result, kind: str = "computed") -> dict[str, int]:
    """Layer -> values of its streams of a kind, over the run."""
    found: Counter[str] = Counter()
    for stream, values in zip(result.program.streams, totals(result.program).values, strict=True):
        if stream.kind == kind:
            found[stream.layer] += int(values)
    return dict(found)


def agree(result: Result) -> None:
    """Both engines start every operation in the same picosecond."""
    simpy = run(SimpyEngine(), result.program)
    assert all(np.array_equal(a, b) for a, b in zip(simpy.start, result.timeline.start, strict=True))


def starts(result: Result, layer: str, kind: str) -> list[int]:
    """When operations of a stream start [ps]."""
    rows = [n for n, s in enumerate(result.program.streams) if (s.layer, s.kind) == (layer, kind)]
    return [int(time) for row in rows for time in result.timeline.start[row]]
