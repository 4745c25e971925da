"""The zoo: files are what scripts/zoo.py writes, and count what was published."""

import sys
from pathlib import Path

import pytest

from simulator.workload.experts import active_macs
from simulator.workload.reader import load_workload

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from zoo import ZOO  # noqa: E402

TIED = {"gpt2_small": 50257 * 768, "gpt2_xl": 50257 * 1600}
"""Weights that a model uses twice and that are on the chip as a matrix of its own."""

PARAMETERS = {
    "resnet18": 11_689_512,  # torchvision's models, as for the next four
    "resnet50": 25_557_032,
    "vgg16": 138_357_544,
    "mobilenet_v2": 3_504_872,
    "resnet20_cifar10": 272_474,  # with 1 x 1 convolutions on shortcuts; 0.27 M in the paper
    "mnist_cnn7": 23_170,  # 23,176 (Wan 2022) with a threshold for each of six activations
    "rbm_mnist": 794 * 120 + 794 + 120,
    "ds_cnn_kws": 23_756,  # trainable ones of the reference model of MLPerf Tiny
    "bert_base": 109_482_240,  # the authors' checkpoints, as published with Transformers
    "bert_large": 335_141_888,
    "bert_base_merged": 109_482_240,
    "bert_large_merged": 335_141_888,
    "resnet32_cifar10": 464_154,  # 0.46 M in He et al., Table 6; in full from public implementations of option A
    "gpt2_small": 124_439_808,
    "gpt2_xl": 1_557_611_200,
    "llama2_7b": 6_738_415_616,
    "llama3_8b": 8_030_261_248,
    "mixtral_8x7b": 46_702_792_704,
    **{f"moe_{w}": 2 * 1024 * w + 3 * (68 * w * w + 12 * w) for w in (512, 768)},  # own arithmetic
    "decoder_512": 2 * 1024 * 512 + 3 * (12 * 512 * 512 + 4 * 512),  # own arithmetic
    "experts_1024": 128 * (1024 + 2 * 1024 * 4096),  # own arithmetic
    "rnn_t_decoder": (252 + 320) * 1280
    + 640 * 1280
    + 2 * 1280,  # own arithmetic: 28 and 320 x 1280 are published
    "albert_layer": 7_087_872,  # ALBERT-base without embeddings and pooler: 7.08 M on the chip (Chen 2025)
    "kws_fc": 1024 * 512 + 512 * 512 + 512 * 12,  # own arithmetic: only inputs, words and tiles are published
}

MACS = {
    "resnet18": 1.814e9,  # torchvision: 1.81, 4.09, 15.47 and 0.30 GFLOPS, there multiply-accumulates
    "resnet50": 4.089e9,
    "vgg16": 15.47e9,
    "mobilenet_v2": 0.3008e9,
    "resnet32_cifar10": 68.86e6,  # 69 M in public implementations
    "ds_cnn_kws": 2.657e6,  # MLPerf Tiny: 2.7 M
}

EXACT = {
    "matmul64_random": 262_144,  # multiplications of a 64 x 64 by 64 x 64 product (Sharma 2024)
    "matmul64_symmetric": 262_144,
    "matmul64_doubly_stochastic": 262_144,
    "dft32": 4 * 32 * 32,  # a complex product is four real ones
    "dft64": 2 * 64 * 64,
    "speech_lstm": 4 * (49 * 4 * (40 + 112) * 112 + 112 * 12),
    "rbm_mnist": 10 * 2 * 794 * 120,
    "image_reconstruction": 26_256 * 64 * 64,  # steps per plane (Sharma 2024)
}
"""Multiply-accumulates."""

MILLIONS = {"rnn_t": 45, "rnn_t_folded": 44, "vgg8": 13}
"""Weights in millions: 45 (Ambrogio 2023), of which 0.7 digital and 1.15 M entries of copies; 13 (layer table of
DNN+NeuroSim)."""


@pytest.mark.parametrize("name", ZOO)
def test_a_file_is_what_the_script_writes(name: str) -> None:
    assert (ROOT / "workloads" / f"{name}.yaml").read_text(encoding="utf-8") == ZOO[name]().text()


@pytest.mark.parametrize("name", ZOO)
def test_counts_are_those_published(name: str) -> None:
    graph = load_workload(ROOT / "workloads" / f"{name}.yaml").bind()
    if name in PARAMETERS:
        assert sum(layer.parameters for layer in graph.layers) - TIED.get(name, 0) == PARAMETERS[name]
    if name in MACS:
        assert graph.macs == pytest.approx(MACS[name], rel=1e-3)
    if name in MILLIONS:
        assert round(graph.weights / 1e6) == MILLIONS[name]
    assert graph.macs == EXACT.get(name, graph.macs)
    assert name in {*PARAMETERS, *MACS, *MILLIONS, *EXACT}


def test_a_token_uses_a_part_of_the_mixture() -> None:
    """Published: 12.9 G of 46.7 G parameters; each is used once but for the words' table and the norms."""
    graph = load_workload(ROOT / "workloads" / "mixtral_8x7b.yaml").bind(1)
    assert active_macs(graph) == 32 * (41_943_040 + 32_768 + 2 * 3 * 4096 * 14336) + 4096 * 32000
    assert round((active_macs(graph) + 4096 * 32000 + 65 * 4096) / 1e9, 1) == 12.9


@pytest.mark.parametrize(("name", "length"), [("bert_base", 128), ("bert_base", 512), ("gpt2_small", 1024)])
def test_products_of_attention(name: str, length: int) -> None:
    """Scores and sums over 12 layers of width 768; a decoder looks at the past alone."""
    graph = load_workload(ROOT / "workloads" / f"{name}.yaml").bind(length)
    met = length * length if name == "bert_base" else length * (length + 1) // 2
    assert graph.products == 2 * 12 * 768 * met
