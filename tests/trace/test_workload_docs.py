"""The examples of docs/workloads.md do what the page says."""

import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from simulator.trace.file import MAX_BYTES, MAX_LINE, read
from simulator.trace.pattern import MAX_INFERENCES
from simulator.trace.trace import MAX_LAYERS as MAX_TRACE_LAYERS
from simulator.workload.reader import load_workload
from simulator.workload.schema import MAX_LAYERS, MAX_OUTPUTS, MAX_POSITIONS, MAX_SIZE, MAX_WEIGHTS, LayerSpec

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "workloads.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A folder with the shipped workloads, so that examples write nothing into the project."""
    (tmp_path / "workloads").symlink_to(ROOT / "workloads")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("number", "weights"), [(0, 27 * 16 + 144 * 16 + 4096 * 10), (1, 2 * 64 * 256 + 64 * 500)]
)
def test_workload_examples(folder, number, weights):
    (folder / "net.yaml").write_text(blocks("yaml")[number])
    assert load_workload("net.yaml").bind().weights == weights


def test_trace_example(folder):
    (folder / "t.jsonl").write_text(blocks("json")[0])
    trace = read("t.jsonl")
    assert [request.arrival for request in trace.inferences] == [0, *[250_000_000] * 4]
    assert trace.graphs[0]["x"].density == 0.4


@pytest.mark.parametrize(("number", "printed"), [(0, r"4080384 48964608 \(12,\)"), (1, "7 27726245")])
def test_python_examples(folder, capsys, number, printed):
    exec(blocks("python")[number], {})
    assert re.fullmatch(printed, capsys.readouterr().out.strip())


def test_the_command_records_the_trace(folder):
    (command,) = blocks("console")
    words = command.split()
    assert words[:3] == ["python", "-m", "simulator"]
    subprocess.run([sys.executable, *words[1:]], check=True, capture_output=True, cwd=folder)
    assert len(read("requests.jsonl.gz").requests) == 8


def test_every_kind_and_limit_is_on_the_page():
    kinds = {get_args(spec.model_fields["kind"].annotation)[0] for spec in get_args(LayerSpec)}
    rows = re.findall(r"^\| (`\w+`(?:, `\w+`)*) \|", PAGE, re.MULTILINE)
    assert set(re.findall(r"\w+", " ".join(rows))) == kinds
    for limit in (
        f"{MAX_SIZE:,} for any one size",
        f"{MAX_POSITIONS:,} positions",
        f"{MAX_WEIGHTS:,} weights",
        f"{MAX_LAYERS:,} layers",
        f"{MAX_OUTPUTS:,} outputs",
        f"{MAX_INFERENCES:,} inferences",
        f"{MAX_TRACE_LAYERS:,} layers",
        f"{MAX_LINE:,} bytes a line",
        f"{MAX_BYTES // 2**20} MiB",
    ):
        assert limit in PAGE.replace("\n", " ")
