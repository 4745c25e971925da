"""Kinds of layers that real networks are made of: shapes, weights and what each position reads."""

from pathlib import Path

import pytest

from simulator.workload.graph import Graph
from simulator.workload.reader import Workload, load_workload

STEPS = """\
name: net
sequence: {length: 5, limit: 9}
layers:
  x: {kind: input, shape: [4], sequence: true}
"""


@pytest.fixture
def read(tmp_path: Path):
    def read(text: str) -> Workload:
        path = tmp_path / "net.yaml"
        path.write_text(text)
        return load_workload(path)

    return read


def bound(read, text: str, length: int | None = None) -> Graph:
    return read(text).bind(length)


def test_groups_make_block_diagonal_matrices(read):
    graph = bound(
        read,
        "name: net\nlayers:\n  image: {kind: input, shape: [4, 8, 6]}\n"
        "  c: {kind: conv2d, input: image, channels: 8, kernel: 3, groups: 4, padding: 0, bottom: 1, right: 2}\n"
        "  l: {kind: linear, input: c, width: 4, groups: 2}\n",
    )
    (matrix,) = graph["c"].matrices
    assert (matrix.rows, matrix.columns, matrix.blocks, matrix.weights) == (36, 8, 4, 72)
    assert graph["c"].grid == (7, 6)
    assert (graph["l"].weights, graph["l"].macs) == (16, 42 * 16)


ATTENTION = """
  q: {kind: linear, input: x, width: 8}
  k: {kind: linear, input: x, width: 4}
  v: {kind: linear, input: x, width: 6}
  scores: {kind: product, inputs: [q, k], heads: 2, key_heads: 1, transposed: true, causal: CAUSAL}
  soft: {kind: normalise, inputs: [scores], function: softmax, operations: 5}
  sum: {kind: product, inputs: [soft, v], heads: 2, key_heads: 1, causal: CAUSAL}
"""


@pytest.mark.parametrize(("causal", "pairs", "reach"), [("false", 25, "all"), ("true", 15, "past")])
def test_attention_with_shared_keys(read, causal, pairs, reach):
    graph = bound(read, STEPS + ATTENTION.strip("\n").replace("CAUSAL", causal))
    assert [graph[name].width for name in ("scores", "soft", "sum")] == [10, 10, 12]
    assert (graph["scores"].products, graph["sum"].products) == (pairs * 2 * 4, pairs * 2 * 6)
    assert graph["scores"].operations == 2 * graph["scores"].products
    assert graph["soft"].operations == 5 * 2 * pairs
    assert [graph[name].growth for name in ("scores", "soft", "sum")] == (
        [16, 10, 24] if causal == "true" else [0, 0, 0]
    )
    assert [source.reach for source in graph["sum"].inputs] == ["", reach]


def test_a_recurrence_of_digital_layers_needs_no_length(read):
    graph = bound(
        read,
        "name: net\nlayers:\n  x: {kind: input, shape: [4], steps: 7}\n"
        "  in: {kind: linear, input: x, width: 9}\n"
        "  back: {kind: linear, input: {layer: cell, delay: 1}, width: 9}\n"
        "  cell: {kind: elementwise, inputs: [in, back, {layer: cell, delay: 1}], function: gru, width: 3}\n",
    )
    assert [graph[name].grid for name in ("back", "cell")] == [(7,), (7,)]
    assert graph["back"].matrices[0].rows == 3
    assert graph.length is None
