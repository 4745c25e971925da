from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.base.errors import InputError
from simulator.workload.graph import Graph, Source
from simulator.workload.reader import Workload, load_workload

IMAGE = """\
name: net
layers:
  image: {kind: input, shape: [3, 8, 6]}
"""
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


def complaint(read, tmp_path: Path, text: str) -> str:
    with pytest.raises(InputError) as caught:
        read(text)
    assert caught.value.exit_code == 2
    return str(caught.value).replace(f"{tmp_path}/", "")


@pytest.mark.parametrize(
    ("head", "layers", "expected"),
    [
        (
            IMAGE,
            "  c: {kind: conv3d, input: image}",
            "net.yaml:4: layers.c.kind: must be one of input, conv2d, linear, lstm, max_pool2d, add, embedding, "
            "flatten, argmax, average_pool2d, product, elementwise, normalise, reduce, rearrange, route, got 'conv3d'. "
            "Did you mean 'conv2d'?",
        ),
        (IMAGE, "  c: {input: image}", "net.yaml:4: layers.c.kind: must be given"),
        (IMAGE, "  c: conv2d", "net.yaml:4: layers.c: must be a mapping, got 'conv2d'"),
        (
            IMAGE,
            "  c:\n    kind: conv2d\n    input: image\n    chanels: 3\n    kernel: 3",
            "net.yaml:4: layers.c.channels: must be given\n"
            "net.yaml:7: layers.c.chanels: is not a known key. Did you mean 'channels'?",
        ),
        (
            IMAGE,
            "  c:\n    kind: linear\n    input: imag\n    width: 2",
            "net.yaml:6: layers.c.input: no such layer, got 'imag'. Did you mean 'image'?",
        ),
        (
            IMAGE,
            "  c: {kind: conv2d, input: image, channels: 2, kernel: [3, 9], padding: 1}",
            "net.yaml:4: layers.c.kernel: must not be larger than the padded input: 9 positions wide, "
            "input has 8, got 9. Shrink the kernel or add padding",
        ),
        (
            IMAGE,
            "  c: {kind: conv2d, input: image, channels: 2, kernel: 3, dilation: 4}",
            "net.yaml:4: layers.c.kernel: must not be larger than the padded input: 9 positions wide, "
            "input has 8, got 3. Shrink the kernel or add padding",
        ),
        (
            IMAGE,
            "  c: {kind: conv2d, input: image, channels: 0, kernel: 3}",
            "net.yaml:4: layers.c.channels: must be at least 1, got 0",
        ),
        (
            IMAGE,
            "  c: {kind: conv2d, input: image, channels: 1000000000, kernel: 3}",
            "net.yaml:4: layers.c.channels: must be at most 1048576, got 1000000000",
        ),
        (
            IMAGE,
            "  c: {kind: conv2d, input: image, channels: 2, kernel: three}",
            "net.yaml:4: layers.c.kernel: must be an integer or [height, width], got 'three'",
        ),
        (
            IMAGE,
            "  c: {kind: conv2d, input: image, channels: 2, kernel: [3, true]}",
            "net.yaml:4: layers.c.kernel.1: must be an integer, got True",
        ),
        (
            IMAGE,
            "  c: {kind: conv2d, input: image, channels: 2, kernel: 3, activation: rely}",
            "net.yaml:4: layers.c.activation: must be one of none, relu, got 'rely'. Did you mean 'relu'?",
        ),
        (
            IMAGE,
            "  c: {kind: linear, input: 7, width: 2}",
            "net.yaml:4: layers.c.input: must be the name of a layer or {layer: NAME, delay: STEPS}, got 7",
        ),
        (
            IMAGE,
            "  c: {kind: linear, input: {layer: image, delay: -1}, width: 2}",
            "net.yaml:4: layers.c.input.delay: must be at least 0, got -1",
        ),
        (
            IMAGE,
            "  p: {kind: max_pool2d, input: image, kernel: 2}\n  s: {kind: add, inputs: [image, p]}",
            "net.yaml:5: layers.s.inputs: both inputs must have the same shape, "
            "got 'image (8 x 6 of width 3) and p (4 x 3 of width 3)'",
        ),
        (
            IMAGE,
            "  s: {kind: add, inputs: [image]}",
            "net.yaml:4: layers.s.inputs: must have at least 2 entries, got ['image']",
        ),
        (
            IMAGE,
            "  c: {kind: linear, input: image, width: 2}\n  c: {kind: linear, input: image, width: 2}",
            "net.yaml:5: layers.c: key is given twice, first in line 4",
        ),
        (
            IMAGE,
            "  a: {kind: linear, input: b, width: 2}\n  b: {kind: linear, input: a, width: 2}",
            "net.yaml:4: layers.a: layers must not read each other in a circle, got 'a <- b <- a'. "
            "Read one of them a step later: {layer: NAME, delay: 1}",
        ),
        (
            IMAGE,
            "  a: {kind: linear, input: a, width: 2}",
            "net.yaml:4: layers.a: layers must not read each other in a circle, got 'a <- a'. "
            "Read one of them a step later: {layer: NAME, delay: 1}",
        ),
        (
            IMAGE,
            "  'a b': {kind: linear, input: image, width: 2}",
            "net.yaml:4: layers.a b: names have 1 to 64 characters of A-Z a-z 0-9 _ . -, got 'a b'",
        ),
        (
            IMAGE,
            "  l: {kind: lstm, input: image, hidden: 3}",
            "net.yaml:4: layers.l.input: an lstm reads a sequence, got 'image (8 x 6 of width 3)'",
        ),
        (
            IMAGE,
            "  l: {kind: linear, input: {layer: image, delay: 1}, width: 3}",
            "net.yaml:4: layers.l: a delay needs a sequence on both sides, "
            "got 'image (8 x 6 of width 3) to l (8 x 6 of width 3)'",
        ),
        (
            IMAGE,
            "  l: {kind: linear, input: {layer: m, delay: 1}, width: 3}\n  m: {kind: argmax, input: l}",
            "net.yaml:4: layers.l.input: only a sequence has earlier time steps, got 'm'",
        ),
        (
            IMAGE,
            "  e: {kind: embedding, input: image, entries: 5, width: 3}",
            "net.yaml:4: layers.e.input: an embedding reads one index per position (width 1), "
            "got 'image (8 x 6 of width 3)'",
        ),
        (
            IMAGE,
            "  y: {kind: input, shape: [3], sequence: true}",
            "net.yaml:4: layers.y.sequence: a sequence needs a length. "
            "Add 'sequence: {length: STEPS}' at the top level",
        ),
        (
            IMAGE,
            "  y: {kind: input, shape: [3, 4]}",
            "net.yaml:4: layers.y.shape: must be [width] or [channels, height, width], got [3, 4]",
        ),
        (
            IMAGE,
            "  y: {kind: input, shape: [3, 1048576, 1048576]}",
            "net.yaml:4: layers.y: must have at most 16777216 output positions, got 1099511627776",
        ),
        (
            IMAGE,
            "  y: {kind: input, shape: [1048576]}\n  z: {kind: linear, input: y, width: 1048576}",
            "net.yaml:1: a network must have at most 274877906944 weights, got 1099511627776",
        ),
        (
            IMAGE,
            "  y: {kind: input, shape: [3, 1024, 1024]}\n  z: {kind: flatten, input: y}",
            "net.yaml:5: layers.z: must have at most 1048576 values in a vector, got 3145728",
        ),
        (IMAGE, "outputs: [imag]", "net.yaml:4: outputs.0: no such layer, got 'imag'. Did you mean 'image'?"),
        (IMAGE, "outputs: []", "net.yaml:4: outputs: must have at least 1 entries, got []"),
        (
            IMAGE,
            "  c: {kind: conv2d, input: image, channels: 4, kernel: 3, groups: 2}",
            "net.yaml:4: layers.c.groups: must divide what goes in and what comes out (3 and 4), got 2",
        ),
        (
            STEPS,
            "  y: {kind: input, shape: [4], sequence: true, steps: 3}",
            "net.yaml:5: layers.y.steps: is for what has always as many steps, not for a sequence, got 3",
        ),
        (
            STEPS,
            "  p: {kind: product, inputs: [x, x], heads: 3}",
            "net.yaml:5: layers.p.heads: must divide heads (3) and the width of the second input (4), got 3",
        ),
        (
            STEPS,
            "  p: {kind: product, inputs: [x, x]}",
            "net.yaml:5: layers.p.inputs.0: its vectors must have 1 x 5 values to go with x (5 of width 4), "
            "got 'x (5 of width 4)'",
        ),
        (
            STEPS,
            "  y: {kind: input, shape: [4], steps: 3}\n"
            "  p: {kind: product, inputs: [x, y], transposed: true, causal: true}",
            "net.yaml:6: layers.p.causal: needs as many positions on both sides, or those of a past as well "
            "in the second input, "
            "got 'x (5 of width 4) and y (3 of width 4)'",
        ),
        (
            STEPS,
            "  y: {kind: input, shape: [3]}\n  e: {kind: elementwise, inputs: [x, y], function: mul}",
            "net.yaml:6: layers.e.inputs.1: must have the shape of x (5 of width 4) or be spread over it, "
            "got 'y (one of width 3)'",
        ),
        (
            STEPS,
            "  r: {kind: reduce, input: x, function: mean, reads: position, grid: [4]}",
            "net.yaml:5: layers.r.grid: must have as many positions as x (5 of width 4), got [4]",
        ),
        (
            IMAGE,
            "  y: {kind: input, shape: [3]}\n"
            "  r: {kind: rearrange, inputs: [y, image], function: concat, reads: position, width: 6}",
            "net.yaml:5: layers.r.inputs.1: must have as many positions as y (one of width 3), "
            "got 'image (8 x 6 of width 3)'",
        ),
        (
            STEPS,
            "  f: {kind: flatten, input: x}",
            "net.yaml:5: layers.f.input: flatten does not read a sequence, got 'x (5 of width 4)'",
        ),
        (
            STEPS,
            "  c: {kind: conv2d, input: x, channels: 2, kernel: 1}",
            "net.yaml:5: layers.c.input: must read an image (height, width), got 'x (5 of width 4)'",
        ),
        (
            STEPS,
            "  s: {kind: add, inputs: [{layer: x, delay: 1}, {layer: x, delay: 2}]}",
            "net.yaml:5: layers.s.inputs: one of the inputs must be of the same time step",
        ),
        (
            "name: net\nsequence: {length: 5, limit: 4}\n",
            "layers:\n  x: {kind: input, shape: [4], sequence: true}",
            "net.yaml:2: sequence.length: must be at most the limit of 4, got 5",
        ),
        (
            "name: net\nsequence: {length: 5}\n",
            "layers:\n  x: {kind: input, shape: [4]}",
            "net.yaml:2: sequence: no input is a sequence. Give one 'sequence: true', or remove the key",
        ),
        (
            "name: a/b\n",
            "layers: {}",
            "net.yaml:1: name: names have 1 to 64 characters of A-Z a-z 0-9 _ . -, got 'a/b'\n"
            "net.yaml:2: layers: must have at least 1 entries, got 'a mapping'",
        ),
    ],
)
def test_complaints(read, tmp_path, head, layers, expected):
    assert expected == complaint(read, tmp_path, head + layers)


