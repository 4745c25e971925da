"""Small networks with attention: two layers like BERT (bidirectional) and like GPT-2 or Llama (causal, grouped)."""

from pathlib import Path

from simulator.workload.reader import Workload, load_workload

WIDTH, HEADS, LAYERS = 32, 4, 2


def text(*, causal: bool, key_heads: int = HEADS, length: int = 6) -> str:
    """YAML of two layers of attention with an addition after each."""
    kept = WIDTH // HEADS * key_heads
    how = f"heads: {HEADS}, key_heads: {key_heads}, causal: {str(causal).lower()}"
    rows = [
        "name: small",
        f"sequence: {{length: {length}, limit: 64}}",
        "layers:",
        "  tokens: {kind: input, shape: [1], sequence: true}",
        f"  sum0: {{kind: embedding, input: tokens, entries: 100, width: {WIDTH}}}",
    ]
    for number in range(LAYERS):
        start = f"sum{number}"
        rows += [
            f"  query{number}: {{kind: linear, input: {start}, width: {WIDTH}}}",
            f"  key{number}: {{kind: linear, input: {start}, width: {kept}}}",
            f"  value{number}: {{kind: linear, input: {start}, width: {kept}}}",
            f"  scores{number}: {{kind: product, inputs: [query{number}, key{number}], transposed: true, {how}}}",
            f"  softmax{number}: {{kind: normalise, inputs: [scores{number}], function: softmax, operations: 5}}",
            f"  mix{number}: {{kind: product, inputs: [softmax{number}, value{number}], {how}}}",
            f"  out{number}: {{kind: linear, input: mix{number}, width: {WIDTH}}}",
            f"  sum{number + 1}: {{kind: add, inputs: [out{number}, {start}]}}",
        ]
    return "\n".join([*rows, f"  logits: {{kind: linear, input: sum{LAYERS}, width: 100}}"])


def network(folder: Path, *, causal: bool, key_heads: int = HEADS, length: int = 6) -> Workload:
    """See ``text``."""
    (folder / "small.yaml").write_text(text(causal=causal, key_heads=key_heads, length=length))
    return load_workload(folder / "small.yaml")
