"""The shipped networks have the counts that their makers published (Le Gallo et al., arXiv:2212.02872v1)."""

from pathlib import Path

import pytest

from simulator.workload.graph import Graph
from simulator.workload.reader import load_workload

FOLDER = Path(__file__).parents[2] / "workloads"


def graph(name: str) -> Graph:
    return load_workload(FOLDER / f"{name}.yaml").bind()


def test_resnet9_matrices_positions_and_macs():
    resnet = graph("resnet9_cifar10")
    rows = [(layer.name, layer.matrices[0].rows, layer.width, layer.positions) for layer in resnet.mapped]
    assert rows == [
        ("conv0", 27, 56, 1024),
        ("conv1", 504, 112, 1024),
        ("conv2", 1008, 112, 256),
        ("conv3", 1008, 112, 256),
        ("conv4", 1008, 224, 256),
        ("conv5", 2016, 224, 64),
        ("conv6", 2016, 224, 16),
        ("conv7", 2016, 224, 16),
        ("dense", 224, 10, 1),
    ]
    published = [1.55e6, 57.8e6, 28.9e6, 28.9e6, 57.8e6, 28.9e6, 7.2e6, 7.2e6, 2.2e3]
    assert [layer.macs for layer in resnet.mapped] == pytest.approx(published, rel=0.02)
    assert resnet.macs == pytest.approx(218.3e6, rel=1e-3)
    assert sum(layer.positions for layer in resnet.mapped) == 2913


def test_resnet9_parameters():
    resnet = graph("resnet9_cifar10")
    assert resnet.weights == 1_866_536
    assert sum(layer.parameters for layer in resnet.layers) == 1_869_122
    assert resnet["dense"].parameters - resnet["dense"].weights == 10


def test_resnet9_residuals_and_pools():
    resnet = graph("resnet9_cifar10")
    assert [source.layer for source in resnet["add3"].inputs] == ["conv3", "pool1"]
    assert [source.layer for source in resnet["add7"].inputs] == ["conv7", "pool5"]
    grids = {layer.name: layer.grid for layer in resnet.layers if layer.kind == "max_pool2d"}
    assert grids == {"pool1": (16, 16), "pool4": (8, 8), "pool5": (4, 4), "pool7": (1, 1)}
    assert resnet.length is None
    assert resnet.outputs == ("dense",)


@pytest.mark.parametrize(
    ("name", "weights", "biases", "gates", "dense"),
    [
        ("ptb_char_lstm", 1_299_312, 2_066, [(128, 2016, 0), (504, 2016, -1)], (504, 50)),
        ("flickr8k_captioning", 4_080_384, 6_080, [(504, 2016, 0), (504, 2016, -1)], (504, 4064)),
    ],
)
def test_lstm_networks(name, weights, biases, gates, dense):
    network = graph(name)
    assert network.weights == weights
    assert sum(layer.parameters - layer.weights for layer in network.mapped) == biases
    assert [(m.rows, m.columns, m.reads) for m in network["lstm"].matrices] == gates
    assert (network["dense"].matrices[0].rows, network["dense"].width) == dense
    assert network["lstm"].width == 504


def test_captioning_feeds_its_word_to_the_next_step_and_stops_at_24():
    network = graph("flickr8k_captioning")
    assert network.length == 24
    (source,) = network["embedding"].inputs
    assert (source.layer, source.delay) == ("word", 1)
    assert network.outputs == ("word",)
    assert network["embedding"].width == 504