def bound(read, text: str, length: int | None = None) -> Graph:
    return read(text).bind(length)


def test_layers_come_in_reading_order_and_know_their_shape(read):
    graph = bound(
        read,
        IMAGE
        + "  out: {kind: linear, input: flat, width: 7, bias: true, activation: relu}\n"
        + "  flat: {kind: flatten, input: c}\n"
        + "  c: {kind: conv2d, input: image, channels: 2, kernel: [3, 2], stride: [2, 1], padding: [1, 0],"
        + " dilation: [1, 2], bias: true}\n",
    )
    assert [layer.name for layer in graph.layers] == ["image", "c", "flat", "out"]
    conv = graph["c"]
    assert (conv.grid, conv.width, conv.weights, conv.parameters) == ((4, 4), 2, 36, 38)
    assert graph["flat"].width == 32
    assert (graph["out"].weights, graph["out"].parameters, graph["out"].activation) == (224, 231, "relu")
    assert graph.macs == 16 * 36 + 224
    with pytest.raises(KeyError):
        graph["nobody"]


def test_a_sequence_takes_the_length_of_the_request(read):
    workload = read(STEPS + "  l: {kind: lstm, input: x, hidden: 3, bias: true}\n")
    assert workload.bind().length == 5
    assert workload.bind(9)["l"].grid == (9,)
    assert workload.bind(9)["l"].parameters == 4 * 3 * (4 + 3) + 12
    for length in (0, 10):
        with pytest.raises(InputError, match=rf"net\.yaml:2: length: must be 1\.\.9 for 'net', got {length}"):
            workload.bind(length)


