"""Keys and values that outgrow the memory of digital units: refused, waited for, or spilled.

One layer a unit, keys and values of 32 bytes each a position: 256 bytes hold 4 positions.
"""

from pathlib import Path
from typing import Any

import pytest
from attention_networks import CHIP, LAYERS, UNITS, agree, counted, generated, network, settings, whole

from simulator.base.errors import InputError
from simulator.chip.reader import load_chip
from simulator.engine.fast_engine import FastEngine
from simulator.study.run import simulate
from simulator.trace.trace import record_trace
from simulator.trace.written import Written, pattern

CACHE = 'host.kv_cache={"size": "10000 byte", "bandwidth": "8 Gbit/s", "energy": "10 pJ/bit"}'
WIDTH, ROOM = 32, 4


def memory(**changes: Any) -> dict[str, Any]:
    return {"kv": {**UNITS["digital"]["kv"], "size": "256 byte", "overflow": "spill", **changes}}


@pytest.mark.parametrize("causal", [True, False])
def test_positions_beyond_the_memory_are_written_and_read_at_the_host(tmp_path: Path, causal: bool) -> None:
    """Of 10 positions 6 do not fit; a position reads back as many of them as it meets."""
    result = whole(network(tmp_path, causal=causal, length=10), "digital", 2, CACHE, **memory())
    agree(result)
    met = [k + 1 if causal else 10 for k in range(10)]
    back = WIDTH * sum(each - ROOM for each in met if each > ROOM)
    for layer in range(LAYERS):
        for product in ("scores", "mix"):
            assert counted(result, "spilled")[f"{product}{layer}"] == 2 * 6 * WIDTH
            assert counted(result, "write")[f"{product}{layer}"] == 2 * ROOM * WIDTH
            assert counted(result, "read back")[f"{product}{layer}"] == 2 * back
            assert counted(result, "read")[f"{product}{layer}"] == 2 * WIDTH * sum(min(m, ROOM) for m in met)
    assert result["kv_spilled"] == 2 * LAYERS * 2 * 6 * WIDTH
    assert result["kv_read_back"] == 2 * LAYERS * 2 * back
    spent = sum(entry.energy for entry in result.energy if entry.part == "kv_cache")
    assert spent == pytest.approx(80 * (result["kv_spilled"] + result["kv_read_back"]), rel=1e-12)


def test_tokens_beyond_the_memory_are_written_and_read_at_the_host(tmp_path: Path) -> None:
    """5 read, 4 given: places 1 to 8 in the first layer, scores and mix of places 5 to 8 in the second."""
    small = network(tmp_path, causal=True)
    chip = load_chip(CHIP, [*settings("digital", **memory()), CACHE])
    asked = record_trace(small, pattern(Written(count=2, prompt_length="5", output_length="4"), seed=1))
    result = simulate(chip, asked, FastEngine())
    agree(result)
    assert result.generation is not None
    assert result.generation.together == 1  # one sequence at a time has all of the memory
    back = WIDTH * (1 + 2 + 3 + 4)
    assert counted(result, "spilled") == {
        f"{name}{n}": 2 * 4 * WIDTH for name in ("scores", "mix") for n in (0, 1)
    }
    assert counted(result, "read back") == {
        f"{name}{n}": 2 * back for name in ("scores", "mix") for n in (0, 1)
    }


def test_two_sequences_share_the_memory(tmp_path: Path) -> None:
    """2 positions each: of 10, 8 do not fit."""
    shared = memory(sequences=2)
    result = whole(network(tmp_path, causal=True, length=10), "digital", 1, CACHE, **shared)
    assert counted(result, "spilled")["scores0"] == 8 * WIDTH


def test_what_fits_does_not_spill(tmp_path: Path) -> None:
    small = network(tmp_path, causal=True, length=4)
    spilling, plain = whole(small, "digital", 1, CACHE, **memory()), whole(small, "digital", 1, CACHE)
    assert not [stream for stream in spilling.program.streams if stream.part == "kv_cache"]
    assert spilling.timeline.makespan == plain.timeline.makespan


def test_spilling_needs_a_place(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        whole(network(tmp_path, causal=True), "digital", **memory())
    assert (
        "attention.kv.overflow: needs host.kv_cache, into which keys and values go that have no room, got 'spill'. "
        "Add host.kv_cache, or set attention.kv.overflow: refuse"
    ) in str(caught.value)


def test_a_request_that_never_fits_is_refused(tmp_path: Path) -> None:
    """4 positions in 256 bytes a unit; 5 read and 4 given keep 8."""
    with pytest.raises(InputError) as caught:
        generated(network(tmp_path, causal=True), "digital", 5, 4, **memory(overflow="refuse"))
    assert str(caught.value) == (
        "attention.kv.size: keys and values of 8 tokens take 1,024 bytes; the kv cache has 512. "
        "Enlarge it, or ask for shorter prompts and outputs"
    )
