"""Large weights are never read: what is left is the same model with their content gone."""

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from graphs import LIGHT, model, node
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import numpy_helper

from simulator.workload.onnx import wire
from simulator.workload.reader import load_workload


def heavy():
    """16 MB of weights in three encodings, and a small constant that has to stay."""
    raw = numpy_helper.from_array(np.ones((1024, 2048), np.float32), "raw")
    listed = onnx.TensorProto(name="listed", data_type=1, dims=[2048, 512], float_data=[0.5] * 2**20)
    wide = onnx.TensorProto(name="wide", data_type=11, dims=[512, 1024], double_data=[0.5] * 2**19)
    small = numpy_helper.from_array(np.asarray([1, 1024], np.int64), "shape")
    nodes = [
        node("MatMul", "x raw", "a"),
        node("MatMul", "a listed", "b"),
        node("Cast", "b", "d", to=11),
        node("MatMul", "d wide", "c"),
        node("Reshape", "c shape", "y"),
    ]
    return model(nodes, {"x": [1, 1024]}, [raw, listed, wide, small])


def test_what_is_left_is_the_model_without_content():
    whole = heavy()
    left = onnx.ModelProto.FromString(wire.without_weights(whole.SerializeToString()))
    assert left.ByteSize() < 1000
    for tensor in whole.graph.initializer[:3]:
        for field in ("raw_data", "float_data", "double_data"):
            tensor.ClearField(field)
    assert left == whole


def test_models_without_large_weights_stay_as_they_are():
    for path in LIGHT.glob("light_*.onnx"):
        content = path.read_bytes()
        assert onnx.ModelProto.FromString(wire.without_weights(content)) == onnx.ModelProto.FromString(
            content
        )


def test_a_large_file_is_imported_without_being_read(tmp_path, monkeypatch):
    path = tmp_path / "heavy.onnx"
    path.write_bytes(heavy().SerializeToString())
    monkeypatch.setattr(wire, "_READ", 1000)
    assert load_workload(path).bind().macs == 1024 * 2048 + 2048 * 512 + 512 * 1024


@given(content=st.binary(max_size=60))
@settings(max_examples=300)
def test_any_bytes_come_through_or_are_no_model_before_and_after(content):
    def read(data):
        try:
            return onnx.ModelProto.FromString(data).SerializeToString(deterministic=True)
        except DecodeError:
            return None

    assert read(wire.without_weights(content)) == read(content)
