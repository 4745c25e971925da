"""Topologies that come with the onnx package: every layer has the count that its shapes give, on another code path."""

import onnx
import pytest
from graphs import LIGHT, counted, macs

from simulator.trace.file import read, write
from simulator.trace.pattern import RequestPattern
from simulator.trace.trace import record_trace
from simulator.workload.reader import load_workload

MODELS = sorted(path.name for path in LIGHT.glob("light_*.onnx"))


def test_the_package_brings_the_models_that_were_asked_for():
    asked = "bvlc_alexnet densenet121 inception_v1 inception_v2 resnet50 shufflenet squeezenet vgg19 zfnet512"
    assert {f"light_{name}.onnx" for name in asked.split()} <= set(MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_counts_per_layer_equal_those_of_the_shapes(name):
    workload = load_workload(LIGHT / name)
    graph = workload.bind()
    assert macs(graph) == counted(onnx.load(LIGHT / name))
    assert workload.coverage is not None
    assert workload.coverage.mapped == workload.coverage.macs == graph.macs


@pytest.mark.parametrize(
    ("name", "macs", "parameters"),
    [
        (
            "resnet50",
            4.09e9,
            25.557e6,
        ),  # torchvision, ResNet50_Weights: 4.09 GFLOPS, 25,557,032 parameters
        ("vgg19", 19.6e9, 143.667e6),  # Simonyan and Zisserman 2015, Table 2: 144 million parameters
        ("squeezenet", 0.35e9, 1.235e6),  # Iandola et al. 2016: 1.25 million, version 1.1
    ],
)
def test_published_counts(name, macs, parameters):
    graph = load_workload(LIGHT / f"light_{name}.onnx").bind()
    assert graph.macs == pytest.approx(macs, rel=0.005)
    assert sum(layer.parameters for layer in graph.layers) == pytest.approx(parameters, rel=0.001)


def test_batch_norm_relu_and_sums_fold_into_resnet():
    graph = load_workload(LIGHT / "light_resnet50.onnx").bind()
    kinds = [layer.kind for layer in graph.layers]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {
        **{"input": 1, "conv2d": 53, "add": 16, "max_pool2d": 1},
        **{"average_pool2d": 1, "linear": 1, "normalise": 1},
    }
    convolutions = [layer for layer in graph.layers if layer.kind == "conv2d"]
    assert all(layer.attributes["batch_norm"] for layer in convolutions)
    assert sum(layer.activation == "relu" for layer in graph.layers) == 49


def test_grouped_convolutions_of_shufflenet_are_block_diagonal():
    graph = load_workload(LIGHT / "light_shufflenet.onnx").bind()
    blocks = {layer.matrices[0].blocks for layer in graph.layers if layer.kind == "conv2d"}
    assert {1, 4, 112} <= blocks
    assert "rearrange" not in {
        layer.kind for layer in graph.layers if layer.attributes.get("function") == "transpose"
    }


@pytest.mark.parametrize("name", ["light_densenet121.onnx", "light_inception_v2.onnx"])
def test_a_model_can_be_recorded_as_a_trace(name, tmp_path):
    trace = record_trace(load_workload(LIGHT / name), RequestPattern(count=2))
    write(trace, tmp_path / "t.jsonl")
    assert read(tmp_path / "t.jsonl") == trace
