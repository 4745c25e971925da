"""Attention and what exporters write around it: every product of two activations is there, none is lost."""

from math import prod

import numpy as np
import pytest
from graphs import counted, integers, macs, model, node, weights
from onnx import numpy_helper

from simulator.base.errors import InputError

T, WIDTH, HEADS, INNER = 6, 8, 2, 32
SHARE = WIDTH // HEADS


def scalar(name, value):
    return numpy_helper.from_array(np.asarray(value, np.float32), name)


def linear(name, source, rows, columns):
    """MatMul and Add, as exporters write a linear layer of a sequence."""
    steps = [
        node("MatMul", f"{source} {name}.w", f"{name}.product", name=f"/{name}/MatMul"),
        node("Add", f"{name}.b {name}.product", name, name=f"/{name}/Add"),
    ]
    return steps, [weights(f"{name}.w", rows, columns), weights(f"{name}.b", columns)]


def split_heads(name, order):
    return [
        node("Reshape", f"{name} split", f"{name}.heads"),
        node("Transpose", f"{name}.heads", f"{name}.t", perm=order),
    ]


def layer_norm(name, source):
    """The decomposed form of opsets before 17."""
    return [
        node("ReduceMean", source, f"{name}.mean", axes=[-1]),
        node("Sub", f"{source} {name}.mean", f"{name}.centred"),
        node("Pow", f"{name}.centred two", f"{name}.squares"),
        node("ReduceMean", f"{name}.squares", f"{name}.variance", axes=[-1]),
        node("Add", f"{name}.variance epsilon", f"{name}.safe"),
        node("Sqrt", f"{name}.safe", f"{name}.root"),
        node("Div", f"{name}.centred {name}.root", f"{name}.normal"),
        node("Mul", f"{name}.normal {name}.gain", f"{name}.scaled"),
        node("Add", f"{name}.scaled {name}.offset", name, name=name),
    ], [weights(f"{name}.gain", WIDTH), weights(f"{name}.offset", WIDTH)]


def gelu(name, source):
    return [
        node("Div", f"{source} root", f"{name}.x"),
        node("Erf", f"{name}.x", f"{name}.erf"),
        node("Add", f"{name}.erf one", f"{name}.add"),
        node("Mul", f"{source} {name}.add", f"{name}.mul"),
        node("Mul", f"{name}.mul half", name, name=name),
    ]


def encoder():
    """One block of a BERT: a table of words, attention with a mask, and a feed-forward network."""
    nodes = [
        node("Gather", "table words", "embedded", name="/embeddings"),
        node("Add", "embedded places", "placed", name="/places"),
        node("Unsqueeze", "mask axes", "wide"),
        node("Cast", "wide", "numbers", to=1),
        node("Sub", "one numbers", "inverse"),
        node("Mul", "inverse low", "bias"),
    ]
    constants = [
        weights("table", 100, WIDTH),
        weights("places", 1, T, WIDTH),
        integers("axes", 1, 2),
        integers("split", 0, 0, HEADS, SHARE),
        integers("join", 0, 0, WIDTH),
        *(
            scalar(*pair)
            for pair in {
                "one": 1,
                "low": -1e4,
                "two": 2,
                "epsilon": 1e-5,
                "root": 1.41,
                "half": 0.5,
                "scale": 2,
            }.items()
        ),
    ]
    for name, order in (("q", [0, 2, 1, 3]), ("k", [0, 2, 3, 1]), ("v", [0, 2, 1, 3])):
        steps, values = linear(name, "placed", WIDTH, WIDTH)
        nodes += [*steps, *split_heads(name, order)]
        constants += values
    nodes += [
        node("MatMul", "q.t k.t", "scores", name="/scores"),
        node("Div", "scores scale", "scaled"),
        node("Add", "scaled bias", "masked", name="/masked"),
        node("Softmax", "masked", "soft", axis=-1, name="/soft"),
        node("MatMul", "soft v.t", "context", name="/context"),
        node("Transpose", "context", "context.t", perm=[0, 2, 1, 3]),
        node("Reshape", "context.t join", "joined"),
    ]
    for name, source, rows, columns in (("out", "joined", WIDTH, WIDTH), ("up", "normal1", WIDTH, INNER)):
        steps, values = linear(name, source, rows, columns)
        constants += values
        nodes += steps
        if name == "out":
            norm, values = layer_norm("normal1", "sum1")
            nodes += [node("Add", "out placed", "sum1", name="/sum1"), *norm]
            constants += values
    steps, values = linear("down", "gelu", INNER, WIDTH)
    norm, more = layer_norm("normal2", "sum2")
    nodes += [*gelu("gelu", "up"), *steps, node("Add", "down normal1", "sum2", name="/sum2"), *norm]
    shapes = {"words": ["batch", "sequence"], "mask": ["batch", "sequence"]}
    return model(nodes, shapes, [*constants, *values, *more], opset=13, integer=["words", "mask"])


