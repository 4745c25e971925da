"""Errors of a product in a sweep: beside other figures, the same as the command tells, files and words checked."""

from pathlib import Path

import numpy as np
import pytest

from simulator.base.errors import InputError
from simulator.chip.reader import load_chip
from simulator.functional.product import Wanted, product
from simulator.report.sweep_plots import label
from simulator.study.accuracy import Asked, accuracy
from simulator.study.pareto import sign
from simulator.study.points import Answer, Task, figures, inputs
from simulator.study.sweep import read_sweep

ROOT = Path(__file__).parents[2]
CHIP = ROOT / "chip_configs" / "ibm14nm.yaml"
QUICK = "product.vectors: 20, product.instances: 2, product.size: 40x12"


def answers(folder: Path, more: str, axis: str = "tile.adc.bits: [5, 8]") -> list[Answer]:
    return [figures(Task(point)) for point in read_sweep(file_of(folder, more, axis)).points]


def file_of(folder: Path, more: str, axis: str = "tile.adc.bits: [5, 8]") -> Path:
    path = folder / "sweep.yaml"
    network = folder / "net.yaml"
    network.write_text("""
name: net
layers:
  input: {kind: input, shape: [16]}
  out: {kind: linear, input: input, width: 4}
""")
    path.write_text(f"chips: [{CHIP}]\nworkloads: [net.yaml]\nset: {{{more}}}\naxes: [{{{axis}}}]\n")
    return path


def test_errors_are_those_of_the_command(tmp_path: Path) -> None:
    five, eight = answers(tmp_path, f"{QUICK}, product.after: 1 day, product.seed: 3")
    data = product(Wanted(size=(40, 12), vectors=20, seed=3), (256, 256))
    row = accuracy(load_chip(CHIP), data, Asked([86400.0], 2, 3, budget=False)).times[0]
    told = eight.figures
    assert told["error_percent"] == (pytest.approx(100 * row.interval("raw").mean, rel=1e-11), "%")
    assert told["error_half_percent"][0] == pytest.approx(100 * row.interval("raw").half, rel=1e-11)
    assert told["snr_db"] == (pytest.approx(row.interval("snr").mean, rel=1e-11), "dB")
    assert told["saturated"] == (row.clipped, "1")
    assert five.figures["error_percent"][0] > told["error_percent"][0]
    assert {"first_latency_ns", "die_area_mm2"} <= set(told)
    assert (sign("%"), sign("dB"), sign("bit")) == (-1, 1, 1)


def test_time_since_writing_can_be_swept(tmp_path: Path) -> None:
    early, late = answers(tmp_path, QUICK, "product.after: [1 s, 1 year]")
    assert late.figures["error_percent"][0] > early.figures["error_percent"][0]


def test_without_a_product_there_are_no_errors(tmp_path: Path) -> None:
    assert "error_percent" not in answers(tmp_path, "requests.count: 1")[0].figures


def test_a_matrix_of_a_file_is_part_of_what_a_point_is(tmp_path: Path) -> None:
    """Paths are the sweep file's; another content is another point."""
    np.save(tmp_path / "w.npy", np.eye(8))
    more = "product.matrix: w.npy, product.vectors: 4, product.instances: 2"
    keys = []
    for values in (np.eye(8), np.ones((8, 8))):
        np.save(tmp_path / "w.npy", values)
        point = read_sweep(file_of(tmp_path, more)).points[0]
        from simulator.study import points

        points._content.cache_clear()
        keys.append(inputs(point).key)
        assert figures(Task(point)).figures["error_percent"][0] > 0
    assert keys[0] != keys[1]


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("product.size", "40", "must be rows x columns"),
        ("product.after", "1 V", "must be a time"),
        ("product.after", "1s,2s", "must be one time"),
        ("product.instances", "0", "must be a whole number, at least 1"),
        ("product.vectors", "many", "must be a whole number, at least 1"),
        ("product.matrix", "none.npy", "or a file that exists"),
        ("product.colour", "red", "no such field"),
    ],
)
def test_wrong_words_are_told_before_anything_runs(tmp_path: Path, field: str, value: str, rule: str) -> None:
    with pytest.raises(InputError) as told:
        read_sweep(file_of(tmp_path, f"{field}: '{value}'" if not value.isdigit() else f"{field}: {value}"))
    assert rule in str(told.value)
    assert field in str(told.value)


def test_a_chip_without_device_data_is_a_point_that_fails(tmp_path: Path) -> None:
    point = read_sweep(file_of(tmp_path, f"{QUICK}, accuracy: null")).points[0]
    with pytest.raises(InputError, match="says nothing of devices"):
        figures(Task(point))


def test_axes_of_plots_tell_units_once() -> None:
    units = {"error_percent": "%", "snr_db": "dB", "enob": "bit", "first_latency_ns": "ns"}
    assert [label(name, units) for name in units] == [
        "error [%]",
        "SNR [dB]",
        "ENOB [bit]",
        "first latency [ns]",
    ]
