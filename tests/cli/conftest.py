"""A small network and a way to call the command line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from simulator.cli.main import app

ROOT = Path(__file__).parents[2]
CHIP = ROOT / "chip_configs" / "ibm14nm.yaml"
NETWORK = """
name: small
layers:
  image: {kind: input, shape: [3, 4, 4]}
  conv: {kind: conv2d, input: image, channels: 40, kernel: 3, padding: 1}
  flat: {kind: flatten, input: conv}
  dense: {kind: linear, input: flat, width: 10}
"""

Call = Callable[..., Any]


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Runs a command in an empty folder; gives exit_code, stdout, stderr."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def invoke(*arguments: object) -> Any:
        return CliRunner().invoke(app, [str(argument) for argument in arguments])

    return invoke


@pytest.fixture
def chip() -> Path:
    return CHIP


@pytest.fixture
def network(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(NETWORK)
    return path