def test_a_single_vector_has_no_length(read):
    with pytest.raises(InputError, match="'net' has no time steps, so a request has no length, got 3"):
        bound(read, IMAGE, 3)


def test_a_delayed_input_may_come_later(read):
    graph = bound(
        read,
        STEPS
        + "  s: {kind: add, inputs: [x, {layer: twice, delay: 2}]}\n"
        + "  twice: {kind: add, inputs: [s, x], activation: relu}\n"
        + "  l: {kind: linear, input: {layer: twice, delay: 1}, width: 2}\n",
    )
    assert [layer.name for layer in graph.layers] == ["x", "s", "twice", "l"]
    assert graph["s"].inputs == (Source("x"), Source("twice", 2))
    assert graph["l"].matrices[0].rows == 4
    assert graph.outputs == ("twice", "l")


def test_digest_changes_with_shapes_only(read):
    text = STEPS + "  l: {kind: lstm, input: x, hidden: 3}\n"
    digest = read(text).digest
    assert digest.startswith("sha256:")
    assert (
        read("about: something\n# note\n" + text.replace("hidden: 3", "hidden: 3, bias: false")).digest
        == digest
    )
    assert read(text.replace("hidden: 3", "hidden: 4")).digest != digest


def test_ten_thousand_layers_in_a_row(read):
    lines = [f"  l{n}: {{kind: argmax, input: l{n - 1}}}" for n in range(9000, 0, -1)]
    graph = bound(read, "name: deep\nlayers:\n" + "\n".join(lines) + "\n  l0: {kind: input, shape: [2]}\n")
    assert len(graph.layers) == 9001
    assert graph.layers[0].name == "l0"


SHIPPED = sorted((Path(__file__).parents[2] / "workloads").glob("*.yaml"))


@given(
    file=st.sampled_from(SHIPPED),
    at=st.floats(0, 1, exclude_max=True),
    cut=st.integers(0, 40),
    insert=st.text(alphabet="abkl09-.:{}[], \n#'", max_size=12),
)
@settings(max_examples=200)
def test_a_damaged_file_is_a_graph_or_an_input_error(tmp_path_factory, file, at, cut, insert):
    text = file.read_text()
    start = int(at * len(text))
    path = tmp_path_factory.getbasetemp() / "damaged.yaml"
    path.write_text(text[:start] + insert + text[start + cut :])
    try:
        graph = load_workload(path).bind()
    except InputError as error:
        assert str(error)
    else:
        assert graph.layers
