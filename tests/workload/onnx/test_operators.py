"""Each family of operators, in models made by hand."""

import onnx
import pytest
from graphs import counted, integers, macs, model, node, shapes, weights
from onnx import helper

from simulator.trace.file import read as read_trace
from simulator.trace.file import write
from simulator.trace.pattern import RequestPattern
from simulator.trace.trace import record_trace

CONVOLUTIONS = [
    ([1, 8, 9, 7], [16, 8, 3, 3], {"pads": [1, 1, 1, 1]}),
    ([1, 8, 9, 7], [16, 8, 3, 3], {"pads": [0, 1, 2, 0], "strides": [2, 1]}),
    ([1, 8, 9, 7], [16, 8, 3, 2], {"auto_pad": "SAME_UPPER", "strides": [2, 2]}),
    ([1, 8, 9, 7], [16, 8, 3, 2], {"auto_pad": "SAME_LOWER", "strides": [2, 3]}),
    ([1, 8, 9, 7], [16, 8, 3, 3], {"auto_pad": "VALID", "dilations": [2, 3]}),
    ([1, 8, 9, 7], [16, 4, 3, 3], {"group": 2}),
    ([1, 8, 9, 7], [8, 1, 3, 3], {"group": 8, "pads": [1, 1, 1, 1]}),
    ([1, 8, 20], [4, 8, 5], {"strides": [3], "pads": [2, 2]}),
    ([1, 8, 20], [4, 8, 5], {"dilations": [2], "pads": [8, 0]}),
    ([1, 8, 1, 1], [4, 8, 1, 1], {}),
]


@pytest.mark.parametrize(("image", "kernel", "words"), CONVOLUTIONS)
def test_convolutions(read, image, kernel, words):
    made = model(
        [node("Conv", "x w b", "y", name="y", **words)],
        {"x": image},
        [weights("w", *kernel), weights("b", kernel[0])],
    )
    layer = read(made).bind()["y"]
    assert [layer.macs] == counted(made)
    assert layer.matrices[0].blocks == words.get("group", 1)
    grid = layer.grid if len(image) == 4 else layer.grid[1:]
    assert (layer.width, *grid) == shapes(made)["y"][1:] or layer.kind == "linear"
    assert layer.parameters == layer.weights + kernel[0]


@pytest.mark.parametrize("op", ["MaxPool", "AveragePool"])
@pytest.mark.parametrize("ceil", [0, 1])
@pytest.mark.parametrize("size", [6, 7, 8])
def test_pools_round_as_they_are_told(read, op, ceil, size):
    step = node(
        op, "x", "y", name="y", kernel_shape=[3, 2], strides=[2, 3], ceil_mode=ceil, pads=[1, 0, 1, 0]
    )
    made = model([step], {"x": [1, 4, size, size]})
    layer = read(made).bind()["y"]
    assert (1, layer.width, *layer.grid) == shapes(made)["y"]
    assert layer.operations == (layer.positions * 4 * 6 if op == "AveragePool" else 0)


def test_a_transposed_convolution_is_a_matrix_at_every_input_position(read):
    step = node("ConvTranspose", "x w", "y", name="y", strides=[2, 2], group=2)
    made = model([step], {"x": [1, 8, 5, 6]}, [weights("w", 8, 3, 4, 4)])
    graph = read(made).bind()
    matrix = graph["y"].matrices[0]
    assert (matrix.rows, matrix.columns, matrix.blocks) == (8, 6 * 16, 2)
    assert graph.macs == 5 * 6 * 8 * 3 * 16
    last = graph["y.col2im"]
    assert (1, last.width, *last.grid) == shapes(made)["y"]
    assert last.inputs[0].reach == "all"


