"""Generation: prompts, tokens one by one, keys and values that are kept, and what requests see of it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulator.base.errors import InputError
from simulator.chip.reader import load_chip
from simulator.engine.contract import run
from simulator.engine.fast_engine import FastEngine
from simulator.engine.simpy_engine import SimpyEngine
from simulator.measure.times import Load
from simulator.measure.totals import totals
from simulator.report.answer import macs_in_model
from simulator.study.points import requests
from simulator.study.run import Result, simulate
from simulator.trace.trace import record_trace
from simulator.trace.written import Written, pattern
from simulator.workload.reader import Workload, load_workload

ROOT = Path(__file__).parents[2]
CACHE = 'host.kv_cache={"size": "SIZE byte", "bandwidth": "RATE Gbit/s", "energy": "10 pJ/bit"}'
DECODER = """
name: decoder
sequence: {length: 8, limit: 40}
layers:
  tokens: {kind: input, shape: [1], sequence: true}
  words: {kind: embedding, input: tokens, entries: 100, width: 64}
  query: {kind: linear, input: words, width: 64}
  key: {kind: linear, input: words, width: 32}
  value: {kind: linear, input: words, width: 32}
  scores: {kind: product, inputs: [query, key], heads: 4, key_heads: 2, transposed: true, causal: true}
  softmax: {kind: normalise, inputs: [scores], function: softmax, operations: 5}
  mix: {kind: product, inputs: [softmax, value], heads: 4, key_heads: 2, causal: true}
  out: {kind: linear, input: mix, width: 64}
  sum: {kind: add, inputs: [out, words]}
  logits: {kind: linear, input: sum, width: 100}
