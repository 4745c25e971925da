"""Compiled, without the library for it, and with one that does not work."""

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


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "find_spec", lambda name: None)
    assert FastEngine().name == "fast (python)"


@pytest.mark.parametrize("module", ["llvmlite", "simulator.engine.fast_engine.compiled"])
def test_a_library_that_fails_costs_speed_only(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "simulator.engine.fast_engine.compiled", raising=False)
    monkeypatch.setitem(sys.modules, module, None)
    fast, program = FastEngine(), random_program(1)
    timeline = run(fast, program)
    assert (fast.name, timeline.engine) == ("fast (python)", "fast (python)")
    assert difference(timeline, run(SimpyEngine(), program)) == ""


def test_the_library_is_imported_by_a_run_only() -> None:
    code = (
        "import sys; from simulator.engine.fast_engine import FastEngine; FastEngine().name;"
        "print('llvmlite' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where code is kept, instead of the usual places."""
    from simulator.engine.fast_engine import compiled

    monkeypatch.setattr(compiled, "folders", lambda: iter([tmp_path / "cache"]))
    return tmp_path / "cache"


def test_code_is_kept_and_named_by_what_it_depends_on(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from simulator.engine.fast_engine import compiled

    generated = []
    generate = compiled.generate
    monkeypatch.setattr(compiled, "generate", lambda *given: generated.append(given) or generate(*given))
    for _ in range(2):
        compiled.compile_kernel()
    assert len(generated) == 1
    assert len(list(cache.iterdir())) == 1
    monkeypatch.setattr(compiled, "version", lambda name: "another")
    compiled.compile_kernel()
    assert len(generated) == len(list(cache.iterdir())) == 2
    sources = ["a = 1", "a = 2"]
    assert len({compiled._name([], [source]) for source in sources}) == 2


def test_damaged_code_is_not_run(cache: Path) -> None:
    from simulator.engine.fast_engine import compiled

    compiled.compile_kernel()
    (file,) = cache.iterdir()
    whole = file.read_bytes()
    for damaged in (b"", whole[:-1], whole[:40], whole[:100] + b"x" + whole[101:]):
        file.write_bytes(damaged)
        compiled.compile_kernel()
        assert file.read_bytes() == whole


def test_no_folder_to_keep_code_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from simulator.engine.fast_engine import compiled

    (tmp_path / "file").touch()
    monkeypatch.setattr(compiled, "folders", lambda: iter([tmp_path / "file"]))
    fast, program = FastEngine(), random_program(1)
    assert run(fast, program).engine == "fast (compiled)"
    assert list(tmp_path.iterdir()) == [tmp_path / "file"]


def test_a_user_without_a_home_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from simulator.engine.fast_engine import compiled

    def homeless() -> Path:
        raise RuntimeError("no home")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    assert list(compiled.folders()) == [Path(compiled.__file__).parent / "__pycache__"]


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
