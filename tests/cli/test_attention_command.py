"""Attention units from the command line: the page's first example, and what a chip without any resource says."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

Call = Any
ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "attention.md").read_text()


def test_the_pages_example_runs(call: Call, tmp_path: Path, monkeypatch: Any) -> None:
    for folder in ("chip_configs", "workloads"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    monkeypatch.chdir(tmp_path)
    command = re.findall(r"python -m simulator (run .*digital.*)", PAGE)[0]
    done = call(*shlex.split(command), "--no-plots", "--json")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert found["attention"] == {"style": "digital", "exact": True, "function": ""}
    assert {"attention_scores", "attention_softmax", "attention_mix", "attention_memory"} < set(
        found["energy_pj"]["by_part"]
    )


def test_a_chip_without_any_resource_lists_the_choices(call: Call) -> None:
    chip, workload = ROOT / "chip_configs" / "ibm14nm.yaml", ROOT / "workloads" / "albert_layer.yaml"
    refused = call("run", chip, "--workload", workload)
    assert refused.exit_code == 2
    words = " ".join(refused.stderr.split())
    assert (
        "Add attention to the chip file (style: digital, gain_cell, rewritten_array, computation_crossbar), "
        "compute_cores on a mesh, or host.compute, like --set host.compute='2 Top/s'" in words
    )


def test_a_style_that_is_not_there_is_named(call: Call) -> None:
    refused = call(
        "show", ROOT / "chip_configs" / "ibm14nm_large_digital.yaml", "--set", "attention.style=analog"
    )
    assert refused.exit_code == 2
    assert "attention.style" in refused.stderr
    assert "gain_cell" in refused.stderr
