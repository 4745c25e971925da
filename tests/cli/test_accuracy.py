"""``simulator accuracy``: answers, files, refusals."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

Call = Any
ROOT = Path(__file__).parents[2]
QUICK = ("--vectors", "20", "--instances", "2", "--size", "40x12", "--after", "1s,1day")


def test_it_answers_and_writes(call: Call, chip: Path) -> None:
    done = call("accuracy", chip, *QUICK)
    assert done.exit_code == 0, done.stderr
    for part in ("after", "alone, 1 s", "without, 1 day", "programming instances say little", "520 ns"):
        assert part in done.stdout
    folder = Path("results/accuracy-ibm14nm-random_40x12")
    assert sorted(path.name for path in folder.iterdir()) == [
        "accuracy.png", "accuracy.svg", "budget.csv", "chip.yaml", "columns.csv", "errors.csv", "summary.json",
    ]  # fmt: skip


def test_same_seed_same_bytes_and_the_written_chip_gives_them_too(call: Call, chip: Path) -> None:
    assert call("accuracy", chip, *QUICK, "-o", "a").exit_code == 0
    assert call("accuracy", "a/chip.yaml", *QUICK, "-o", "b").exit_code == 0
    for path in Path("a").iterdir():
        assert path.read_bytes() == (Path("b") / path.name).read_bytes(), path.name


def test_one_field_moves_error_time_and_energy(call: Call, chip: Path) -> None:
    def told(*settings: str) -> Any:
        options = [part for setting in settings for part in ("--set", setting)]
        done = call("accuracy", chip, *QUICK, "--no-budget", "--json", "--no-plots", *options)
        return json.loads(done.stdout)

    eight, five = told("accuracy.devices.2=ideal"), told("accuracy.devices.2=ideal", "tile.adc.bits=5")
    assert five["times"][0]["raw"] > 4 * eight["times"][0]["raw"]
    two, one = told(), told("tile.crossbar.devices_per_weight=2")
    assert (two["device"], one["device"]) == ("hermes-two-device", "hermes-one-device")
    assert one["times"][0]["raw"] > two["times"][0]["raw"]
    assert one["cost"]["mvm_pj"] < two["cost"]["mvm_pj"]
    assert one["cost"]["macro_mm2"] < two["cost"]["macro_mm2"]


def test_files_are_read_and_nothing_is_unpickled(call: Call, chip: Path) -> None:
    np.save("w.npy", np.eye(8) * 3)
    np.save("x.npy", np.ones((4, 8)))
    done = call(
        "accuracy", chip, "--matrix", "w.npy", "--inputs", "x.npy", "--json", *QUICK[2:4], "--no-budget"
    )
    assert json.loads(done.stdout)["product"] == {"name": "w", "shape": [8, 8], "vectors": 4}
    np.save("objects.npy", np.array([{}], object), allow_pickle=True)
    done = call("accuracy", chip, "--matrix", "objects.npy")
    assert (done.exit_code, "is no file of numbers in the format .npy" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--matrix", "none.npy"], "none.npy: no such file"),
        (["--matrix", "nan.npy"], "must be finite; 1 of 6 are NaN or infinite"),
        (["--matrix", "flat.npy"], "must be a matrix, got (3,)"),
        (["--matrix", "text.npy"], "must be real numbers"),
        (["--inputs", "flat.npy"], "must have shape (vectors, 256)"),
        (["--size", "0x4"], "must be rows x columns"),
        (["--after", "1 V"], "--after: must be a time"),
        (["--after", "400000 year"], "must be from 0 s to 300 years"),
        (["--set", "accuracy=null"], "says nothing of devices"),
        (["--set", "accuracy.devices.2=hermes"], "accuracy.devices.2: is not a device model, got 'hermes'"),
        (["--set", "accuracy.devices.2=rram-wan", "--set", "accuracy.g_max=20 uS"], "must be 40 uS"),
        (["--set", "tile.crossbar.devices_per_weight=3"], "must be 1 (beside a reference column) or even"),
        (["--set", "tile.crossbar.devices_per_weight=8"], "has a model for 1, 2 devices a polarity, not for 4"),
        (["--set", "accuracy.wires={topology: woven}"], "must be"),
        (["--set", "accuracy.colour=red"], "accuracy.colour: is not a known key"),
        (["--size", "5000x300000"], "must be rows x columns"),
    ],
)  # fmt: skip
def test_wrong_input_is_told(call: Call, chip: Path, options: list[str], message: str) -> None:
    bad = np.ones((2, 3))
    bad[0, 0] = np.nan
    np.save("nan.npy", bad)
    np.save("flat.npy", np.ones(3))
    np.save("text.npy", np.array([["a"]]))
    done = call("accuracy", chip, *options)
    told = " ".join(done.stderr.split())
    assert (done.exit_code, message in told) == (2, True), told


def test_saturation_is_a_loud_warning(call: Call, chip: Path) -> None:
    done = call("accuracy", chip, *QUICK, "--set", "accuracy.converter_range=granular", "--no-budget")
    assert re.search(r"! \d+\.\d% of conversions saturate", done.stdout)


def test_saturation_is_told_of_a_sweep(call: Call, chip: Path, network: Path) -> None:
    product = "product.size: 40x12, product.vectors: 20, product.instances: 2"
    text = f"chips: [{chip}]\nworkloads: [{network}]\nset: {{{product}}}\n"
    Path("s.yaml").write_text(
        text + "axes: [{accuracy.converter_range: [calibrated, granular]}]\nplots: []\n"
    )
    done = call("sweep", "s.yaml", "--no-plots", "-j", "1")
    assert done.exit_code == 0, done.stderr
    assert "! 1 of 2 points: more than 1% of conversions saturate" in done.stdout


def test_the_examples_of_the_page_run(call: Call, tmp_path: Path) -> None:
    (tmp_path / "chip_configs").symlink_to(ROOT / "chip_configs")
    (tmp_path / "workloads").symlink_to(ROOT / "workloads")
    page = (ROOT / "docs" / "accuracy.md").read_text()
    for name, content in re.findall(r"`([\w-]+\.yaml)`:\n\n```yaml\n(.*?)```", page, re.DOTALL):
        (tmp_path / name).write_text(content)
    commands = re.findall(r"^\.venv/bin/python -m simulator (.*)$", page, re.MULTILINE)
    assert len(commands) == 6
    light = {
        "accuracy": ("--vectors", "16", "--instances", "2", "--no-plots", "--no-budget"),
        "run": ("--no-plots", "--instances", "1", "--count", "1"),
        "sweep": ("--no-plots",),
    }
    for command in commands:
        done = call(*shlex.split(command), *light[command.split()[0]])
        assert done.exit_code == 0, (command, done.stderr)
    table = pd.read_csv("results/sweep-exact/sweep.csv")
    assert list(table["status"]) == ["unmet", "ok", "ok", "ok"]
