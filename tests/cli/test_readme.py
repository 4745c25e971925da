"""The README's examples run as they stand."""

import re
import shlex
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

Call = Any
ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PROGRAM = ".venv/bin/python -m simulator "
COMMANDS = [
    line.removeprefix(PROGRAM)
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.startswith(PROGRAM)
]


@pytest.mark.long
def test_every_example_runs_in_order(call: Call, tmp_path: Path) -> None:
    for folder in ("chip_configs", "workloads"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    (network,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "mine.yaml").write_text(network)
    light = Path(find_spec("onnx").submodule_search_locations[0]) / "backend" / "test" / "data" / "light"
    (tmp_path / "model.onnx").symlink_to(light / "light_squeezenet.onnx")
    assert len(COMMANDS) == 10
    for command in COMMANDS:
        done = call(*shlex.split(command), *(["--no-plots"] if command.startswith("run") else []))
        told = "MACs mapped / MACs in the model:" if "workload model.onnx" in command else ""
        assert done.exit_code == 0, command
        assert done.stderr.startswith(told) if told else not done.stderr, command
    assert sorted(path.name for path in Path("results").iterdir()) == [
        "ibm14nm-mine",
        "ibm14nm-ptb_char_lstm",
        "ibm14nm-resnet9_cifar10",
        "ibm14nm_large-gpt2_small",
        "ibm14nm_large-model",
    ]


def test_the_readme_names_every_command(call: Call) -> None:
    listed = re.findall(r"^  (\w+) ", call("--help").stdout.partition("Commands:")[2], re.MULTILINE)
    assert len(listed) >= 6
    missing = [name for name in listed if f"| `{name}" not in README]
    assert missing == []


def test_the_readme_names_every_file_of_a_results_folder(call: Call, chip: Path, network: Path) -> None:
    assert call("run", chip, "-w", network, "--out", "r").exit_code == 0
    missing = [path.name for path in Path("r").iterdir() if path.stem not in README]
    assert missing == []


def test_what_the_readme_points_to_exists() -> None:
    named = re.findall(r"`((?:docs|chip_configs|workloads)/[\w./-]+)`", README)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []
