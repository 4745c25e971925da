"""What a run tells of attention units: style, what differs from the network's function, what fades, who computes."""

from io import StringIO
from math import exp
from pathlib import Path

import pytest
from attention_networks import generated, network, whole
from rich.console import Console

from simulator.report.attention import attention_data, show_fading, show_function
from simulator.report.where import where
from simulator.study.run import Result


def told(result: Result) -> str:
    console = Console(file=StringIO(), width=400)
    show_function(result.mapping.hardware, console)
    show_fading(result.metrics, console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_gain_cells_say_that_they_compute_another_function(tmp_path: Path) -> None:
    result = whole(network(tmp_path, causal=False), "gain_cell")
    words = "a hard sigmoid in place of the softmax, over the last 8 tokens"
    assert attention_data(result.mapping.hardware)["attention"] == {
        "style": "gain_cell",
        "exact": False,
        "function": words,
    }
    assert f"Attention is another function than the network's: {words}." in told(result)


def test_digital_units_compute_what_the_network_says(tmp_path: Path) -> None:
    result = whole(network(tmp_path, causal=False), "digital")
    assert told(result) == ""
    assert attention_data(result.mapping.hardware)["attention"]["exact"] is True
    assert not [metric for metric in result.metrics if metric.group == "attention"]


def test_keys_and_values_of_a_sequence_are_as_old_as_it_at_most(tmp_path: Path) -> None:
    result = whole(network(tmp_path, causal=False), "gain_cell", 2)
    spans = result.timeline.ended - result.timeline.began
    assert result["kv_age_ns"] == int(spans.max()) / 1e3
    assert result["kv_retention"] == pytest.approx(exp(-result["kv_age_ns"] / 5e6), rel=1e-12)


def test_tokens_that_leave_the_window_age_no_longer(tmp_path: Path) -> None:
    """Window of 8, 3 tokens read and 12 given: nothing is older than the time of 8 tokens, however long the request."""
    result = generated(network(tmp_path, causal=True), "gain_cell", 3, 12)
    assert result.generation is not None
    row = result.generation.requests[0]
    known = [row.admitted, *row.times]
    assert result["kv_age_ns"] == max(b - a for a, b in zip(known, known[8:], strict=False)) / 1e3
    assert result["kv_age_ns"] < (row.times[-1] - row.admitted) / 1e3
    assert result["kv_leak_per_token"] == pytest.approx(1 - exp(-round(row.per_token or 0) / 5e9), rel=1e-9)


def test_a_warning_tells_of_tokens_too_far_apart(tmp_path: Path) -> None:
    small = network(tmp_path, causal=True)
    assert "Warning: only" in told(generated(small, "gain_cell", 3, 4, decay="2 us"))
    assert "Warning" not in told(generated(small, "gain_cell", 3, 4))


def test_where_names_the_unit(tmp_path: Path) -> None:
    found = where(whole(network(tmp_path, causal=False), "digital").mapping)
    assert [found[name] for name in ("scores0", "softmax0", "mix0")] == ["attention unit"] * 3
    assert found["query0"] == "tiles"
