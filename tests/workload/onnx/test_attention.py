"""Fused attention in all its forms: shapes of what it gives besides its sums, and products worked out by hand."""

import pytest
from graphs import integers, model, node


@pytest.mark.parametrize("past", [0, 12])
@pytest.mark.parametrize("hinted", [True, False])
def test_keys_and_values_are_given_with_or_without_a_past(read, past, hinted):
    """8 heads of 16 values, 4 steps: 2 x 8 x 4 x (past + 4) x 16 products; keys of all steps go on to a reader."""
    reads = "q k v _ pk pv" if past else "q k v"
    nodes = [
        node("Attention", reads, "y keys values", name="att"),
        node("Transpose", "keys", "turned", name="turned", perm=[0, 2, 1, 3]),
        node("Relu", "turned", "z", name="z"),
    ]
    given = {name: [1, 8, 4, 16] for name in "qkv"}
    if past:
        given |= {"pk": [1, 8, past, 16], "pv": [1, 8, past, 16]}
    made = model(nodes, given, opset=23, outputs=["y", "z", "values"])
    if hinted:
        for size in (1, 8, 4 + past, 16):
            made.graph.output[2].type.tensor_type.shape.dim.add().dim_value = size
    graph = read(made).bind()
    assert graph.products == 2 * 8 * 4 * (past + 4) * 16
    assert (graph["z"].grid, graph["z"].width) == ((past + 4,), 8 * 16)
    assert graph.outputs == ("att.sums", "z", "att.values" if past else "v")


def test_heads_of_kept_keys_come_from_the_attribute(read):
    """Three dimensions: 2 of 4 heads keep keys, each of 16 values."""
    nodes = [
        node("Attention", "q k v", "y keys", name="att", q_num_heads=4, kv_num_heads=2),
        node("ReduceMean", "keys steps", "z", name="z", keepdims=0),
    ]
    given = {"q": [1, 5, 64], "k": [1, 5, 32], "v": [1, 5, 32]}
    graph = read(model(nodes, given, [integers("steps", 2)], opset=23)).bind()
    assert graph["z"].width == 2 * 16
