"""With numba, without it, and with a numba that does not work."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from comparison import difference
from random_programs import random_program

from simulator.engine.contract import run
from simulator.engine.fast_engine import FastEngine, engine
from simulator.engine.simpy_engine import SimpyEngine

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _forget_kernels() -> Iterator[None]:
    engine._compiled.cache_clear()
    yield
    engine._compiled.cache_clear()


def test_the_timeline_says_what_ran() -> None:
    program = random_program(1)
    assert run(FastEngine(), program).engine == "fast (compiled)"
    assert run(FastEngine(compiled=False), program).engine == "fast (python)"


def test_without_numba(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    assert FastEngine().name == "fast (python)"


@pytest.mark.parametrize("module", ["numba", "simulator.engine.fast_engine.compiled"])
def test_a_numba_that_fails_costs_speed_only(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "simulator.engine.fast_engine.compiled", raising=False)
    monkeypatch.setitem(sys.modules, module, None)
    fast, program = FastEngine(), random_program(1)
    timeline = run(fast, program)
    assert (fast.name, timeline.engine) == ("fast (python)", "fast (python)")
    assert difference(timeline, run(SimpyEngine(), program)) == ""


def test_numba_is_imported_by_a_run_only() -> None:
    code = (
        "import sys; from simulator.engine.fast_engine import FastEngine; FastEngine().name;"
        "print('numba' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_the_cache_is_named_by_the_kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from simulator.engine.fast_engine import compiled

    monkeypatch.setattr(compiled.numba.config, "CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(compiled, "_folders", lambda given: iter([Path(given)]))
    module = type(sys)("some_kernel")
    module.__file__ = str(tmp_path / "kernel.py")
    folders = set()
    monkeypatch.setattr(compiled, "_MODULES", (module,))
    for text in ("a = 1", "a = 2", "a = 1"):
        Path(module.__file__).write_text(text)
        with compiled._cache_folder() as cached:
            assert cached
            folders.add(compiled.numba.config.CACHE_DIR)
    assert len(folders) == 2
    assert str(tmp_path) == compiled.numba.config.CACHE_DIR


def test_no_folder_for_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from simulator.engine.fast_engine import compiled

    (tmp_path / "file").touch()
    monkeypatch.setattr(compiled, "_folders", lambda given: iter([tmp_path / "file"]))
    with compiled._cache_folder() as cached:
        assert not cached


LONG = """
import sys
sys.path.insert(0, "tests/engine")
from sketch import Sketch
from simulator.engine.fast_engine import FastEngine
from simulator.program.timeline import Recording
p = Sketch()
p.stream("endless", n=10**12, occupancy=1)
session = FastEngine(compiled=bool(int(sys.argv[1])), skip=False).open(p.program(), Recording("off"))
try:
    print("running", flush=True)
    session.finish()
except KeyboardInterrupt:
    print("stopped")
"""


@pytest.mark.parametrize("compiled", ["0", "1"])
def test_ctrl_c_stops_a_run(compiled: str) -> None:
    command = [sys.executable, "-c", LONG, compiled]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=60)[0] == "stopped\n"
