"""Whatever a file holds, the answer is a network or an input error."""

from importlib import import_module

import numpy as np
import pytest
from graphs import LIGHT, Read, integers, model, node, weights
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from simulator.base.errors import InputError
from simulator.workload.onnx.registry import SHAPES
from simulator.workload.onnx.walk import FAMILIES
from simulator.workload.reader import load_workload

for family in FAMILIES:
    import_module(f"simulator.workload.onnx.operators.{family}")

QUICK = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])


def small():
    nodes = [
        node("Conv", "x w b", "a", name="conv", pads=[1, 1, 1, 1]),
        node("Relu", "a", "c"),
        node("MaxPool", "c", "d", kernel_shape=[2, 2], strides=[2, 2]),
        node("Shape", "d", "s"),
        node("Gather", "s first", "n", axis=0),
        node("Concat", "n minus", "t", axis=0),
        node("Reshape", "d t", "e"),
        node("Gemm", "e v", "y", transB=1),
    ]
    constants = [
        *(weights("w", 4, 3, 3, 3), weights("b", 4), weights("v", 5, 64)),
        *(integers("first", 0), integers("minus", -1)),
    ]
    return model(nodes, {"x": ["batch", 3, 8, 8]}, constants)


def taken(load, *arguments):
    """Exit code 2 and a sentence, or a network."""
    try:
        graph = load(*arguments).bind()
    except InputError as error:
        assert str(error)
        assert error.exit_code == 2
    else:
        assert graph.layers


@given(
    cuts=st.lists(
        st.tuples(st.floats(0, 1), st.integers(0, 5), st.binary(max_size=5)), min_size=1, max_size=4
    )
)
@QUICK
def test_mutated_bytes(tmp_path, cuts):
    content = small().SerializeToString()
    for at, length, insert in cuts:
        start = int(at * len(content))
        content = content[:start] + insert + content[start + length :]
    path = tmp_path / "net.onnx"
    path.write_bytes(content)
    taken(load_workload, path)


@pytest.mark.parametrize("name", ["light_squeezenet.onnx", "light_shufflenet.onnx"])
def test_single_bits_of_real_models(tmp_path, name):
    content = np.frombuffer((LIGHT / name).read_bytes(), np.uint8)
    places = np.random.default_rng(7).integers(0, 8 * len(content), 25)
    for place in places:
        damaged = content.copy()
        damaged[place // 8] ^= 1 << (place % 8)
        path = tmp_path / "net.onnx"
        path.write_bytes(damaged.tobytes())
        taken(load_workload, path)


NAMES = [f"t{number}" for number in range(8)]
OPERATORS = (
    *("Conv", "MatMul", "Gemm", "Add", "Relu", "Softmax", "Concat", "Transpose", "Reshape", "Slice", "Split"),
    *("MaxPool", "LSTM", "GRU", "ReduceMean", "Gather", "Expand", "Resize", "Flatten", "Attention", "Shape"),
    *("GlobalAveragePool", "LayerNormalization", "Where", "Tile", "Range", "ConstantOfShape", "Loop", "TopK"),
)
sizes = st.one_of(st.integers(0, 9), st.sampled_from([10**9, 2**31, 2**62]))
dims = st.lists(st.one_of(sizes, st.none(), st.sampled_from(["batch", "n"])), max_size=5)
words = st.fixed_dictionaries(
    {},
    optional={
        "axis": st.integers(-3, 9),
        "perm": st.permutations([0, 1, 2]),
        "kernel_shape": st.lists(st.integers(0, 9), min_size=1, max_size=3),
        "strides": st.lists(st.integers(-1, 3), min_size=1, max_size=3),
        "group": st.integers(-1, 4),
        "hidden_size": st.integers(-1, 4),
        "q_num_heads": st.integers(-1, 4),
        "direction": st.sampled_from(["forward", "sideways"]),
    },
)


@st.composite
def graphs(draw):
    """Operators that read whatever there is, before or after them, of any size."""
    steps = []
    for number in range(draw(st.integers(1, 6))):
        read = draw(st.lists(st.sampled_from([*NAMES, "", "w", "i"]), max_size=4))
        outputs = [f"t{number + 2}", *([f"t{number}.more"] if draw(st.booleans()) else [])]
        step = node(
            draw(st.sampled_from(OPERATORS)), " ".join(name or "_" for name in read), " ".join(outputs)
        )
        attributes = model([node("Relu", "a", "b", **draw(words))], {"a": [1]}).graph.node[0].attribute
        step.attribute.extend(attributes)
        steps.append(step)
    shape = draw(st.lists(st.integers(0, 6), max_size=4))
    inputs = {name: draw(dims) for name in NAMES[:2]}
    constants = [weights("w", *shape), integers("i", *draw(st.lists(st.integers(-3, 2**40), max_size=4)))]
    return model(steps, inputs, constants, opset=draw(st.sampled_from([9, 13, 17, 23])))


@given(made=graphs(), host=st.booleans())
@QUICK
def test_random_graphs(read: Read, made, host):
    taken(lambda: read(made, allow_host=host))


@pytest.mark.parametrize("key", sorted(SHAPES), ids=".".join)
@pytest.mark.parametrize("count", [0, 1, 2])
def test_operators_that_nobody_else_checks(read, key, count):
    domain, op = key
    names = ["x", "y"][:count]
    made = model(
        [node(op, " ".join(names), "z", domain=domain)],
        {name: [1, 5, 6] for name in names},
        domains=["com.microsoft"],
    )
    taken(lambda: read(made))


def test_a_chain_of_constants_as_long_as_it_likes(read):
    chain = [node("Add", f"c{n} c{n}", f"c{n + 1}") for n in range(3000)]
    made = model([*chain, node("Add", "x c3000", "y", name="y")], {"x": [1, 64]}, [weights("c0", 64)])
    assert len(read(made).bind().layers) == 2


def test_a_loop_over_constants_is_not_run(read):
    body = model([node("Identity", "more", "again")], {"i": [], "more": []}).graph
    made = model(
        [node("Loop", "many yes", "n", body=body), node("Add", "x n", "y")],
        {"x": [1]},
        [integers("many", 2**62)],
    )
    with pytest.raises(InputError):
        read(made)


@pytest.mark.parametrize("content", [b"", b"\x00" * 100, b"layers: {}", b"\x80\x04\x95cposix\nsystem\n"])
def test_what_is_no_model_at_all(tmp_path, content):
    path = tmp_path / "net.onnx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=r"net\.onnx: (is not an ONNX model|holds no operator)"):
        load_workload(path)


def test_a_missing_file_and_a_folder(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        load_workload(tmp_path / "none.onnx")
    (tmp_path / "folder.onnx").mkdir()
    with pytest.raises(InputError, match="must be a file, is a folder"):
        load_workload(tmp_path / "folder.onnx")
