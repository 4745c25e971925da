"""Fused attention in all its forms: shapes of what it gives besides its sums, and products worked out by hand."""

import pytest
from graphs import integers, model, node, weights

from simulator.base.errors import InputError


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


@pytest.mark.parametrize("past", [0, 12])
def test_the_past_of_a_prompt_is_empty(read, past):
    """A decoder with a cache: 8 heads of 16 values, 4 steps, as one operator and written out with Concat."""
    given = {"q": [1, 8, 4, 16], "k": [1, 8, 4, 16], "pk": [1, 8, "past", 16]}
    fused = [node("Attention", "q k k _ pk pk", "y keys values", name="att")]
    written = [
        node("Concat", "pk k", "keys", axis=2),
        node("Transpose", "keys", "turned", perm=[0, 1, 3, 2]),
        node("MatMul", "q turned", "scores"),
        node("Softmax", "scores", "soft", axis=-1),
        node("MatMul", "soft keys", "y"),
    ]
    for nodes in (fused, written):
        graph = read(model(nodes, given, opset=23, outputs=["y", "keys"]), f"past={past}").bind()
        assert graph.products == 2 * 8 * 4 * (past + 4) * 16
        assert {layer.name for layer in graph.layers if layer.kind == "input"} == (
            {"q", "k", "pk"} if past else {"q", "k"}
        )


def test_heads_of_kept_keys_come_from_the_attribute(read):
    """Three dimensions: 2 of 4 heads keep keys, each of 16 values."""
    nodes = [
        node("Attention", "q k v", "y keys", name="att", q_num_heads=4, kv_num_heads=2),
        node("ReduceMean", "keys steps", "z", name="z", keepdims=0),
    ]
    given = {"q": [1, 5, 64], "k": [1, 5, 32], "v": [1, 5, 32]}
    graph = read(model(nodes, given, [integers("steps", 2)], opset=23)).bind()
    assert graph["z"].width == 2 * 16


def contrib(op, reads, gives, given, constants=(), **words):
    step = node(op, reads, gives, domain="com.microsoft", name="att", **words)
    return model([step], given, constants, domains=["com.microsoft"], outputs=gives.split())


@pytest.mark.parametrize("sizes", [(32, 32, 128), (64, 64, 128), (64, 64, 64)])
def test_values_may_be_wider_than_queries_and_keys(read, sizes):
    """5 steps meet 5: 25 products for each value of a query, and 25 for each that is added up."""
    words = {} if len(set(sizes)) == 1 else {"qkv_hidden_sizes": sizes}
    made = contrib(
        "Attention", "x w", "y", {"x": [1, 5, 64]}, [weights("w", 64, sum(sizes))], num_heads=8, **words
    )
    graph = read(made).bind()
    assert graph["att.scores"].products == 25 * sizes[0]
    assert graph["att.sums"].products == 25 * sizes[2]
    assert (graph["att.sums"].width, graph.macs) == (sizes[2], 5 * 64 * sum(sizes))


@pytest.mark.parametrize("sizes", [(64, 64, 32), (32, 64, 96), (192, 0, 0), (96, 96)])
def test_parts_that_do_not_fit_their_matrix(read, sizes):
    made = contrib(
        "Attention",
        "x w",
        "y",
        {"x": [1, 5, 64]},
        [weights("w", 64, 192)],
        num_heads=8,
        qkv_hidden_sizes=sizes,
    )
    with pytest.raises(InputError, match=r"node att \(Attention\): must have one matrix of queries"):
        read(made)


def test_one_tensor_of_all_heads_with_a_past(read):
    """12 heads of 8 values, of which 8 are queries; one step meets 31 keys: 2 x 8 x 31 x 8 products."""
    given = {"x": [1, 1, 96], "pk": [1, 2, 30, 8], "pv": [1, 2, 30, 8]}
    made = contrib("GroupQueryAttention", "x _ _ pk pv", "y k v", given, num_heads=8, kv_num_heads=2)
    graph = read(made).bind()
    assert graph.products == 2 * 8 * 31 * 8
    assert [graph[f"att.{part}"].width for part in "qkv"] == [64, 16, 16]
    assert (graph["att.sums"].width, graph["att.keys"].positions) == (64, 31)


def test_one_tensor_of_all_heads_that_does_not_divide(read):
    made = contrib("GroupQueryAttention", "x", "y", {"x": [1, 3, 97]}, num_heads=8, kv_num_heads=2)
    with pytest.raises(
        InputError, match="must read vectors of 8 heads of queries and 2 each of keys and values"
    ):
        read(made)


@pytest.mark.parametrize("value", [[1, 6, 24], [1, 2, 6, 12]])
def test_several_heads_give_as_many_values_as_they_add_up(read, value):
    """5 steps meet 6, 16 values a query and 24 a value."""
    made = contrib(
        "MultiHeadAttention", "q k v", "y", {"q": [1, 5, 16], "k": [1, 6, 16], "v": value}, num_heads=2
    )
    made.graph.node.append(node("MatMul", "y w", "z", name="z"))
    made.graph.initializer.append(weights("w", 24, 3))
    made.graph.output[0].name = "z"
    graph = read(made).bind()
    assert (graph.products, graph.macs) == (5 * 6 * (16 + 24), 5 * 24 * 3)


PAST, NEW = {"pk": [1, 2, 12, 16], "pv": [1, 2, 12, 16]}, 13 + 14 + 15 + 16
"""Of four steps behind twelve, the first meets 13 keys."""


def test_behind_a_past_a_step_meets_it_and_those_up_to_its_own(read):
    given = {"q": [1, 8, 4, 16], "k": [1, 2, 4, 16], "v": [1, 2, 4, 16], **PAST}
    step = node("Attention", "q k v _ pk pv", "y", name="att", is_causal=1)
    graph = read(model([step], given, opset=23)).bind()
    assert graph["att.scores"].products == graph["att.sums"].products == 8 * NEW * 16
    assert graph["att.softmax"].operations == 5 * 8 * NEW


@pytest.mark.parametrize(
    ("op", "reads", "words"),
    [
        ("GroupQueryAttention", "q k v pk pv", {"kv_num_heads": 2}),
        ("GroupQueryAttention", "qkv _ _ pk pv", {"kv_num_heads": 2}),
        ("MultiHeadAttention", "q k v _ _ _ pk pv", {"unidirectional": 1}),
    ],
)
def test_the_runtimes_attention_behind_a_past(read, op, reads, words):
    heads = 8 if "kv_num_heads" in words else 2
    sizes = {"q": [1, 4, heads * 16], "k": [1, 4, 32], "v": [1, 4, 32], "qkv": [1, 4, 12 * 16], **PAST}
    given = {name: sizes[name] for name in reads.split() if name != "_"}
    graph = read(contrib(op, reads, "y", given, num_heads=heads, **words)).bind()
    assert graph.products == 2 * heads * NEW * 16


def test_keys_that_no_query_belongs_to_are_counted_in_full(read):
    """Without a past the first of four queries meets the first of nine keys: no bound is assumed."""
    given = {"q": [1, 8, 4, 16], "k": [1, 8, 9, 16], "v": [1, 8, 9, 16]}
    graph = read(model([node("Attention", "q k v", "y", name="att", is_causal=1)], given, opset=23)).bind()
    assert graph.products == 2 * 8 * 4 * 9 * 16
