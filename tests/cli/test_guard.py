"""What commands do with errors, and how they end as processes."""

import errno
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from simulator.base.errors import DeadlockError, InputError, SimulatorError
from simulator.cli import guard
from simulator.cli.main import app

Call = Any


def ending(error: BaseException) -> Any:
    """How a command ends that raises this."""
    toy = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)

    @toy.command()
    @guard.guarded
    def fail() -> None:
        raise error

    return CliRunner().invoke(toy, [])


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (InputError("must be 3", place="a.yaml:1", field="b", value=4), 2, "a.yaml:1: b: must be 3, got 4\n"),
        (DeadlockError("a waits for b, b for a"), 1, "a waits for b, b for a\n"),
        (SimulatorError("[red]no\x1b[/red]"), 1, "[red]no?[/red]\n"),
        (KeyboardInterrupt(), 130, "interrupted\n"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), 141, ""),
        (typer.Exit(7), 7, ""),
        (MemoryError(), 1, "out of memory: try less at a time\n"),
    ],
)
def test_errors_become_text_and_exit_code(error: BaseException, code: int, text: str) -> None:
    done = ending(error)
    assert (done.exit_code, done.stderr, done.stdout) == (code, text, "")


def test_an_unexpected_error_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard.Debug, "on", False)
    done = ending(ZeroDivisionError("division by zero\nand more"))
    assert done.exit_code == 1
    assert done.stderr.startswith("internal error (ZeroDivisionError: division by zero). Please report it")
    assert done.stderr.count("\n") == 1
    assert "--debug" in done.stderr


def test_debug_shows_where_it_happened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard.Debug, "on", True)
    done = ending(ZeroDivisionError("here"))
    assert isinstance(done.exception, ZeroDivisionError)


def test_debug_is_an_option_of_all_commands(call: Call) -> None:
    call("--debug", "schema")
    assert guard.Debug.on
    call("schema")
    assert not guard.Debug.on


def test_a_failure_while_writing_leaves_nothing(
    call: Call, chip: Path, network: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("simulator.report.write.write_timeline", full)
    done = call("run", chip, "-w", network, "--no-plots")
    assert done.exit_code == 1
    assert done.stderr == (
        "results/ibm14nm-small: results cannot be written: No space left on device. Nothing was kept\n"
    )
    assert os.listdir() == ["small.yaml"]


def test_help_is_there_before_anything_heavy_is_loaded() -> None:
    heavy = (
        "pandas",
        "numpy",
        "matplotlib",
        "pyarrow",
        "pydantic",
        "simpy",
        "llvmlite",
        "pint",
        "rich",
        "yaml",
    )
    program = f"import sys, simulator.cli.main; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def module(*arguments: object, **options: Any) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "simulator", *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


def test_a_reader_that_goes_away_is_no_error(chip: Path) -> None:
    process = module("show", chip, "--sources", "--json")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.wait(60) == guard.BROKEN_PIPE
    assert process.stderr.read() == ""
    process.stderr.close()


def test_the_app_is_what_the_module_runs() -> None:
    done = CliRunner().invoke(app, ["--version"])
    assert done.exit_code == 0


def test_memory_advice_names_options_that_the_command_has(
    call: Call, chip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr("simulator.chip.reader.load_chip", full)
    told = call("accuracy", chip).stderr
    assert told == "out of memory: try less at a time (--size, --vectors, --instances)\n"


def unread(redirection: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    words = shlex.join([sys.executable, "-m", "simulator", *map(str, arguments)])
    return subprocess.run(
        f"{words} {redirection}", shell=True, text=True, stderr=subprocess.PIPE, check=False
    )


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("schema",)])
def test_a_full_output_is_a_sentence(arguments: tuple[str, ...]) -> None:
    done = unread(">/dev/full", *arguments)
    said = "standard output cannot be written: No space left on device\n"
    assert (done.returncode, done.stderr) == (1, said)


def test_a_full_output_of_a_run_says_where_the_results_are(chip: Path, network: Path, tmp_path: Path) -> None:
    done = unread(">/dev/full", "run", chip, "-w", network, "--no-plots", "--out", tmp_path / "r")
    said = (
        f"standard output cannot be written: No space left on device. The results are in {tmp_path / 'r'}\n"
    )
    assert (done.returncode, done.stderr) == (1, said)
    assert (tmp_path / "r" / "summary.json").is_file()


def test_a_closed_output_is_no_error() -> None:
    done = unread(">&-", "schema")
    assert (done.returncode, done.stderr) == (0, "")