"""
KV_BYTES = 64
"""Keys and values of a token: two layers of 32 values."""


@pytest.fixture
def decoder(tmp_path: Path) -> Workload:
    (tmp_path / "decoder.yaml").write_text(DECODER)
    return load_workload(tmp_path / "decoder.yaml")


def cache(size: int, rate: float = 100) -> str:
    return CACHE.replace("SIZE", str(size)).replace("RATE", str(rate))


def generated(workload: Workload, *settings: str, engine=None, max_batch=None, ideal=(), **written) -> Result:
    chip = load_chip(ROOT / "chip_configs" / "ibm14nm.yaml", ["host.compute=1 Top/s", *settings])
    trace = record_trace(workload, pattern(Written(**written), seed=1))
    return simulate(chip, trace, engine or FastEngine(), max_batch=max_batch, ideal=ideal)


THREE = {"count": 3, "arrivals": "every:5us", "prompt_length": "6,3,9", "output_length": "4,5,2"}


def test_engines_agree_on_every_token(decoder: Workload) -> None:
    """Tokens of three requests interleave; who is next depends on simulated time alone."""
    one, other = (
        generated(decoder, cache(10**6), engine=engine, **THREE) for engine in (FastEngine(), SimpyEngine())
    )
    assert one.generation == other.generation
    assert one.program.schedule == other.program.schedule
    assert all(map(np.array_equal, one.timeline.start, other.timeline.start))
    assert [len(row.times) for row in one.generation.requests] == [4, 5, 2]
    assert one.generation.together == 3


def test_the_finished_schedule_gives_the_same_timeline_at_once(decoder: Workload) -> None:
    found = generated(decoder, cache(10**6), **THREE)
    again = run(SimpyEngine(), found.program)
    assert all(map(np.array_equal, found.timeline.start, again.start))


def test_every_token_looks_back_at_all_before_it(decoder: Workload) -> None:
    """Per layer and token at place c: 4 heads x 16 values x (c + 1) products; 2 x 32 values read."""
    found = generated(decoder, cache(10**6), prompt_length="6", output_length="4")
    places = range(6 + 4 - 1)
    spent, rows = totals(found.program), found.program.streams
    values = {(row.layer, row.kind): int(spent.values[n]) for n, row in enumerate(rows)}
    pairs = sum(c + 1 for c in places)
    assert values["scores", "computed"] == 2 * 4 * 16 * sum(c + 1 for c in places[5:])
    assert values["mix", "computed"] == 2 * 4 * 16 * sum(c + 1 for c in places[5:])
    assert values["softmax", "computed"] == 5 * 4 * sum(c + 1 for c in places[5:])
    assert values["scores", "read"] == 32 * sum(c + 1 for c in places[5:])
    assert values["key", "write"] == values["value", "write"] == 32 * 9
    attention = 2 * 4 * 16 * sum(c + 1 for c in places[5:])
    weights = 9 * 2 * 64 * 32 + 4 * (64 * 64 + 64 * 64 + 64 * 100)
    assert macs_in_model(found) == weights + attention
    assert pairs == 45


def test_a_token_of_the_prompt_needs_its_key_and_value_only(decoder: Workload) -> None:
    trace = record_trace(decoder, pattern(Written(prompt_length="6", output_length="4"), 0))
    token, prompt = trace.graphs
    assert [layer.name for layer in prompt.layers] == ["tokens", "words", "key", "value"]
    assert prompt.outputs == ("key", "value")
    assert token.outputs == ("logits",)


def test_a_slow_memory_takes_as_long_as_it_must(decoder: Workload) -> None:
    """At 1 Gbit/s a token at place c reads 32 (c + 1) bytes twice, one behind the other: 512 (c + 1) ns.

    Writing its own key and value may be in the way: 256 ns each.
    """
    slow, quick = (
        generated(decoder, cache(10**6, rate), prompt_length="20", output_length="2") for rate in (1, 10**9)
    )
    gap = [row.times[1] - row.times[0] for result in (slow, quick) for row in result.generation.requests]
    assert 0 <= gap[0] - gap[1] - 2 * 21 * 32 * 8 * 1000 <= 2 * 32 * 8 * 1000
    free = generated(decoder, cache(10**6, 1), prompt_length="20", output_length="2", ideal=("memory",))
    assert "kv_cache" not in {entry.part for entry in free.energy}


def test_memory_is_reserved_for_the_whole_answer(decoder: Workload) -> None:
    """Room for nine tokens: the second request of nine waits until the first is through."""
    asked = {"count": 2, "prompt_length": "6", "output_length": "4"}
    tight, roomy = (generated(decoder, cache(size), **asked) for size in (9 * KV_BYTES, 18 * KV_BYTES))
    assert (tight.generation.together, roomy.generation.together) == (1, 2)
    first, second = tight.generation.requests
    assert second.admitted == first.times[-1]
    assert tight.generation.most_bytes == 9 * KV_BYTES
    assert roomy.generation.requests[1].queued == 0 or roomy.generation.requests[1].admitted == 0
    with pytest.raises(InputError) as refused:
        generated(decoder, cache(9 * KV_BYTES - 1), **asked)
    assert str(refused.value) == (
        "host.kv_cache.size: keys and values of 9 tokens take 576 bytes; the kv cache has 575. "
        "Enlarge it, or ask for shorter prompts and outputs"
    )


def test_one_at_a_time_is_the_same_as_each_alone(decoder: Workload) -> None:
    """Requests that never meet take as long as one alone, but for a clock edge."""
    asked = {"prompt_length": "5", "output_length": "3"}
    alone = generated(decoder, **asked).generation.requests[0]
    many = generated(decoder, count=3, max_batch=1, **asked).generation
    assert many.together == 1
    assert [row.times[0] - row.admitted for row in many.requests[:1]] == [alone.first_token]
    for before, row in zip(many.requests, many.requests[1:], strict=False):
        assert row.admitted == before.times[-1]
        assert 0 <= row.times[-1] - row.admitted - alone.latency <= 2500


def test_figures_are_those_of_the_requests(decoder: Workload) -> None:
    found = generated(decoder, cache(10**6), **THREE)
    rows = found.generation.requests
    firsts = sorted(row.times[0] - row.arrival for row in rows)
    assert found["time_to_first_token_p50_ns"] == firsts[1] / 1e3
    assert found["time_to_first_token_p99_ns"] == firsts[2] / 1e3
    assert found["tokens_per_second"] == 11 * 1e12 / max(row.times[-1] for row in rows)
    assert found["kv_cache_per_token"] == KV_BYTES
    energy = sum(entry.energy for entry in found.energy)
    assert found["energy_per_token_nj"] == pytest.approx(energy / 11 / 1e3, rel=1e-12)
    cached = [entry.energy for entry in found.energy if entry.part == "kv_cache"]
    spent = totals(found.program)
    moved = sum(
        int(v) for v, s in zip(spent.values, found.program.streams, strict=True) if s.part == "kv_cache"
    )
    assert sum(cached) == pytest.approx(80 * moved, rel=1e-12)


def test_one_token_has_no_time_per_token(decoder: Workload) -> None:
    found = generated(decoder, prompt_length="5", output_length="1")
    names = {metric.name for metric in found.metrics}
    assert "time_to_first_token_p50_ns" in names
    assert not any(name.startswith("time_per_output_token") for name in names)
    assert found["first_latency_ns"] == found["time_to_first_token_p50_ns"]


def test_a_long_run_keeps_its_beginning(decoder: Workload) -> None:
    chip = load_chip(ROOT / "chip_configs" / "ibm14nm.yaml", ["host.compute=1 Top/s"])
    trace = record_trace(decoder, pattern(Written(prompt_length="20", output_length="10"), 0))
    full = simulate(chip, trace, FastEngine())
    cut = simulate(chip, trace, FastEngine(), detail=200)
    assert cut.generation == full.generation
    assert [m.value for m in cut.metrics] == [m.value for m in full.metrics]
    assert 0 < len(cut.closer.program.schedule) < len(full.program.schedule) == cut.closer.whole


REFUSED = {
    "bert_base": "layer0.attention.scores: reads all tokens, also those to come, so tokens cannot be generated",
    "ptb_char_lstm": "lstm: keeps a state from step to step, so tokens cannot be generated one by one",
    "resnet9_cifar10": "sequence: has no sequence, so it cannot generate tokens",
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_generate(name: str) -> None:
    with pytest.raises(InputError) as refused:
        record_trace(
            load_workload(ROOT / "workloads" / f"{name}.yaml"),
            pattern(Written(prompt_length="5", output_length="5"), 0),
        )
    assert REFUSED[name] in str(refused.value)


def test_lengths_beyond_the_sequence(decoder: Workload) -> None:
    record_trace(decoder, pattern(Written(prompt_length="31", output_length="10"), 0))
    with pytest.raises(InputError, match="together at most 41, got '32 and 10'"):
        record_trace(decoder, pattern(Written(prompt_length="32", output_length="10"), 0))


def test_options_that_do_not_go_together(decoder: Workload) -> None:
    with pytest.raises(InputError, match="go together"):
        pattern(Written(prompt_length="5"), 0)
    with pytest.raises(InputError, match="--length: cannot be combined with --output-length"):
        pattern(Written(prompt_length="5", output_length="5", length="4"), 0)
    chip = load_chip(ROOT / "chip_configs" / "ibm14nm.yaml", ["host.compute=1 Top/s"])
    plain = record_trace(decoder, pattern(Written(), 0))
    with pytest.raises(InputError, match="--max-batch: is for tokens that are generated"):
        simulate(chip, plain, FastEngine(), max_batch=2)
    tokens = record_trace(decoder, pattern(Written(prompt_length="5", output_length="5"), 0))
    with pytest.raises(InputError, match="--load: is not for tokens that are generated"):
        simulate(chip, tokens, FastEngine(), load=Load(10))


def test_a_whole_prompt_takes_as_long_in_softmax_as_its_tokens(decoder: Workload) -> None:
    graph = decoder.bind(9)
    assert graph["softmax"].operations == 5 * 4 * 45
    assert graph["scores"].operations == 2 * 4 * 16 * 45
    assert replace(graph["softmax"], operations=0).growth == 20


def test_sweeps_move_lengths() -> None:
    settings = {"requests.count": 2, "requests.prompt_length": "5,7", "requests.output_length": 3}
    assert [(row.prompt, row.output) for row in requests(settings).requests()] == [(5, 3), (7, 3)]
