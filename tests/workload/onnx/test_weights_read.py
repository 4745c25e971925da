"""A model's weights become the matrices of its layers: products with them are those of the operators."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from graphs import Read, integers, model, node
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator

from simulator.base.errors import InputError
from simulator.workload.onnx import wire
from simulator.workload.reader import Workload, load_workload

SOURCE = np.random.default_rng(7)


def drawn(name: str, *shape: int, kind: str = "float32") -> onnx.TensorProto:
    values = SOURCE.integers(-9, 9, shape)
    return numpy_helper.from_array(np.asarray(values, kind), name)


def output(made: onnx.ModelProto, **inputs: np.ndarray) -> np.ndarray:
    return np.asarray(ReferenceEvaluator(made).run(None, inputs)[0])


def windows(image: np.ndarray, kernel: int) -> np.ndarray:
    """Positions by rows: channel by channel, in each the kernel line by line."""
    view = np.lib.stride_tricks.sliding_window_view(image[0], (kernel, kernel), axis=(1, 2))
    return view.transpose(1, 2, 0, 3, 4).reshape(-1, image.shape[1] * kernel**2)


def held(workload: Workload, name: str) -> np.ndarray:
    """The values, which must have the shape of the layer's matrix."""
    layer, _, matrix = name.rpartition(".")
    shape = next((m.rows, m.columns) for m in workload.bind()[layer].matrices if m.name == matrix)
    found = workload.held[name]()
    assert found.shape == shape
    return found


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_convolutions(read: Read, groups: int) -> None:
    step = node("Conv", "x w", "y", name="conv", group=groups)
    made = model([step], {"x": [1, 4, 6, 6]}, [drawn("w", 8, 4 // groups, 3, 3)])
    image = SOURCE.normal(size=(1, 4, 6, 6)).astype(np.float32)
    got = windows(image, 3) @ held(read(made), "conv.weights")
    assert got.T.reshape(1, 8, 4, 4) == pytest.approx(output(made, x=image), rel=1e-4, abs=1e-4)


def upwards(tensor: onnx.TensorProto, channels: int, groups: int = 1) -> onnx.ModelProto:
    step = node("ConvTranspose", "x w", "y", name="up", group=groups, strides=[2, 2])
    return model([step], {"x": [1, channels, 3, 3]}, [tensor])


def test_transposed_convolutions(read: Read) -> None:
    """Two groups are two of half as many channels side by side."""
    tensor = drawn("w", 4, 3, 2, 2)
    image = SOURCE.normal(size=(1, 4, 3, 3)).astype(np.float32)
    halves = [
        output(upwards(numpy_helper.from_array(part, "w"), 2), x=image[:, 2 * number : 2 * number + 2])
        for number, part in enumerate(np.split(numpy_helper.to_array(tensor), 2))
    ]
    got = image[0].reshape(4, 9).T @ held(read(upwards(tensor, 4, groups=2)), "up.weights")
    placed = got.reshape(3, 3, 6, 2, 2).transpose(2, 0, 3, 1, 4).reshape(1, 6, 6, 6)
    assert placed == pytest.approx(np.concatenate(halves, axis=1), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize(("turned", "shape"), [(0, (5, 7)), (1, (7, 5))])
def test_gemm_turns_its_weights(read: Read, turned: int, shape: tuple[int, int]) -> None:
    made = model([node("Gemm", "x w", "y", name="g", transB=turned)], {"x": [1, 5]}, [drawn("w", *shape)])
    vector = SOURCE.normal(size=(1, 5)).astype(np.float32)
    assert vector @ held(read(made), "g.weights") == pytest.approx(output(made, x=vector), rel=1e-5)


def test_what_is_worked_out_from_weights_is_followed_however_large(read: Read) -> None:
    """Exporters turn weights, or store them as integers with a scale."""
    nodes = [
        node("DequantizeLinear", "w scale zero", "real", axis=0),
        node("Transpose", "real", "turned", perm=[1, 0]),
        node("MatMul", "x turned", "y", name="m"),
    ]
    scale = numpy_helper.from_array(SOURCE.uniform(0.1, 1, 300).astype(np.float32), "scale")
    constants = [drawn("w", 300, 400, kind="int8"), scale, drawn("zero", 300, kind="int8")]
    made = model(nodes, {"x": [1, 400]}, constants)
    values, factor, zero = map(numpy_helper.to_array, constants)
    real = (values.astype(float) - zero[:, None]) * factor[:, None]
    assert (held(read(made), "m.weights") == real.T).all()


def test_a_matrix_for_each_head(read: Read) -> None:
    made = model([node("MatMul", "x w", "y", name="m")], {"x": [3, 1, 5]}, [drawn("w", 3, 5, 4)])
    values = SOURCE.normal(size=(3, 1, 5)).astype(np.float32)
    got = values.reshape(1, 15) @ held(read(made), "m.weights")
    assert got.reshape(3, 1, 4) == pytest.approx(output(made, x=values), rel=1e-4, abs=1e-4)


def test_quantised_products_have_their_zero_taken_off(read: Read) -> None:
    made = model(
        [node("MatMulInteger", "x w _ zero", "y", name="m")],
        {"x": [1, 6]},
        [drawn("w", 6, 3, kind="int8"), drawn("zero", 3, kind="int8")],
    )
    made.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.INT8
    vector = SOURCE.integers(-9, 9, (1, 6)).astype(np.int8)
    assert (vector @ held(read(made), "m.weights") == output(made, x=vector)).all()


def test_a_recurrent_step(read: Read) -> None:
    """Gates stand side by side as global units want them, for both directions."""
    constants = [drawn("w", 2, 12, 5), drawn("r", 2, 12, 3)]
    step = node("LSTM", "x w r", "y", name="cell", hidden_size=3, direction="bidirectional")
    workload = read(model([step], {"x": [4, 1, 5]}, constants))
    w, r = (numpy_helper.to_array(tensor) for tensor in constants)
    for direction, layer in enumerate(("cell", "cell.back")):
        for name, values in (("input_gate", w), ("hidden_gate", r)):
            found = held(workload, f"{layer}.{name}")
            for place, gate in enumerate((0, 3, 2, 1)):  # input, activation, forget, output
                own = values[direction, 3 * gate : 3 * gate + 3]
                assert (found[:, place::4] == own.T).all()


def test_gru_gates_are_those_of_the_file(read: Read) -> None:
    constants = [drawn("w", 1, 9, 5), drawn("r", 1, 9, 3)]
    workload = read(model([node("GRU", "x w r", "y", name="g", hidden_size=3)], {"x": [4, 1, 5]}, constants))
    for layer, tensor in zip(("g.input", "g.state"), constants, strict=True):
        assert (held(workload, f"{layer}.weights") == numpy_helper.to_array(tensor)[0].T).all()


def product_of(tensor: onnx.TensorProto) -> onnx.ModelProto:
    return model([node("MatMul", "x w", "y", name="m")], {"x": [1, tensor.dims[0]]}, [tensor])


def test_large_weights_are_read_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "_READ", 1000)
    path, tensor = tmp_path / "net.onnx", drawn("w", 600, 500)
    path.write_bytes(product_of(tensor).SerializeToString())
    assert (held(load_workload(path), "m.weights") == numpy_helper.to_array(tensor)).all()


def beside(folder: Path, tensor: onnx.TensorProto, **entries: object) -> Path:
    """A model whose weights stand in another file."""
    values = numpy_helper.to_array(tensor)
    (folder / "w.bin").write_bytes(b"12345678" + values.tobytes())
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    for key, value in {"location": "w.bin", "offset": 8, "length": values.nbytes, **entries}.items():
        tensor.external_data.add(key=key, value=str(value))
    path = folder / "net.onnx"
    path.write_bytes(product_of(tensor).SerializeToString())
    return path


def test_weights_of_another_file_are_read_from_their_place(tmp_path: Path) -> None:
    tensor = drawn("w", 6, 5)
    values = numpy_helper.to_array(tensor)
    assert (held(load_workload(beside(tmp_path, tensor)), "m.weights") == values).all()


@pytest.mark.parametrize(
    ("entries", "rule"),
    [
        ({"location": "other.bin"}, "which is no file"),
        ({"location": "link.bin"}, "external data must lie in the model's folder"),
        ({"location": "link/w.bin"}, "external data must lie in the model's folder"),
        ({"offset": 9}, "has 119 bytes from 9 on for a tensor of 120"),
        ({"length": 12}, "has 12 bytes from 8 on for a tensor of 120"),
        ({"offset": "-1"}, "its offset must be a number of bytes"),
    ],
)
def test_external_weights_that_are_not_there_are_told(
    tmp_path: Path, entries: dict[str, object], rule: str
) -> None:
    folder, outside = tmp_path / "model", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    (outside / "w.bin").write_bytes(bytes(200))
    (folder / "link.bin").symlink_to(outside / "w.bin")
    (folder / "link").symlink_to(outside)
    workload = load_workload(beside(folder, drawn("w", 6, 5), **entries))
    with pytest.raises(InputError) as told:
        workload.held["m.weights"]()
    assert rule in str(told.value)
    assert "initialiser w" in str(told.value)


def test_external_weights_beyond_the_folder_are_refused_before_anything_else(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="external data must lie in the model's folder"):
        load_workload(beside(tmp_path, drawn("w", 6, 5), location="../w.bin"))


def test_values_that_nobody_can_work_out_are_told(read: Read) -> None:
    nodes = [
        node("RandomNormal", "", "w", shape=[6, 4]),
        node("MatMul", "x w", "y", name="m"),
    ]
    workload = read(model(nodes, {"x": [1, 6]}, [integers("unused", 1)]))
    with pytest.raises(InputError, match="worked out by RandomNormal, which is not evaluated"):
        workload.held["m.weights"]()