@pytest.mark.parametrize(
    ("step", "kind", "values"),
    [
        (node("Resize", "x _ s", "y", name="y", mode="linear"), "rearrange", 4 * 16 * 12),
        (node("DepthToSpace", "x", "y", name="y", blocksize=2), "rearrange", 4 * 8 * 6),
        (node("SpaceToDepth", "x", "y", name="y", blocksize=2), "rearrange", 4 * 8 * 6),
        (node("Pad", "x p", "y", name="y"), "rearrange", 4 * 10 * 8),
        (node("Slice", "x from to axes", "y", name="y"), "rearrange", 2 * 8 * 6),
        (node("Transpose", "x", "y", name="y", perm=[0, 3, 1, 2]), "input", 4 * 8 * 6),
        (node("GlobalAveragePool", "x", "y", name="y"), "reduce", 4),
        (node("ReduceMean", "x", "y", name="y", axes=[1]), "reduce", 8 * 6),
        (node("ReduceMean", "x", "y", name="y", axes=[2, 3], keepdims=0), "reduce", 4),
        (node("ArgMax", "x", "y", name="y", axis=1), "reduce", 8 * 6),
        (node("TopK", "x two", "y i", name="y", axis=1), "reduce", 2 * 8 * 6),
        (node("InstanceNormalization", "x c c", "y", name="y"), "elementwise", 4 * 8 * 6),
        (node("LayerNormalization", "x g", "y", name="y", axis=1), "normalise", 4 * 8 * 6),
        (node("MeanVarianceNormalization", "x", "y", name="y"), "elementwise", 4 * 8 * 6),
        (node("LRN", "x", "y", name="y", size=3), "normalise", 4 * 8 * 6),
        (node("BatchNormalization", "x c c c c", "y", name="y"), "normalise", 4 * 8 * 6),
        (node("Softmax", "x", "y", name="y", axis=2), "normalise", 4 * 8 * 6),
        (node("HardSwish", "x", "y", name="y"), "elementwise", 4 * 8 * 6),
        (node("Expand", "x big", "y", name="y"), "rearrange", 3 * 4 * 8 * 6),
        (node("Gather", "x two", "y", name="y", axis=1), "rearrange", 8 * 6),
        (node("Mul", "x col", "y", name="y"), "elementwise", 4 * 8 * 6),
        (node("Clip", "x", "y", name="y"), "elementwise", 4 * 8 * 6),
    ],
)
def test_other_operators_give_as_many_values_as_onnx_says(read, step, kind, values):
    constants = [
        helper.make_tensor("s", 1, [4], [1, 1, 2, 2]),
        integers("p", 0, 0, 1, 1, 0, 0, 1, 1),
        *(integers(name, value) for name, value in (("from", 1), ("to", 3), ("axes", 1), ("two", 2))),
        weights("c", 4),
        weights("g", 4, 8, 6),
        integers("big", 3, 4, 8, 6),
        weights("col", 4, 1, 1),
    ]
    used = [tensor for tensor in constants if tensor.name in step.input]
    graph = read(model([step], {"x": [1, 4, 8, 6]}, used)).bind()
    (output,) = graph.outputs
    assert (graph[output].kind, graph[output].positions * graph[output].width) == (kind, values)


def test_a_norm_that_the_library_has_no_shape_for(read):
    step = node("GroupNormalization", "x g g", "y", name="y", num_groups=2)
    graph = read(model([step], {"x": [1, 4, 8, 6]}, [weights("g", 4)], opset=21)).bind()
    assert [(layer.kind, layer.grid, layer.width) for layer in graph.layers[1:]] == [
        ("reduce", (), 4),
        ("elementwise", (8, 6), 4),
    ]
    assert [source.layer for source in graph["y"].inputs] == ["x", "y.moments"]


def test_the_same_tensor_twice(read):
    graph = read(
        model([node("Add", "x x", "a", name="a"), node("Mul", "a a", "y", name="y")], {"x": [1, 5]})
    ).bind()
    assert [[source.layer for source in graph[name].inputs] for name in "ay"] == [["x", "x"], ["a", "a"]]


def test_pieces_of_channels_stay_where_they_are(read):
    nodes = [
        node("Split", "x sizes", "a b", axis=1),
        node("Relu", "a", "c"),
        node("Concat", "c b", "d", axis=1),
        node("Reshape", "d groups", "e"),
        node("Transpose", "e", "f", perm=[0, 2, 1, 3, 4]),
        node("Reshape", "f back", "g"),
        node("Conv", "g w", "y", name="y"),
    ]
    constants = [
        *(integers("sizes", 2, 6), integers("groups", 1, 2, 4, 8, 6), integers("back", 1, 8, 8, 6)),
        weights("w", 3, 8, 1, 1),
    ]
    graph = read(model(nodes, {"x": [1, 8, 8, 6]}, constants)).bind()
    assert [(layer.name, layer.kind, layer.width) for layer in graph.layers[1:]] == [
        *(("b", "rearrange", 6), ("c", "elementwise", 2)),
        *(("d", "rearrange", 8), ("y", "conv2d", 3)),
    ]
    assert {source.reach for layer in graph.layers for source in layer.inputs} == {""}