@pytest.fixture
def bert(read):
    return read(encoder(), f"sequence={T}", "batch=1")


def test_an_encoder_keeps_its_products_and_folds_the_rest(bert):
    graph = bert.bind()
    kinds = [layer.kind for layer in graph.layers if layer.kind not in ("input", "elementwise")]
    assert sorted(kinds) == sorted(
        [
            "embedding",
            *["linear"] * 6,
            "product",
            "normalise",
            "product",
            "add",
            "normalise",
            "add",
            "normalise",
        ]
    )
    scores, context = graph["scores"], graph["context"]
    assert scores.products == context.products == HEADS * T * T * SHARE
    assert [source.reach for source in scores.inputs] == ["", "all"]
    assert (scores.width, context.width, scores.grid) == (HEADS * T, WIDTH, (T,))
    assert graph.macs == T * (4 * WIDTH * WIDTH + 2 * WIDTH * INNER)
    assert all(layer.attributes["bias"] for layer in graph.layers if layer.kind == "linear")


def test_pointwise_chains_become_one_layer(bert):
    graph = bert.bind()
    gelu, norm = graph["gelu"], graph["normal1"]
    assert (gelu.attributes["operations"], gelu.width, len(gelu.inputs)) == (5, INNER, 1)
    assert gelu.attributes["function"] == "div.erf.add.mul"
    assert (norm.kind, norm.parameters, norm.attributes["operations"]) == ("normalise", 2 * WIDTH, 8)
    assert [source.layer for source in norm.inputs] == ["sum1"]


def test_coverage_says_what_no_crossbar_does(bert):
    coverage = bert.coverage
    products = 2 * HEADS * T * T * SHARE
    assert (coverage.mapped, coverage.macs) == (bert.bind().macs, bert.bind().macs + products)
    share = f"{coverage.mapped / coverage.macs:.1%}"
    assert coverage.line == (
        f"MACs mapped / MACs in the model: {coverage.mapped:,} / {coverage.macs:,} ({share}); "
        f"products of two activations: MatMul {products:,}"
    )
    rows = {row.operator: row for row in coverage.rows}
    assert rows["Softmax"].operations == 5 * HEADS * T * T
    assert rows["MatMul"].nodes == 8


@pytest.mark.parametrize("past", [0, 5])
def test_a_decoder_step_appends_to_its_keys(read, past):
    nodes = [
        node("MatMul", "x w", "qkv", name="qkv"),
        node("Split", "qkv parts", "q k v", axis=2),
        *(step for name in "qkv" for step in split_heads(name, [0, 2, 1, 3])),
        node("Concat", "past.k k.t", "keys", axis=2, name="keys"),
        node("Concat", "past.v v.t", "values", axis=2, name="values"),
        node("Transpose", "keys", "keys.t", perm=[0, 1, 3, 2]),
        node("MatMul", "q.t keys.t", "scores", name="scores"),
        node("Softmax", "scores", "soft", axis=-1),
        node("MatMul", "soft values", "out", name="out"),
    ]
    constants = [
        weights("w", WIDTH, 3 * WIDTH),
        integers("parts", WIDTH, WIDTH, WIDTH),
        integers("split", 0, 0, HEADS, SHARE),
    ]
    cache = [1, HEADS, "past", SHARE]
    shapes = {"x": [1, "now", WIDTH], "past.k": cache, "past.v": cache}
    made = model(nodes, shapes, constants, outputs=["out", "keys", "values"])
    now = 1 if past else 3
    graph = read(made, f"now={now}", f"past={past or 2}").bind()
    total = now + (past or 2)
    assert graph["keys"].grid == graph["values"].grid == (total,)
    assert [source.layer for source in graph["keys"].inputs] == ["past.k", "k"]
    assert graph["past.k"].grid == (past or 2,)
    assert graph["scores"].products == graph["out"].products == HEADS * now * total * SHARE
    assert graph.outputs == ("out", "keys", "values")
    assert not [layer.name for layer in graph.layers if layer.name.endswith(".order")]


