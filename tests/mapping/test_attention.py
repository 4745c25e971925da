"""Attention at units of its own: how many operations, and that both engines agree."""

from pathlib import Path
from typing import Any

import pytest
from attention_networks import (
    CHIP,
    HEADS,
    LAYERS,
    SHARE,
    UNITS,
    agree,
    counted,
    generated,
    network,
    settings,
    whole,
)

from simulator.base.errors import InputError
from simulator.chip.reader import load_chip
from simulator.engine.fast_engine import FastEngine
from simulator.study.run import simulate
from simulator.trace.trace import record_trace
from simulator.trace.written import Written, pattern

EXACT = ["digital", "rewritten_array", "computation_crossbar"]


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
    assert {s.part for s in result.program.streams} >= {f"attention_{s}" for s in ("scores", "mix", "memory")}


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
        "attention[1], which serves 1 of the layers; it has 2,000. Enlarge it, or take more attention.units, or let it "
        "spill: attention.kv.overflow=spill"
    )


def slid(places: list[int], window: int = 8) -> int:
    """Tokens that a head meets at these places, from 1, of which it sees the last 8 only."""
    return sum(place if place < window else window for place in places)


def test_devices_of_rewritten_arrays_wear(tmp_path: Path) -> None:
    """6 tokens, keys and values of 2 layers, 32 values each; 20 lines a head, taken in turn, last 1e6 writes."""
    result = whole(network(tmp_path, causal=False), "rewritten_array", 2)
    assert result["attention_values_written"] == 6 * 2 * LAYERS * HEADS * SHARE
    assert result["attention_writes_per_device"] == 6 / 20
    assert result["attention_inferences_to_wear_out"] == 1_000_000 / (6 / 20)
    written = sum(entry.energy for entry in result.energy if entry.part == "attention_memory")
    assert written == pytest.approx(2 * 6 * 2 * LAYERS * HEADS * SHARE * 4 * 2000)  # 4 devices of 2 nJ


def test_rewritten_arrays_refuse_what_they_cannot_hold(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"attention.arrays: all of 21 tokens must be written at once; the arrays"
    ):
        whole(network(tmp_path, causal=True, length=21), "rewritten_array")
    with pytest.raises(InputError, match=r"attention.rows: a head of 8 values needs arrays of as many rows"):
        whole(network(tmp_path, causal=True), "rewritten_array", rows=7)
    with pytest.raises(InputError, match=r"attention.arrays: .*Enlarge it"):
        generated(network(tmp_path, causal=True), "rewritten_array", 18, 4)


@pytest.mark.parametrize("length", [3, 8, 20])
def test_gain_cells_see_the_last_tokens_of_their_window(tmp_path: Path, length: int) -> None:
    """A product a head, token that it meets, and value of a head; a result a head and token."""
    result = whole(network(tmp_path, causal=True, length=length), "gain_cell")
    products, results = HEADS * slid(list(range(1, length + 1))) * SHARE, HEADS * length
    for layer in range(LAYERS):
        assert counted(result)[f"scores{layer}"] == counted(result, "pulses")[f"mix{layer}"] == products
        assert counted(result)[f"mix{layer}"] == results
        assert counted(result, "write")[f"scores{layer}"] == results


def test_gain_cells_slide_while_tokens_are_generated(tmp_path: Path) -> None:
    """9 tokens read, 4 given: the first layer works for places 1 to 12, the last for 9 to 12, all of them beyond 8."""
    result = generated(network(tmp_path, causal=True), "gain_cell", 9, 4)
    assert counted(result)["scores0"] == HEADS * SHARE * slid(list(range(1, 13)))
    assert counted(result)["scores1"] == HEADS * SHARE * slid(list(range(9, 13))) == HEADS * SHARE * 32
    agree(result)


def test_gain_cells_without_a_window_to_leave_meet_all(tmp_path: Path) -> None:
    found = counted(whole(network(tmp_path, causal=False, length=7), "gain_cell"))
    assert found["scores0"] == HEADS * SHARE * 7**2


@pytest.mark.parametrize(
    ("shape", "changes", "text"),
    [
        ({"causal": False, "length": 9}, {}, "attention.window: all of 9 tokens must be there at once"),
        (
            {"causal": True},
            {"window": 10},
            "attention.window: must be a multiple of the 4 columns of an array",
        ),
        ({"causal": True}, {"decay": "0 ns"}, "attention.decay: must be longer than nothing, got '0 ns'"),
        ({"causal": True}, {"rows": 7}, "attention.rows: a head of 8 values needs arrays of as many rows"),
        (
            {"causal": True},
            {"units": 1},
            "attention.heads: attention[1] serves layers of 8 heads of keys in all",
        ),
    ],
)
def test_gain_cells_refuse_what_they_cannot_hold(
    tmp_path: Path, shape: dict[str, Any], changes: dict[str, Any], text: str
) -> None:
    with pytest.raises(InputError) as caught:
        whole(network(tmp_path, **shape), "gain_cell", **changes)
    assert text in str(caught.value)


@pytest.mark.parametrize(("heads", "together"), [(4, 1), (8, 2)])
def test_as_many_sequences_run_as_gain_cells_have_arrays_for(
    tmp_path: Path, heads: int, together: int
) -> None:
    """A layer has 4 heads, each of which needs arrays of its own for every sequence that is under way."""
    chip = load_chip(CHIP, settings("gain_cell", heads=heads))
    asked = pattern(Written(count=3, prompt_length="3", output_length="4"), seed=1)
    result = simulate(chip, record_trace(network(tmp_path, causal=True), asked), FastEngine())
    assert result.generation is not None
    assert result.generation.together == together
    agree(result)