def test_a_bias_a_scale_and_a_rectifier_fold_where_nobody_else_looks(read):
    nodes = [
        node("Conv", "x w", "a", name="a"),
        node("Mul", "a scale", "b"),
        node("Add", "b scale", "c"),
        node("Clip", "c zero six", "d"),
        node("Conv", "d v", "e", name="e"),
        node("Relu", "e", "f", name="f"),
        node("Add", "e f", "y", name="y"),
    ]
    constants = [weights("w", 4, 3, 1, 1), weights("scale", 4, 1, 1), weights("v", 4, 4, 1, 1)]
    constants += [helper.make_tensor(name, 1, [], [value]) for name, value in (("zero", 0.0), ("six", 6.0))]
    graph = read(model(nodes, {"x": [1, 3, 5, 5]}, constants)).bind()
    assert [layer.name for layer in graph.layers] == ["x", "a", "e", "f", "y"]
    assert (graph["a"].activation, graph["a"].attributes["bias"]) == ("relu", True)
    assert (graph["e"].activation, graph["f"].kind, graph["y"].kind) == ("", "elementwise", "add")


def test_an_image_with_channels_last_needs_no_layer_to_turn_it(read):
    nodes = [node("Transpose", "x", "t", perm=[0, 3, 1, 2]), node("Conv", "t w", "y", name="y")]
    graph = read(model(nodes, {"x": [1, 8, 6, 3]}, [weights("w", 4, 3, 3, 3)])).bind()
    assert [(layer.kind, layer.grid, layer.width) for layer in graph.layers] == [
        ("input", (8, 6), 3),
        ("conv2d", (6, 4), 4),
    ]


RECURRENT = [("LSTM", 4), ("GRU", 3), ("RNN", 1)]


@pytest.mark.parametrize("cell", RECURRENT)
@pytest.mark.parametrize("direction", ["forward", "reverse", "bidirectional"])
@pytest.mark.parametrize("steps", [1, 7])
def test_recurrences(read, tmp_path, cell, direction, steps):
    op, gates = cell
    ways, hidden, width = 1 + (direction == "bidirectional"), 5, 3
    step = node(op, "x w r b", "all last", name="net", hidden_size=hidden, direction=direction)
    constants = [weights("w", ways, gates * hidden, width), weights("r", ways, gates * hidden, hidden)]
    constants.append(weights("b", ways, 2 * gates * hidden))
    made = model([step], {"x": [steps, 1, width]}, constants, outputs=["all", "last"])
    workload = read(made)
    graph = workload.bind()
    assert graph.macs == ways * steps * gates * hidden * (width + hidden)
    assert workload.coverage.mapped == graph.macs
    sizes = [graph[name].positions * graph[name].width for name in graph.outputs]
    assert sizes == [steps * ways * hidden, ways * hidden]
    loops = [source for layer in graph.layers for source in layer.inputs if source.delay]
    assert len(loops) == (0 if op == "LSTM" else 2 * ways)
    write(record_trace(workload, RequestPattern()), tmp_path / "t.jsonl")
    assert read_trace(tmp_path / "t.jsonl").graphs == (graph,)


def test_a_state_from_another_layer_comes_first(read):
    nodes = [
        node("LSTM", "x w r", "_ h c", name="encoder", hidden_size=5),
        node("LSTM", "z w r _ _ h c", "y", name="decoder", hidden_size=5),
    ]
    constants = [weights("w", 1, 20, 3), weights("r", 1, 20, 5)]
    graph = read(model(nodes, {"x": [7, 1, 3], "z": [4, 1, 3]}, constants)).bind()
    (begin,) = graph["decoder"].inputs
    assert [source.layer for source in graph[begin.layer].inputs] == ["z", "h", "c"]
    assert (graph["encoder"].grid, graph["decoder"].grid) == ((7,), (4,))


def quantised():
    scales = [helper.make_tensor(name, 1, [], [0.1]) for name in ("s",)]
    zeros = [helper.make_tensor("z", onnx.TensorProto.INT8, [], [0])]
    eight = [
        helper.make_tensor(n, onnx.TensorProto.INT8, s, bytes(size), raw=True)
        for n, s, size in (("w", (4, 3, 3, 3), 108), ("v", (64, 5), 320))
    ]
    return [*scales, *zeros, *eight]