def test_a_mask_for_all_heads_and_an_empty_cache(read):
    """As exporters write a cache that begins empty, and a mask of queries against keys."""
    nodes = [
        node("Concat", "nothing k", "keys", axis=2),
        node("Transpose", "keys", "keys.t", perm=[0, 1, 3, 2]),
        node("MatMul", "q keys.t", "scores", name="scores"),
        node("Unsqueeze", "mask axes", "wide"),
        node("Expand", "wide square", "seen", name="seen"),
        node("Where", "seen scores low", "masked", name="masked"),
        node("Softmax", "masked", "y", name="y", axis=-1),
    ]
    constants = [
        weights("nothing", 1, HEADS, 0, SHARE),
        integers("axes", 1, 2),
        integers("square", 1, 1, T, T),
    ]
    heads = [1, HEADS, T, SHARE]
    made = model(
        nodes, {"q": heads, "k": heads, "mask": [1, T]}, [*constants, scalar("low", -1e9)], outputs=["y"]
    )
    made.graph.input[2].type.tensor_type.elem_type = 9
    graph = read(made).bind()
    assert [(layer.name, layer.kind, layer.grid, layer.width) for layer in graph.layers] == [
        *(("q", "input", (T,), WIDTH), ("k", "input", (T,), WIDTH), ("scores", "product", (T,), HEADS * T)),
        *(("mask", "input", (), T), ("seen", "rearrange", (T,), T)),
        *(("masked", "elementwise", (T,), HEADS * T), ("y", "normalise", (T,), HEADS * T)),
    ]


def test_queries_that_share_keys(read):
    nodes = [node("Attention", "q k v", "y", name="att", q_num_heads=4, kv_num_heads=2, is_causal=1)]
    shapes = {"q": [1, T, 4 * SHARE], "k": [1, T, 2 * SHARE], "v": [1, T, 2 * SHARE]}
    graph = read(model(nodes, shapes, opset=23)).bind()
    met = T * (T + 1) // 2
    assert graph["att.scores"].products == graph["att.sums"].products == met * 4 * SHARE
    assert [source.reach for source in graph["att.scores"].inputs] == ["", "past"]
    assert graph["att.sums"].width == 4 * SHARE


def test_attention_with_a_past_and_heads_as_an_axis(read):
    nodes = [node("Attention", "q k v _ pk pv", "y keys values", name="att")]
    new, old = [1, HEADS, 1, SHARE], [1, HEADS, 9, SHARE]
    made = model(nodes, {"q": new, "k": new, "v": new, "pk": old, "pv": old}, opset=23, outputs=["y", "keys"])
    graph = read(made).bind()
    assert graph["att.keys"].grid == (10,)
    assert graph["att.scores"].products == HEADS * 10 * SHARE
    assert graph.outputs == ("att.sums", "att.keys")


