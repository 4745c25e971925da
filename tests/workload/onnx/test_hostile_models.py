"""Models that would break the library, fill the memory or take for ever."""

import onnx
import pytest
from graphs import model, node, reader, weights
from onnx import helper

from simulator.base.errors import InputError
from simulator.workload.onnx.library import MAX_NODES


@pytest.fixture
def read(tmp_path):
    return reader(tmp_path)


def told(read, made):
    with pytest.raises(InputError) as error:
        read(made)
    return str(error.value).partition("net.onnx: ")[2]


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (
            node("Split", "x", "a b c", name="/s", axis=2, num_outputs=2),
            "node /s (Split): has no shape: num_outputs must be 3, the number of its outputs",
        ),
        (
            node("LayerNormalization", "x w", "a b", name="/n", axis=2**31),
            f"node /n (LayerNormalization): has no shape: axis must be within 3 dimensions, got {2**31}",
        ),
        (
            node("LayerNormalization", "x w", "a b", name="/n", axis=3),
            "node /n (LayerNormalization): has no shape: axis must be below 3",
        ),
    ],
)
def test_what_ends_the_process_within_the_library_is_refused_before(read, made, words):
    nodes = [made, node("Add", "a b", "y")]
    assert told(read, model(nodes, {"x": [1, 4, 8]}, [weights("w", 8)], opset=18)) == words


def calling(depth, *, circle=False, opset=17):
    """A model of functions that call each other twice; the innermost multiplies by a matrix."""
    imports = [helper.make_opsetid("", opset), helper.make_opsetid("own", 1)]
    product = [helper.make_node("MatMul", ["v", "m"], ["r"])]
    bodies = [product] + [
        [
            helper.make_node(f"f{level - 1}", ["v", "m"], ["t"], domain="own"),
            helper.make_node(f"f{level - 1}", ["t", "m"], ["r"], domain="own"),
        ]
        for level in range(1, depth)
    ]
    if circle:
        bodies[0] = [helper.make_node(f"f{depth - 1}", ["v", "m"], ["r"], domain="own")]
    made = model(
        [node(f"f{depth - 1}", "x w", "y", domain="own")],
        {"x": [1, 16]},
        [weights("w", 16, 16)],
        domains=["own"],
    )
    functions = [
        helper.make_function("own", f"f{level}", ["v", "m"], ["r"], body, imports)
        for level, body in enumerate(bodies)
    ]
    made.functions.extend(functions)
    return made


def test_functions_are_counted_before_they_are_put_in_place(read):
    assert read(calling(4)).bind().macs == 8 * 16 * 16
    assert told(read, calling(64)) == f"must have at most {MAX_NODES:,} operators, got 1000000000"


def test_functions_that_call_each_other_in_a_circle(read):
    assert told(read, calling(3, circle=True)).startswith("has functions that do not fit")


def test_a_function_of_another_operator_version_is_converted(read):
    assert read(calling(1, opset=13)).bind().macs == 16 * 16


def test_a_function_that_cannot_be_converted(read):
    broken = calling(2, opset=13)
    del broken.functions[0].node[0].input[:]
    assert told(read, broken).startswith("function f0: is of another operator version than the model")


@pytest.mark.parametrize(("op", "count"), [("Relu", 2_000), ("Identity", 8_000)])
def test_long_chains_of_equal_names(read, op, count):
    names = ["x", *(f"t{number}" for number in range(count - 1)), "y"]
    nodes = [node(op, names[number], names[number + 1], name="same") for number in range(count)]
    layers = read(model(nodes, {"x": [1, 8]})).bind().layers
    assert [layer.kind for layer in layers] == ["input", "elementwise"][: 1 + (op == "Relu")]
    assert sum(layer.operations for layer in layers) == 8 * count * (op == "Relu")


def test_what_nobody_reads_is_left_out(read):
    nodes = [node("MatMul", "x w", "y"), node("MatMul", "x v", "z"), node("Det", "z", "unsupported")]
    made = model(nodes, {"x": [1, 64]}, [weights("w", 64, 15), weights("v", 64, 640)], outputs=["y"])
    assert read(made).bind().macs == 64 * 15


def test_an_output_that_nobody_makes_is_named(read):
    made = model([node("Relu", "x", "y")], {"x": [1, 64]}, outputs=["y", "nothing"])
    assert told(read, made) == "output: is made by no operator, got 'nothing'"


def test_operators_of_a_branch_are_listed(read):
    branch = helper.make_graph(
        [helper.make_node("Det", ["x"], ["d"], "/inner")],
        "then",
        [],
        [helper.make_tensor_value_info("d", 1, None)],
    )
    always = helper.make_node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)
    condition = helper.make_tensor("c", onnx.TensorProto.BOOL, [], [True])
    made = model([always], {"x": [1, 3, 3]}, [condition])
    assert told(read, made).startswith("has operators that are not supported: Det x1 (/inner). With")
