"""Ctrl-C and SIGTERM end a command as a process, wherever they come."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [(signal.SIGINT, 130, "interrupted\n"), (signal.SIGTERM, 143, "terminated\n")],
)
def test_an_interrupted_run_leaves_nothing(
    chip: Path, tmp_path: Path, number: int, code: int, said: str
) -> None:
    command = [sys.executable, "-m", "simulator", "run", str(chip), "--count", "500", "--engine", "simpy"]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, cwd=tmp_path)
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("results/.*.partial")) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert os.listdir(tmp_path / "results")
    process.send_signal(number)
    out, told = process.communicate(timeout=60)
    assert (process.returncode, out, told) == (code, "", said)
    assert os.listdir(tmp_path) == []


COMMAND = """
import os, signal, time
from contextlib import suppress
from simulator.base.aside import aside
from simulator.cli import main, process, signals
from simulator.cli.guard import guarded

os.cpu_count = lambda: 2

def interrupt():
    os.kill(os.getpid(), signal.SIGINT)

class Finaliser:
    def __del__(self):
        interrupt()

def command():
    {body}
    time.sleep(60)

main.app = {app}
signals.AGAIN = {again}
process.main()
"""


def ending(app: str, body: str, again: float) -> tuple[int, str, str]:
    """Exit code and output of a process whose app does this."""
    program = COMMAND.format(app=app, body=body, again=again)
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=50
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("app", ["command", "guarded(command)"])
@pytest.mark.parametrize(
    ("body", "again"),
    [
        pytest.param("interrupt()", 60, id="plainly"),
        pytest.param("exec('interrupt()')", 60, id="in text that is run"),
        pytest.param("with suppress(KeyboardInterrupt): interrupt()", 0.1, id="swallowed by a library"),
        pytest.param(
            "try: interrupt()\n    except KeyboardInterrupt: raise ImportError('lost')",
            60,
            id="made an error by a library",
        ),
        pytest.param("Finaliser()", 60, id="swallowed by Python"),
        pytest.param(
            "os.register_at_fork(after_in_parent=interrupt)\n    with aside(lambda: 0): time.sleep(60)",
            60,
            id="while a copy begins",
        ),
        pytest.param(
            "os.register_at_fork(after_in_child=interrupt)\n"
            "    with aside(lambda: 0) as made: made() == 0 and interrupt()",
            60,
            id="in a copy that begins",
        ),
    ],
)
def test_an_interruption_ends_a_command_wherever_it_comes(app: str, body: str, again: float) -> None:
    assert ending(app, body, again) == (130, "", "interrupted\n")


def test_what_was_written_before_is_kept() -> None:
    end = ending("command", "print('half a line', end=''); interrupt()", 60)
    assert end == (130, "half a line", "interrupted\n")
