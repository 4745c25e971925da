"""The chip of Wang et al. 2025: layers take turns on crossbars, attention is exact, both engines alike."""

from pathlib import Path

import pytest
from attention_networks import HEADS, LAYERS, SHARE, agree, counted, network

from simulator.chip.reader import load_chip
from simulator.engine.fast_engine import FastEngine
from simulator.measure.totals import totals
from simulator.study.run import Result, simulate
from simulator.trace.pattern import RequestPattern
from simulator.trace.trace import record_trace
from simulator.trace.written import Written, pattern

CHIP = Path(__file__).parents[2] / "chip_configs" / "wang2025.yaml"
SMALL = ["grid.rows=1", "compute_cores.heavy.units=4"]
PROMPT, OUTPUT, LENGTH = 5, 4, 6


def sequence(folder: Path, *, causal: bool, key_heads: int) -> Result:
    trace = record_trace(
        network(folder, causal=causal, key_heads=key_heads, length=LENGTH), RequestPattern(2)
    )
    return simulate(load_chip(CHIP, SMALL), trace, FastEngine())


@pytest.mark.parametrize(("causal", "key_heads"), [(False, 4), (True, 4), (True, 2)])
def test_sequences(tmp_path: Path, causal: bool, key_heads: int) -> None:
    """Eleven matrices on four tiles: three sets, each weight set once an inference; products by the closed form."""
    result = sequence(tmp_path, causal=causal, key_heads=key_heads)
    agree(result)
    assert result.mapping.how == "automatic; 3 sets of weights in turn"
    written = counted(result, "write")
    assert (
        sum(written[layer.name] for layer in result.mapping.graph.mapped) == 2 * result.mapping.graph.weights
    )
    pairs = LENGTH * (LENGTH + 1) // 2 if causal else LENGTH**2
    found = counted(result)
    for layer in range(LAYERS):
        assert found[f"scores{layer}"] == found[f"mix{layer}"] == 2 * HEADS * pairs * SHARE
    assert totals(result.program).macs.sum() == 2 * result.mapping.graph.macs


def test_tokens(tmp_path: Path) -> None:
    """Both layers of attention meet as many keys as the closed form says, token by token."""
    asked = pattern(Written(count=1, prompt_length=str(PROMPT), output_length=str(OUTPUT)), seed=1)
    trace = record_trace(network(tmp_path, causal=True), asked)
    result = simulate(load_chip(CHIP, SMALL), trace, FastEngine())
    agree(result)
    read, found = PROMPT + OUTPUT - 1, counted(result)
    assert found["scores0"] == found["mix0"] == HEADS * SHARE * read * (read + 1) // 2
    assert found["scores1"] == found["mix1"] == HEADS * SHARE * sum(range(PROMPT, read + 1))


def test_every_product_is_done_by_crossbars(tmp_path: Path) -> None:
    """Nothing else multiplies: function units have the additions and embeddings left."""
    result = sequence(tmp_path, causal=False, key_heads=4)
    doing = {s.layer: s.part for s in result.program.streams if s.kind in ("mvm", "computed")}
    products = {layer.name for layer in result.mapping.graph.layers if layer.matrices or layer.products}
    assert {doing[name] for name in products} == {"crossbar", "attention_scores", "attention_mix"}
