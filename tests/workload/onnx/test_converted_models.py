"""Single modules that PyTorch exported, as they come with the onnx package, at a batch of one."""

import onnx
import pytest
from graphs import LIGHT, counted, macs

from simulator.base.errors import InputError
from simulator.workload.reader import load_workload

FOLDERS = [LIGHT.parent / name for name in ("pytorch-converted", "pytorch-operator", "simple")]
MODELS = sorted(path for folder in FOLDERS for path in folder.glob("*/model.onnx"))
COUNTED = [
    path
    for path in MODELS
    if path.parent.name.startswith(
        ("test_Conv1d", "test_Conv2d", "test_Linear", "test_operator_conv", "test_operator_mm")
    )
    and not path.parent.name.endswith("transpose")
]


def test_there_are_models():
    assert len(MODELS) > 130
    assert len(COUNTED) > 20


@pytest.mark.parametrize("path", COUNTED, ids=lambda path: path.parent.name)
def test_counts_equal_those_of_the_shapes(path):
    made = onnx.load(path)
    constants = {tensor.name for tensor in made.graph.initializer}
    image = next(info for info in made.graph.input if info.name not in constants)
    batch = image.type.tensor_type.shape.dim
    dims = [f"{image.name}.0=1"] if len(batch) > 2 else []
    if dims:
        batch[0].dim_value = 1
        for info in (*made.graph.output, *made.graph.value_info):
            info.type.tensor_type.ClearField("shape")
    assert macs(load_workload(path, dims).bind()) == counted(made)


def test_every_other_model_is_a_network_or_a_sentence():
    outcomes = []
    for path in MODELS:
        try:
            outcomes.append(len(load_workload(path).bind().layers))
        except InputError as error:
            assert str(error).startswith(str(path))
            outcomes.append(0)
    assert sum(outcome > 0 for outcome in outcomes) >= 80
