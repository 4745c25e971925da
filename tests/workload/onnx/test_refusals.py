"""What is refused, and in which words; sizes that are bound; weights that are elsewhere."""

import onnx
import pytest
from graphs import model, node, weights

from simulator.base.errors import InputError


def refusal(read, *arguments, **words):
    with pytest.raises(InputError) as caught:
        read(*arguments, **words)
    assert caught.value.exit_code == 2
    return str(caught.value).partition("net.onnx: ")[2]


UNSUPPORTED = [
    node("Conv", "x w", "a"),
    node("NonMaxSuppression", "boxes scores", "n", name="/nms"),
    node("Det", "a", "d1", name="/first"),
    node("Det", "a", "d2", name="/second"),
    node("Wizardry", "a", "z", domain="own.domain", name="/magic"),
    node("Relu", "d1", "y"),
]


def test_one_error_lists_all_operators_that_are_not_supported(read):
    shapes = {"x": [1, 3, 6, 6], "boxes": [1, 9, 4], "scores": [1, 2, 9]}
    given = {"outputs": ["y", "n", "d2", "z"], "domains": ["own.domain"]}
    made = model(UNSUPPORTED, shapes, [weights("w", 4, 3, 3, 3)], **given)
    assert refusal(read, made) == (
        "has operators that are not supported: Det x2 (/first, /second); NonMaxSuppression x1 (/nms); "
        "own.domain.Wizardry x1 (/magic). With --allow-host they are done at the host"
    )


def test_the_host_takes_what_is_left_and_says_so(read):
    made = model(
        [*UNSUPPORTED[:1], *UNSUPPORTED[2:4], node("Add", "d1 d2", "y")],
        {"x": [1, 3, 6, 6]},
        [weights("w", 4, 3, 3, 3)],
    )
    workload = read(made, allow_host=True)
    layer = workload.bind()[".first".strip(".")]
    assert (layer.kind, layer.attributes["function"], layer.width, layer.positions) == (
        "rearrange",
        "det",
        4,
        1,
    )
    assert workload.coverage.line.endswith("; at the host, arithmetic not counted: Det")


def conv_with(shape, **words):
    return model([node("Conv", "x w", "y", name="/c", **words)], {"x": shape}, [weights("w", 4, 3, 3, 3)])


@pytest.mark.parametrize(
    ("made", "dims", "told"),
    [
        (
            conv_with(["batch", 3, "height", None]),
            [],
            "has inputs of open size: height, x.3. Say --dim height=SIZE --dim x.3=SIZE",
        ),
        (
            conv_with(["batch", 3, 6, 6]),
            ["bach=1"],
            "--dim bach: no such size in the model. Did you mean 'batch'?",
        ),
        (
            conv_with([2, 3, 6, 6]),
            [],
            "node /c (Conv): must read a batch of one, got [2, 3, 6, 6]. "
            "Bind the batch to 1 (--dim NAME=1 or --dim INPUT.0=1) and ask for more with --batch or --count",
        ),
        (conv_with([1, 5, 6, 6]), [], "node /c (Conv): must have weights for 5 channels, got [4, 3, 3, 3]"),
        (conv_with([1, 3, 0, 6]), [], "has inputs of size 0: x.2. Say --dim x.2=SIZE"),
        (conv_with([1, 3, "s" * 1000, 6]), [], "has inputs of open size: x.2. Say --dim x.2=SIZE"),
        (
            model([node("Relu", "x" * 1000, "y", name="/r")], {"x" * 1000: [1, "s" * 1000]}),
            [],
            f"has inputs of open size: {'x' * 57}....1. Say --dim {'x' * 57}....1=SIZE",
        ),
        (
            conv_with(["batch", 3, "s" * 1000, 6]),
            ["n" * 1000 + "=2"],
            f"--dim {'n' * 57}...: no such size in the model. "
            f"Known: batch, {'s' * 57}..., x.0, x.1, x.2, x.3",
        ),
        (
            conv_with([1, 3, 6, 6], pads=[-1, 0, 0, 0]),
            [],
            "node /c (Conv): has no shape: Attribute pads must not contain negative values",
        ),
        (
            conv_with([1, 3, 2, 2]),
            [],
            "node /c (Conv): sizes must be at least 1, got [1, 4, 0, 0]",
        ),
        (
            model([node("Conv", "x k", "y", name="/c")], {"x": [1, 3, 6, 6], "k": [4, 3, 3, 3]}),
            [],
            "node /c (Conv): must have constant weights",
        ),
        (
            model([node("Relu", "b", "a", name="/a"), node("Relu", "a", "b", name="/b")], {"x": [1]}),
            [],
            "node /a (Relu): reads what no earlier operator gives, got 'b'. Sort the operators",
        ),
        (
            model([node("MatMul", "x w", "y", name="/m")], {"x": [5, 10**9]}, []),
            [],
            "node /m (MatMul): reads what no earlier operator gives, got 'w'. Sort the operators",
        ),
        (
            model([node("Gemm", "x x", "y", name="/m", transB=1)], {"x": [5, 10**9]}, []),
            [],
            "node /m (Gemm): shape.0 must be at most 1048576, got 1000000000",
        ),
        (
            model([node("NonZero", "x", "y", name="/n"), node("Relu", "y", "z")], {"x": [5, 5]}, []),
            [],
            "has operators that are not supported: NonZero x1 (/n). With --allow-host they are done at the host",
        ),
    ],
)
def test_complaints(read, made, dims, told):
    assert refusal(read, made, *dims) == told


@pytest.mark.parametrize(
    "text", ["batch", "=3", "batch=x", "batch=", "batch=99999999", f"batch={0:020}{10**9}"]
)
def test_a_wrong_size_at_the_command_line(read, text):
    with pytest.raises(InputError, match=r"--dim.*must be"):
        read(conv_with(["batch", 3, 6, 6]), text)


def test_a_size_is_said_once(read):
    with pytest.raises(InputError) as refused:
        read(conv_with(["batch", 3, "rows", 6]), "rows=24", " rows =25")
    assert str(refused.value) == "--dim rows: is given twice, 24 before, got 25. Say each size once"


@pytest.mark.parametrize("shape", [["batch", 3, 6, 6], ["N", 3, 6, 6], [-1, 3, 6, 6], [8, 3, 6, 6]])
def test_a_size_can_be_bound_by_its_place(read, shape):
    assert read(conv_with(shape), "x.0=1").bind().macs == 16 * 4 * 27


def external(location):
    tensor = onnx.TensorProto(
        name="w", data_type=1, dims=[4, 3, 3, 3], data_location=onnx.TensorProto.EXTERNAL
    )
    tensor.external_data.add(key="location", value=location)
    return model([node("Conv", "x w", "y", name="y")], {"x": [1, 3, 6, 6]}, [tensor])


def test_weights_in_a_file_that_is_not_there_are_not_missed(read):
    assert read(external("weights.bin")).bind().macs == 16 * 4 * 27


@pytest.mark.parametrize("location", ["/etc/passwd", "../secret", "a/../../b", "..\\x", "C:\\x"])
def test_weights_elsewhere_are_refused(read, location):
    told = refusal(read, external(location))
    assert told.startswith("w: external data must lie in the model's folder, got ")


def test_a_yaml_file_has_no_open_sizes(tmp_path):
    from simulator.workload.reader import load_workload

    path = tmp_path / "net.yaml"
    path.write_text("name: net\nlayers:\n  x: {kind: input, shape: [3]}\n")
    with pytest.raises(InputError, match="--dim: is for ONNX models only"):
        load_workload(path, ["batch=1"])
