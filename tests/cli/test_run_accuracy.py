"""``simulator run --accuracy``: the numbers beside latency, energy and area, on the same tiles and clock."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from simulator.workload.matrices import entries

Call = Any
QUICK = ("--accuracy", "--instances", "2", "--no-plots")


def names(call: Call, chip: Path, network: Path) -> list[str]:
    """Names of the network's matrices, as the message about a missing one tells them."""
    np.savez("none.npz", **{"nothing": np.ones(1)})
    done = call("run", chip, "-w", network, *QUICK, "--weights", "none.npz")
    return done.stderr.split("Known: ")[1].strip().split(", ")


def test_layers_are_told_beside_all_else(call: Call, chip: Path, network: Path) -> None:
    done = call("run", chip, "-w", network, *QUICK, "--after", "1day", "-o", "r")
    assert done.exit_code == 0, done.stderr
    told = " ".join(done.stdout.split())
    for part in ("Accuracy, 1 day after writing", "conv", "dense", "Measuring all gains", "What limits"):
        assert part in told
    found = json.loads(Path("r/summary.json").read_text())["accuracy"]
    with Path("r/accuracy.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [row["layer"] for row in rows] == [row["layer"] for row in found["layers"]] == ["conv", "dense"]
    assert all(0.05 < row["error"] < 0.3 for row in found["layers"])


def test_age_is_the_clock_s(call: Call, chip: Path, network: Path) -> None:
    """The second layer runs later than the first, by microseconds, and later still after the host's latency."""
    done = call("run", chip, "-w", network, *QUICK, "--json")
    conv, dense = (row["age_s"] for row in json.loads(done.stdout)["accuracy"]["layers"])
    slow = call("run", chip, "-w", network, *QUICK, "--json", "--set", "host.latency=1 ms")
    late = [row["age_s"] for row in json.loads(slow.stdout)["accuracy"]["layers"]]
    assert 0 < conv < dense < 1e-3
    assert late[1] - dense == pytest.approx(1e-3 - 1e-6, rel=1e-9)


def test_without_it_nothing_is_told(call: Call, chip: Path, network: Path) -> None:
    done = call("run", chip, "-w", network, "--no-plots", "--json", "-o", "r")
    assert "accuracy" not in json.loads(done.stdout)
    assert not Path("r/accuracy.csv").exists()


def test_weights_of_a_file_are_used(call: Call, chip: Path, network: Path) -> None:
    """Integer weights on an ideal chip: what is left is rounding of inputs, converters and sums."""
    conv, dense = names(call, chip, network)
    source = np.random.default_rng(0)
    np.savez("w.npz", **{conv: source.normal(size=(27, 40)), dense: np.ones((640, 10))})
    ideal = ("--set", "accuracy.devices.2=ideal")
    done = call("run", chip, "-w", network, *QUICK, *ideal, "--weights", "w.npz", "--json")
    own = json.loads(done.stdout)["accuracy"]
    drawn = json.loads(call("run", chip, "-w", network, *QUICK, *ideal, "--json").stdout)["accuracy"]
    assert own["data"].startswith("weights of w.npz")
    assert own["layers"][1]["error"] != drawn["layers"][1]["error"]
    assert own["layers"][0]["error"] < 0.05


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"drop": 1}, "holds no weights of shape (640, 10) for it"),
        ({"shape": (640, 9)}, "must have shape (640, 10), got (640, 9)"),
        ({"value": np.nan}, "must be finite; 1 of 6400 are NaN or infinite"),
        ({"value": np.inf}, "must be finite; 1 of 6400 are NaN or infinite"),
        ({"text": True}, "must be real numbers"),
    ],
)
def test_wrong_weights_are_told(
    call: Call, chip: Path, network: Path, change: dict[str, Any], message: str
) -> None:
    conv, dense = names(call, chip, network)
    held = {conv: np.ones((27, 40)), dense: np.ones(change.get("shape", (640, 10)))}
    if "value" in change:
        held[dense][3, 3] = change["value"]
    if "text" in change:
        held[dense] = np.full((640, 10), "a")
    if "drop" in change:
        del held[dense]
    np.savez("w.npz", **held)
    done = call("run", chip, "-w", network, *QUICK, "--weights", "w.npz")
    told = " ".join(done.stderr.split())
    assert (done.exit_code, message in told, dense in told) == (2, True, True), told


def test_no_device_data_and_no_archive_are_told(call: Call, chip: Path, network: Path) -> None:
    done = call("run", chip, "-w", network, *QUICK, "--set", "accuracy=null")
    assert (done.exit_code, "says nothing of devices" in done.stderr) == (2, True)
    Path("w.npz").write_bytes(b"nothing")
    done = call("run", chip, "-w", network, *QUICK, "--weights", "w.npz")
    assert (done.exit_code, "is no archive of numbers in the format .npz" in done.stderr) == (2, True)
    assert not Path("results").exists()


def test_recurrent_layers_tell_their_hidden_values(call: Call, chip: Path, tmp_path: Path) -> None:
    """Without errors of devices the tables of the global unit remain."""
    path = tmp_path / "recurrent.yaml"
    path.write_text("""
name: recurrent
sequence: {length: 3}
layers:
  words: {kind: input, shape: [8], sequence: true}
  cell: {kind: lstm, input: words, hidden: 12}
  out: {kind: linear, input: cell, width: 5}
""")
    done = call("run", chip, "-w", path, *QUICK, "--json")
    cell, out = json.loads(done.stdout)["accuracy"]["layers"]
    assert out["error_hidden"] is None
    ideal = call("run", chip, "-w", path, *QUICK, "--json", "--set", "accuracy.devices.2=ideal")
    assert (
        0.005 < json.loads(ideal.stdout)["accuracy"]["layers"][0]["error_hidden"] < cell["error_hidden"] < 0.3
    )


