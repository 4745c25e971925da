"""docs/onnx.md does what it says and names every operator."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest
from graphs import LIGHT, conv_and_attention, model, node, weights
from typer.testing import CliRunner

import simulator.api as simulator
from simulator.base.errors import InputError
from simulator.cli.main import app
from simulator.workload.onnx.library import MAX_NODES
from simulator.workload.onnx.registry import HANDLERS
from simulator.workload.onnx.walk import FAMILIES

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "onnx.md").read_text()
CHIP = ROOT / "chip_configs" / "ibm14nm_large.yaml"
RESNET9 = ROOT / "workloads" / "resnet9_cifar10.yaml"


def call(*words):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    (tmp_path / "chip_configs").symlink_to(ROOT / "chip_configs")
    return tmp_path


def test_the_three_commands_lead_to_a_report(folder):
    (folder / "model.onnx").write_bytes(conv_and_attention().SerializeToString())
    (block,) = re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    told = {}
    for line in block.splitlines():
        words = shlex.split(line)[3:]
        done = call(*words, *(["--no-plots"] if words[0] == "run" else []))
        assert done.exit_code == 0, done.stderr
        told[words[0]] = done
    line = simulator.load_workload("model.onnx").file.coverage.line
    assert "products of two activations: MatMul" in line
    assert " ".join(told["show"].stdout.split()).endswith(line)
    assert told["run"].stderr == told["map"].stderr == f"{line}\n"
    assert (folder / "results" / "ibm14nm_large-model" / "summary.json").is_file()


def test_every_operator_is_on_the_page():
    for family in FAMILIES:
        import_module(f"simulator.workload.onnx.operators.{family}")
    table = PAGE.partition("## What becomes")[2].partition("Chains of")[0]
    assert {op for _, op in HANDLERS} <= set(re.findall(r"\w+", table))
    assert f"{MAX_NODES:,} operators" in PAGE


def test_both_engines_agree_on_a_model(folder):
    (folder / "model.onnx").write_bytes(conv_and_attention().SerializeToString())
    work = simulator.load_workload("model.onnx")
    tables = [simulator.run(CHIP, work, engine=name).metrics for name in ("fast", "simpy")]
    assert tables[0].equals(tables[1])


def test_json_stays_json_and_holds_the_account(folder):
    import json

    shutil.copy(LIGHT / "light_squeezenet.onnx", "net.onnx")
    done = call("show", "net.onnx", "--json")
    coverage = json.loads(done.stdout)["coverage"]
    assert coverage["mapped"] == coverage["macs"] == 349_151_936
    assert call("trace", "record", "net.onnx", "--out", "t.jsonl").exit_code == 0
    assert call("show", "t.jsonl").exit_code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["show", CHIP, "--dim", "n=1"], "--dim: is for ONNX models only"),
        (["show", "net.onnx", "--set", "a=1"], "--set: is for chip files only"),
        (["run", CHIP, "--trace", "t.jsonl", "--dim", "n=1"], "--trace: cannot be combined with --dim"),
        (["run", CHIP, "-w", "net.onnx", "--length", "7"], "has no time steps, so a request has no length"),
    ],
)
def test_options_that_do_not_suit(folder, words, told):
    shutil.copy(LIGHT / "light_squeezenet.onnx", "net.onnx")
    done = call(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr


def test_onnx_is_imported_for_models_only(folder):
    code = (
        "import sys; from simulator.cli.main import app; from simulator.workload.reader import load_workload; "
        f"load_workload(r'{ROOT / 'workloads' / 'resnet9_cifar10.yaml'}'); assert 'onnx' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


SWEEP = """
chips: [{chip}]
workloads: [net.onnx]
axes: [{{{axis}}}]
keep: [first latency]
"""


def swept(axis):
    rows = model([node("MatMul", "x w", "y", name="rows")], {"x": [1, "rows", 64]}, [weights("w", 64, 32)])
    Path("net.onnx").write_bytes(rows.SerializeToString())
    Path("sizes.yaml").write_text(SWEEP.format(chip=CHIP, axis=axis))
    return call("sweep", "sizes.yaml", "--out", "swept")


def test_a_sweep_binds_the_sizes_of_a_model(folder):
    assert swept("dim.rows: [1, 2]").exit_code == 0
    table = pd.read_csv("swept/sweep.csv")
    options = ["--no-plots", "--json"]
    alone = [call("run", CHIP, "-w", "net.onnx", "--dim", f"rows={size}", *options).stdout for size in (1, 2)]
    figures = [json.loads(text)["metrics"]["first_latency_ns"]["value"] for text in alone]
    assert list(table["first_latency_ns"]) == figures
    assert figures[0] < figures[1]


@pytest.mark.parametrize(
    ("axis", "told"),
    [
        ("dim.rows: [0, 1]", "dim.rows: must be a whole number from 1, got 0"),
        ("allow_host: [true, 1]", "allow_host: must be true or false, got 1"),
        (
            "workload.name: [a, b]",
            "net.onnx is an ONNX model, which has no fields to set. Its open sizes are",
        ),
    ],
)
def test_a_sweep_tells_what_cannot_be_said_of_a_model(folder, axis, told):
    done = swept(axis)
    assert (done.exit_code, done.stdout) == (2, "")
    assert told in done.stderr


def test_sizes_are_of_models_only(folder):
    Path("sizes.yaml").write_text(
        SWEEP.format(chip=CHIP, axis="dim.n: [1]").replace("net.onnx", str(RESNET9))
    )
    done = call("sweep", "sizes.yaml")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "dim.n: is for ONNX models only, and no workload is one" in done.stderr


def test_from_python(tmp_path):
    path = tmp_path / "net.onnx"
    path.write_bytes(conv_and_attention().SerializeToString())
    table = simulator.load_workload(path, ["batch=1"]).coverage
    assert table.set_index("operator").loc["Conv", "mapped"] == 8 * 8 * 27 * 16
    with pytest.raises(InputError, match="--dim lot: no such size"):
        simulator.load_workload(path, ["lot=1"])