def test_quantised_models_in_both_ways(read):
    around = [
        node("QuantizeLinear", "x s z", "xq"),
        node("DequantizeLinear", "xq s z", "xd"),
        node("DequantizeLinear", "w s z", "wd"),
        node("Conv", "xd wd", "a", name="a"),
        node("QuantizeLinear", "a s z", "aq"),
        node("DequantizeLinear", "aq s z", "ad"),
        node("Relu", "ad", "b"),
        node("Flatten", "b", "c"),
        node("DequantizeLinear", "v s z", "vd"),
        node("MatMul", "c vd", "y", name="y"),
    ]
    through = [
        node("QuantizeLinear", "x s z", "xq"),
        node("QLinearConv", "xq s z w s z s z", "a", name="a"),
        node("Flatten", "a", "c"),
        node("QLinearMatMul", "c s z v s z s z", "q", name="y"),
        node("DequantizeLinear", "q s z", "y"),
    ]
    dynamic = [
        node("DynamicQuantizeLinear", "x", "xq sx zx", name="range"),
        node("ConvInteger", "xq w zx", "a", name="a"),
        node("Cast", "a", "b", to=1),
        node("Mul", "b sx", "c", name="scale"),
        node("Flatten", "c", "f"),
        node("DynamicQuantizeLinear", "f", "fq sf zf", name="range2"),
        node("MatMulInteger", "fq v zf", "y", name="y"),
    ]
    for nodes in (around, through):
        graph = read(model(nodes, {"x": [1, 3, 6, 6]}, quantised())).bind()
        assert [layer.kind for layer in graph.layers] == ["input", "conv2d", "flatten", "linear"]
        assert macs(graph) == [16 * 4 * 27, 320]
    graph = read(model(dynamic, {"x": [1, 3, 6, 6]}, quantised())).bind()
    assert macs(graph) == [16 * 4 * 27, 320]
    assert [source.layer for source in graph["scale"].inputs] == ["a", "range.scale"]


def test_the_runtimes_own_quantised_operators(read):
    nodes = [
        node("QuantizeLinear", "x s z", "xq", domain="com.microsoft"),
        node("QLinearAdd", "xq s z xq s z s z", "twice", domain="com.microsoft", name="twice"),
        node("DequantizeLinear", "twice s z", "f", domain="com.microsoft"),
        node("DynamicQuantizeMatMul", "f w s", "a", domain="com.microsoft", name="a"),
        node("Add", "a b", "y"),
    ]
    small = helper.make_tensor("w", onnx.TensorProto.INT8, [6, 5], bytes(30), raw=True)
    constants = [*quantised()[:2], small, weights("b", 5)]
    graph = read(model(nodes, {"x": [1, 4, 6]}, constants, domains=["com.microsoft"])).bind()
    assert [(layer.kind, len(layer.inputs)) for layer in graph.layers] == [
        *(("input", 0), ("elementwise", 2), ("linear", 1)),
    ]
    assert (graph.macs, graph["a"].attributes["bias"]) == (4 * 6 * 5, True)


def test_shape_arithmetic_folds(read):
    nodes = [
        node("Shape", "x", "s"),
        node("Gather", "s zero", "n", axis=0),
        node("Unsqueeze", "n axis", "n1"),
        node("Concat", "n1 minus", "target", axis=0),
        node("Reshape", "x target", "flat"),
        node("MatMul", "flat w", "y", name="y"),
    ]
    constants = [
        helper.make_tensor("zero", 7, [], [0]),
        integers("axis", 0),
        integers("minus", -1),
        weights("w", 48, 5),
    ]
    assert read(model(nodes, {"x": [1, 3, 4, 4]}, constants)).bind().macs == 240


@pytest.mark.parametrize(("channels", "kernel"), [(3, 3), (1, 1)])
def test_a_branch_whose_condition_is_known_is_taken(read, channels, kernel):
    """As exporters write a squeeze of an axis that may have several entries."""

    def side(name, *steps):
        return helper.make_graph(list(steps), name, [], [helper.make_tensor_value_info(f"{name}.y", 1, None)])

    nodes = [
        node("Conv", "x w", "a", name="a"),
        node("Shape", "a", "s"),
        node("Gather", "s one", "c"),
        node("Equal", "c three", "many"),
        helper.make_node(
            "If",
            ["many"],
            ["b"],
            then_branch=side("many", node("Relu", "a", "many.y", name="then")),
            else_branch=side("few", node("Tanh", "a", "few.y", name="else")),
        ),
        node("Sub", "b a", "y", name="y"),
    ]
    constants = [weights("w", kernel, channels, 1, 1), integers("one", 1), integers("three", 3)]
    graph = read(model(nodes, {"x": [1, channels, 5, 5]}, constants)).bind()
    assert [layer.name for layer in graph.layers] == ["x", "a", "y"]
    assert graph["a"].activation == ""
    assert graph["y"].attributes["function"] == ("relu.sub" if kernel == 3 else "tanh.sub")


def test_functions_of_the_model_are_looked_into(read):
    body = [node("MatMul", "a b", "c"), node("Relu", "c", "d")]
    imports = [helper.make_opsetid("", 17)]
    function = helper.make_function("own", "Dense", ["a", "b"], ["d"], body, imports)
    made = model(
        [node("Dense", "x w", "y", domain="own")], {"x": [1, 8]}, [weights("w", 8, 5)], domains=["own"]
    )
    made.functions.append(function)
    (layer,) = read(made).bind().mapped
    assert (layer.macs, layer.activation) == (40, "relu")
