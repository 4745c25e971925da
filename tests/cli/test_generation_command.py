"""Generation from the command line: the page's example, a CSV, and the trace that replays it."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

Call = Any
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "generation.md").read_text()
DECODER = """
name: decoder
sequence: {length: 8, limit: 200}
layers:
  tokens: {kind: input, shape: [1], sequence: true}
  words: {kind: embedding, input: tokens, entries: 100, width: 64}
  key: {kind: linear, input: words, width: 64}
  scores: {kind: product, inputs: [words, key], heads: 4, transposed: true, causal: true}
  mix: {kind: product, inputs: [scores, key], heads: 4, causal: true}
  logits: {kind: linear, input: mix, width: 100}
"""


def test_the_pages_example_runs(call: Call, tmp_path: Path, monkeypatch: Any) -> None:
    for folder in ("chip_configs", "workloads"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    monkeypatch.chdir(tmp_path)
    (command,) = re.findall(r"python -m simulator (run .*)", PAGE)
    done = call(*shlex.split(command), "--no-plots", "--json")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    names = ["time_to_first_token", "time_per_output_token", "request_latency", "queueing_time"]
    assert [f"{name}_p{share}_ns" for name in names for share in (50, 95, 99)] == [
        name for name in found["metrics"] if name.endswith("_ns") and "_p" in name
    ]


def test_the_examples_of_tiers_run(call: Call, tmp_path: Path, monkeypatch: Any) -> None:
    for folder in ("chip_configs", "workloads"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "mapping.md").read_text()
    shown, ran = re.findall(r"python -m simulator (.*tiers3d.*)", page)
    assert "634 of 102,400 tiers on 100 of 100 tiles" in " ".join(call(*shlex.split(shown)).stdout.split())
    done = call(*shlex.split(ran), "--no-plots")
    assert re.search(
        r"Tier conflicts: [\d,]+ of [\d,]+ MVMs found another tier", " ".join(done.stdout.split())
    )


def test_a_csv_a_trace_and_its_replay_give_the_same(call: Call, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "decoder.yaml").write_text(DECODER)
    (tmp_path / "asked.csv").write_text(re.findall(r"```csv\n(.*?)```", PAGE, re.DOTALL)[0])
    chip = [str(ROOT / "chip_configs" / "ibm14nm.yaml"), "--set", "host.compute=1 Top/s", "--no-plots"]
    asked = ["--requests", "asked.csv"]
    first = call("run", *chip, "--workload", "decoder.yaml", *asked, "--out", "a")
    assert first.exit_code == 0
    assert "time to first token" in first.stdout
    assert call("trace", "record", "decoder.yaml", *asked, "--out", "t.jsonl.gz").exit_code == 0
    assert call("run", *chip, "--trace", "t.jsonl.gz", "--out", "b").exit_code == 0
    assert (tmp_path / "a" / "requests.csv").read_bytes() == (tmp_path / "b" / "requests.csv").read_bytes()
    assert len((tmp_path / "a" / "requests.csv").read_text().splitlines()) == 3
    refused = call("run", *chip, "--trace", "t.jsonl.gz", *asked)
    assert refused.exit_code == 2
    assert "--trace: cannot be combined with --requests" in refused.stderr
    shown = call("show", "t.jsonl.gz")
    assert shown.exit_code == 0
    assert "tokens" in shown.stdout


def test_bounds_stand_beside_the_simulation(call: Call, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "decoder.yaml").write_text(DECODER)
    asked = [
        "run",
        str(ROOT / "chip_configs" / "ibm14nm.yaml"),
        "--set",
        "host.compute=1 Top/s",
        "--no-plots",
    ]
    asked += ["--workload", "decoder.yaml", "--prompt-length", "8", "--output-length", "4"]
    done = call(*asked, "--against", "h100,tpu_v1", "--against-batch", "4", "--out", "a")
    assert done.exit_code == 0
    assert "chip, simulated" in done.stdout
    assert "tpu_v1 int8, bound" in done.stdout
    assert len((tmp_path / "a" / "against.csv").read_text().splitlines()) == 1 + 1 + 3
    rows = json.loads((tmp_path / "a" / "summary.json").read_text())["against"]
    assert [row["kind"] for row in rows] == ["simulated", "bound", "bound", "bound"]
    refused = call(*asked, "--against", "h10", "--out", "b")
    assert refused.exit_code == 2
    assert "--against: must be among haswell" in refused.stderr