def written(path: Path, *weights: np.ndarray | None) -> Path:
    """A model of two matrix products; ``None``: an initial value without values."""
    nodes = [
        helper.make_node("MatMul", ["x", "w1"], ["h"], name="first"),
        helper.make_node("MatMul", ["h", "w2"], ["y"], name="second"),
    ]
    shapes = {"w1": (8, 12), "w2": (12, 4)}
    tensors = []
    for (name, shape), values in zip(shapes.items(), weights, strict=True):
        empty = onnx.TensorProto(name=name, data_type=1, dims=shape)
        tensors.append(empty if values is None else numpy_helper.from_array(values.astype(np.float32), name))
    info = helper.make_tensor_value_info
    graph = helper.make_graph(nodes, "net", [info("x", 1, [1, 8])], [info("y", 1, [1, 4])], tensors)
    path.write_bytes(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)]).SerializeToString()
    )
    return path


def test_a_model_s_own_weights_are_taken(call: Call, chip: Path, tmp_path: Path) -> None:
    """What the same numbers give as a file; drawn ones give something else."""
    source = np.random.default_rng(0)
    first, second = source.uniform(-1, 1, (8, 12)), source.uniform(-1, 1, (12, 4))
    path = written(tmp_path / "net.onnx", first, second)
    archive = {"first.weights": np.float32(first), "second.weights": np.float32(second)}
    np.savez(tmp_path / "w.npz", **archive)

    def told(*options: object) -> Any:
        done = call("run", chip, "-w", path, *QUICK, "--json", *options)
        assert done.exit_code == 0, done.stderr
        return json.loads(done.stdout)["accuracy"]

    own, given, drawn = told(), told("--weights", "w.npz"), told("--weights", "random")
    assert own["data"].startswith("weights of the model; ")
    assert given["data"].startswith("weights of w.npz; ")
    assert drawn["data"].startswith("weights normal, deviation 1/3")
    assert own["layers"] == given["layers"] != drawn["layers"]


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        ([None, np.ones((12, 4))], "first.weights (initialiser w1): the file has no values for it"),
        ([np.ones((8, 12)), np.full((12, 4), np.nan)], "second.weights: must be finite; 48 of 48 are NaN"),
        ([np.full((8, 12), np.inf), np.ones((12, 4))], "first.weights: must be finite; 96 of 96 are NaN"),
    ],
)
def test_a_model_without_its_weights_is_told(
    call: Call, chip: Path, tmp_path: Path, weights: list[np.ndarray | None], message: str
) -> None:
    path = written(tmp_path / "net.onnx", *weights)
    done = call("run", chip, "-w", path, *QUICK)
    told = " ".join(done.stderr.split())
    assert (done.exit_code, message in told) == (2, True), told
    assert "--weights random" in told
    assert call("run", chip, "-w", path, *QUICK, "--weights", "random").exit_code == 0


WRITING = "programming={row_time: 1 us, tiles: 1, energy: 8 pJ, endurance: 1000}"
ONE = ("--reload", "--set", "grid.rows=1", "--set", "grid.columns=1", "--set", "global_digital=null")


def reloading(call: Call, chip: Path, tmp_path: Path, *options: str) -> Any:
    """Two layers of 200 rows that take turns on one tile."""
    path = tmp_path / "turns.yaml"
    path.write_text("""
name: turns
layers:
  x: {kind: input, shape: [200]}
  one: {kind: linear, input: x, width: 200}
  two: {kind: linear, input: one, width: 200}
""")
    done = call("run", chip, "-w", path, *QUICK, *ONE, "--set", WRITING, "--json", *options)
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)["accuracy"]


def test_a_tile_written_in_the_run_is_as_old_as_its_writing(call: Call, chip: Path, tmp_path: Path) -> None:
    """One row after the other, 200 us; the first MVM follows at once, however long before the chip was written."""
    found = reloading(call, chip, tmp_path, "--after", "30day", "--count", "2")
    ages = [row["age_s"] for row in found["layers"]]
    assert all(0 < age < 1e-5 for age in ages)
    assert found["warnings"] == ["no gains are measured of 2 layers that are written during the run"]
    assert found["compensation"]["time_ns"] == 0


def test_what_is_on_the_tile_in_turn_has_errors_of_its_own(call: Call, chip: Path, tmp_path: Path) -> None:
    """Two writings of one tile: the same stuck devices, other errors of writing."""
    one, two = (row["error"] for row in reloading(call, chip, tmp_path)["layers"])
    assert one == pytest.approx(two, rel=0.2)
    assert one != two


def test_no_device_data_is_told_before_the_run(
    call: Call, chip: Path, network: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.cli.job.simulate", lambda *given, **named: pytest.fail("was run"))
    done = call("run", chip, "-w", network, *QUICK, "--set", "accuracy=null")
    assert (done.exit_code, "says nothing of devices" in done.stderr) == (2, True)


def test_a_matrix_that_the_workload_names_is_the_one_that_is_written(
    call: Call, chip: Path, tmp_path: Path
) -> None:
    path = tmp_path / "dft.yaml"
    path.write_text("""
name: dft
layers:
  x: {kind: input, shape: [32]}
  y: {kind: linear, input: x, width: 32, entries: cosine}
""")
    own = json.loads(call("run", chip, "-w", path, *QUICK, "--json").stdout)["accuracy"]
    assert own["data"].startswith("weights as the workload says; ")
    np.savez("w.npz", **{"y.weights": entries("cosine", 32, 32)})
    given = json.loads(call("run", chip, "-w", path, *QUICK, "--json", "--weights", "w.npz").stdout)
    assert own["layers"] == given["accuracy"]["layers"]
