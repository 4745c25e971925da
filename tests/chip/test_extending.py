"""docs/extending.md, executed as it stands in a copy of the project."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "extending.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with the page's files in it."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("simulator", "chip_configs", "workloads"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    part, test = blocks("python")
    (folder / "chip_configs" / "mine.yaml").write_text(blocks("yaml")[0], encoding="utf-8")
    (folder / "simulator" / "chip" / "kinds" / "cyclic.py").write_text(part, encoding="utf-8")
    (folder / "tests" / "chip").mkdir(parents=True)
    (folder / "tests" / "chip" / "test_cyclic.py").write_text(test, encoding="utf-8")
    return folder


def called(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env={"PYTHONPATH": str(folder)}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


@pytest.mark.parametrize("line", [line for block in blocks("sh") for line in block.splitlines()])
def test_commands_work(copy: Path, line: str) -> None:
    words = shlex.split(line)
    done = called(copy, *words[1:])
    assert done.returncode == 0, done.stderr


def test_the_parts_own_test_passes(copy: Path) -> None:
    done = called(copy, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/chip/test_cyclic.py")
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def test_schema_and_messages_know_the_part(copy: Path) -> None:
    assert '"cyclic"' in called(copy, "-m", "simulator", "schema", "chip").stdout
    wrong = called(
        copy, "-m", "simulator", "show", "chip_configs/ibm14nm.yaml", "--set", "tile.adc.kind=cyclc"
    )
    assert "got 'cyclc'. Did you mean 'cyclic'?" in wrong.stderr


def test_what_the_page_says_is_refused(copy: Path) -> None:
    coding = "tile.input={coding: pulse_width, magnitude_bits: 7, slot: 1 ns}"
    sets = ("--set", "tile.adc.sample_hold=false", "--set", coding)
    done = called(copy, "-m", "simulator", "run", "chip_configs/mine.yaml", *sets)
    assert done.returncode == 2
    assert "a sar converter reads a level: the charge of a pulse must be kept for it" in done.stderr