@pytest.mark.parametrize("op", ["MultiHeadAttention", "GroupQueryAttention", "Attention"])
def test_attention_of_the_runtimes_own_domain(read, op):
    shapes = {"q": [1, T, WIDTH], "k": [1, T, WIDTH], "v": [1, T, WIDTH]}
    words = {"num_heads": HEADS, **({"kv_num_heads": HEADS} if op.startswith("Group") else {})}
    step = node(
        op, "q w b" if op == "Attention" else "q k v", "y", domain="com.microsoft", name="att", **words
    )
    constants = [weights("w", WIDTH, 3 * WIDTH), weights("b", 3 * WIDTH)] if op == "Attention" else []
    used = {"q": shapes["q"]} if constants else shapes
    graph = read(model([step], used, constants, domains=["com.microsoft"])).bind()
    pairs = T * (T + 1) // 2 if op.startswith("Group") else T * T
    assert sum(layer.products for layer in graph.layers) == 2 * pairs * WIDTH
    assert graph.macs == (3 * T * WIDTH * WIDTH if constants else 0)


CONTRACTIONS = [
    ("MatMul", {"a": [1, 5, 7], "b": [7, 3]}, {}, 105),
    ("MatMul", {"a": [2, 1, 5, 7], "b": [3, 7, 4]}, {}, 2 * 3 * 5 * 7 * 4),
    ("MatMul", {"a": [7], "b": [7, 3]}, {}, 21),
    ("MatMul", {"a": [5, 7], "b": [7]}, {}, 35),
    ("Gemm", {"a": [5, 7], "b": [7, 3]}, {}, 105),
    ("Gemm", {"a": [7, 5], "b": [3, 7]}, {"transA": 1, "transB": 1}, 105),
    ("Einsum", {"a": [1, 2, 5, 7], "b": [1, 2, 6, 7]}, {"equation": "bhid,bhjd->bhij"}, 420),
    ("Einsum", {"a": [1, 2, 5, 6], "b": [1, 2, 6, 7]}, {"equation": "bhij,bhjd->bihd"}, 420),
    ("Einsum", {"a": [5, 7], "b": [7, 3]}, {"equation": "ij, jk"}, 105),
    ("Einsum", {"a": [7, 5], "b": [7, 3]}, {"equation": "jk,ja"}, 105),
]


@pytest.mark.parametrize("case", CONTRACTIONS)
@pytest.mark.parametrize("constant", ["", "a", "b"])
def test_matrix_products_of_any_two_operands(read, constant, case):
    op, shapes, words, count = case
    constants = [weights(constant, *shapes[constant])] if constant else []
    inputs = {name: shape for name, shape in shapes.items() if name != constant}
    made = model([node(op, "a b", "y", name="y", **words)], inputs, constants)
    workload = read(made)
    assert macs(workload.bind()) == [count]
    assert workload.coverage.mapped == (count if constant else 0)
    if op != "Einsum":
        assert counted(made) == [count]


def test_a_sum_that_names_no_result_gives_its_axes_in_alphabetical_order(read):
    """Of "ki,kb" b is first: 3 by 5, whose rows the next matrix takes."""
    nodes = [node("Einsum", "x v", "y", name="y", equation="ki,kb"), node("MatMul", "y w", "z", name="z")]
    graph = read(model(nodes, {"x": [7, 5], "v": [7, 3]}, [weights("w", 5, 2)])).bind()
    assert (graph.products, graph.macs) == (3 * 7 * 5, 3 * 5 * 2)
    assert (graph["z"].positions, graph["z"].width) == (3, 2)


@pytest.mark.parametrize("equation", ["...ij,jk", "ii,ij->j", "ij", "ij,jk,kl"])
def test_sums_that_are_not_products_of_two(read, equation):
    made = model(
        [node("Einsum", " ".join("abc"[: equation.count(",") + 1]), "y", name="y", equation=equation)],
        {name: [4, 4] for name in "abc"},
    )
    with pytest.raises(InputError, match=r"node y \(Einsum\): must be a product of two operands"):
        read(made)


def test_experts_in_one_tensor_are_blocks(read):
    graph = read(
        model([node("MatMul", "x w", "y", name="y")], {"x": [4, 5, 7]}, [weights("w", 4, 7, 3)])
    ).bind()
    (matrix,) = graph["y"].matrices
    assert (matrix.rows, matrix.columns, matrix.blocks) == (28, 12, 4)
    assert graph.macs == prod((4, 5, 7, 3))
