"""Figures of docs/mapping.md are those of the code."""

from pathlib import Path

from convnets import resnet, vgg19

from simulator.chip.reader import load_chip
from simulator.chip.resolve import resolve
from simulator.mapping.lower.lower import lower
from simulator.mapping.plan import map_workload
from simulator.mapping.split import split
from simulator.measure.bounds import bounds
from simulator.program.form import Inference
from simulator.workload.graph import Layer, Matrix
from simulator.workload.reader import load_workload

ROOT = Path(__file__).parents[2]
PAGE = " ".join((ROOT / "docs" / "mapping.md").read_text().split())
LARGE = resolve(load_chip(ROOT / "chip_configs" / "ibm14nm_large.yaml").chip)


def test_segments_of_resnet20_on_neurram() -> None:
    chip = load_chip(ROOT / "chip_configs" / "neurram.yaml").chip
    graph = load_workload(ROOT / "workloads" / "resnet20_cifar10.yaml").bind()
    one, two = (map_workload(graph, resolve(chip, chips)) for chips in (1, 2))
    assert (
        f"the {one.segments} segments of ResNet-20 share {len(one.tiles)} of its 48 cores or, with `--chips 2`, have "
        f"one each"
    ) in PAGE
    assert len(two.tiles) == two.segments


def test_what_sharing_tiles_gives_and_costs() -> None:
    graph = load_workload(ROOT / "workloads" / "mobilenet_v2.yaml").bind()
    tiles, limit = [], []
    for share in (True, False):
        mapping = map_workload(graph, LARGE, share=share)
        tiles.append(len(mapping.tiles))
        limit.append(bounds(lower(mapping, [graph], [Inference()]))[0].interval)
    assert (
        f"MobileNetV2 takes {tiles[0]} instead of {tiles[1]} tiles of the large chip, and its interval"
        in PAGE
    )
    assert round(limit[0] / limit[1], 1) == 2.0


def test_sizes_on_the_large_chip() -> None:
    for graph, name in ((resnet(50), "ResNet-50 takes"), (vgg19(), "VGG-19")):
        assert f"{name} {len(map_workload(graph, LARGE).tiles):,}" in PAGE


def test_blocks_of_a_depthwise_convolution() -> None:
    layer = Layer("dw", "conv2d", (), (1,), 28, (Matrix("weights", 9 * 28, 28, blocks=28),))
    assert len(split(layer, 256, 256)) == 1
    wider = Layer("dw", "conv2d", (), (1,), 29, (Matrix("weights", 9 * 29, 29, blocks=29),))
    assert len(split(wider, 256, 256)) == 2
    assert "28 blocks of 9 x 1 for a depthwise 3 x 3 on 256 rows" in PAGE
