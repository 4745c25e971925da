"""Rooflines of digital machines: published arithmetic, and bounds that nothing beats."""

from pathlib import Path

import pytest

from simulator.base.errors import InputError
from simulator.chip.baselines import machines, named
from simulator.measure.baselines import bounds_of
from simulator.trace.trace import Trace, record_trace
from simulator.trace.written import Written, pattern
from simulator.workload.reader import load_workload

ROOT = Path(__file__).parents[2]


def trace(name: str, **written: str) -> Trace:
    return record_trace(load_workload(ROOT / "workloads" / f"{name}.yaml"), pattern(Written(**written), 0))


def peak(name: str, precision: str) -> float:
    return float(machines()[name].peak[precision].magnitude)


def bandwidth(name: str) -> float:
    """Bytes a second."""
    return float(machines()[name].bandwidth.magnitude) / 8


def test_ridge_points() -> None:
    """base.1: multiply-accumulates a byte of weights at which compute and memory limit alike."""
    ridges = {"tpu_v1": ("int8", 1353), "haswell": ("fp32", 12.7), "k80": ("fp32", 8.75)}
    for name, (precision, published) in ridges.items():
        assert peak(name, precision) / bandwidth(name) / 2 == pytest.approx(published, rel=0.01)


TPU_V1 = {  # multiply-accumulates a byte of weights, measured TOPS (Jouppi 2017, Tables 1 and 3)
    "MLP0": (200, 12.3),
    "MLP1": (168, 9.7),
    "LSTM0": (64, 3.7),
    "LSTM1": (96, 2.8),
    "CNN0": (2888, 86.0),
    "CNN1": (1750, 14.1),
}


def test_no_measurement_beats_its_bound() -> None:
    """base.2: the roofline of a TPU v1 and what was measured on it; 15 to 93 % of it were reached."""
    shares = {}
    for name, (intensity, measured) in TPU_V1.items():
        bound = min(peak("tpu_v1", "int8"), 2 * intensity * bandwidth("tpu_v1"))
        shares[name] = measured * 1e12 / bound
    assert max(shares.values()) <= 1
    assert {name: round(100 * share) for name, share in shares.items()} == {
        "MLP0": 90, "MLP1": 85, "LSTM0": 85, "LSTM1": 43, "CNN0": 93, "CNN1": 15,
    }  # fmt: skip


PER_WATT = {
    ("haswell", "fp32"): 0.0090,
    ("haswell", "int8"): 0.0179,
    ("k80", "fp32"): 0.0187,
    ("tpu_v1", "int8"): 1.23,
    ("v100", "fp16"): 0.417,
    ("v100", "int8"): 0.207,
    ("a100", "fp16"): 0.78,
    ("a100", "int8"): 1.56,
    ("h100", "fp16"): 1.41,
    ("h100", "int8"): 2.83,
    ("tpu_v4", "int8"): 1.43,
}


@pytest.mark.parametrize(("name", "precision"), PER_WATT)
def test_operations_a_joule(name: str, precision: str) -> None:
    """base.3"""
    watts = float(machines()[name].power.magnitude) / 1e3
    assert peak(name, precision) / watts / 1e12 == pytest.approx(PER_WATT[name, precision], rel=0.005)


@pytest.mark.parametrize(("length", "published"), [("128", 78.9), ("384", 246.4), ("512", 335.0)])
def test_operations_of_bert_large(length: str, published: float) -> None:
    """base.4: billions of the encoder's operations, and the shortest time on an A100 in half precision."""
    asked = trace("bert_large", length=length)
    graph = asked.graphs[0]
    encoder = 2 * (graph.macs - graph["pooler"].macs + graph.products)
    assert encoder / 1e9 == pytest.approx(published, rel=0.01)
    (_, half) = bounds_of(asked, named("a100"), 64)
    assert half.limit == "compute"
    assert half.each == pytest.approx(64 * encoder / 312e12, rel=0.001)


def test_a_step_is_bound_by_the_slower_of_both() -> None:
    """One image of ResNet-18 reads 11.7 M weights for 1.8 G products: by hand."""
    asked = trace("resnet18")
    graph = asked.graphs[0]
    for batch in (1, 8, 256):
        for row in bounds_of(asked, named("h100,tpu_v1"), batch):
            machine = machines()[row.machine]
            compute = batch * 2 * graph.macs / float(machine.peak[row.precision].magnitude)
            size = {"int8": 1, "fp16": 2}[row.precision] * graph.weights
            memory = size / (float(machine.bandwidth.magnitude) / 8)
            assert row.each == pytest.approx(max(compute, memory), rel=1e-12)
            assert row.limit == ("compute" if compute >= memory else "memory")
            watts = float(machine.power.magnitude) / 1e3
            assert row.energy == pytest.approx(row.each * watts / batch, rel=1e-12)


def test_tokens_read_all_weights_once_a_step_and_every_key_and_value() -> None:
    asked = trace("gpt2_small", prompt_length="64", output_length="17")
    graph = asked.graphs[0]
    (one,), (many,) = (bounds_of(asked, named("tpu_v1"), batch) for batch in (1, 32))
    context = 64 + 15 / 2
    cached = 2 * 12 * 768 * (context + 1)
    assert one.each == pytest.approx((graph.weights + cached) / 34e9, rel=1e-9)
    assert many.each == pytest.approx((graph.weights + 32 * cached) / 34e9, rel=1e-9)
    assert many.rate > one.rate
    assert one.first >= graph.weights / 34e9


def test_what_does_not_fit_takes_several() -> None:
    asked = trace("mixtral_8x7b", prompt_length="100", output_length="10")
    rows = {row.precision: row for row in bounds_of(asked, named("a100"), 1)}
    assert {name: row.machines for name, row in rows.items()} == {"int8": 2, "fp16": 3}
    assert rows["fp16"].area == 3 * 826


def test_unknown_machines() -> None:
    with pytest.raises(InputError, match="--against: must be among haswell, k80"):
        named("a100,h10")
