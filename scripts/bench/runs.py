"""Whole runs, from file to report: ``python scripts/bench/runs.py [--out FILE.csv] [--readme]``.

Wall and CPU seconds of the command, with and without plots, and the most memory that one of its processes took; the
sooner of two runs each. Beside it the wall time in units of a Python loop of ten million additions, run right before.
``--readme`` writes the table of the README from the CSV file, without measuring.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from engines import ROOT, about, loop, main

OUT = Path(__file__).with_suffix(".csv")
MARK = "runs"
LARGE = "chip_configs/ibm14nm_large.yaml"
CASES = {
    "ResNet-9, 4 images": ["chip_configs/ibm14nm.yaml"],
    "ResNet-18, 224 x 224": [LARGE, "--workload", "workloads/resnet18.yaml"],
    "ResNet-50, 224 x 224": [LARGE, "--workload", "workloads/resnet50.yaml"],
    "ResNet-50, 16 images": [LARGE, "--workload", "workloads/resnet50.yaml", "--count", "16"],
    "BERT-base, 128 tokens": [LARGE, "--workload", "workloads/bert_base.yaml", "--length", "128"],
    "GPT-2 small, 1,024 + 64 tokens": [
        *(LARGE, "--workload", "workloads/gpt2_small.yaml"),
        *("--prompt-length", "1024", "--output-length", "64"),
    ],
}
REPEATS = 2


def measure(*arguments: str) -> dict[str, float]:
    """Seconds and MiB of one command, the only child that this process ever has."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "simulator", "run", *arguments, "--out", f"{folder}/out"]
        yardstick, begin = loop(), time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
        wall = time.perf_counter() - begin
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    return {
        "wall_s": wall,
        "cpu_s": cpu,
        "peak_mib": peak,
        "loop_s": yardstick,
        "wall_in_loops": wall / yardstick,
    }


def rows() -> list[dict[str, object]]:
    """Every case, with and without plots."""
    found: list[dict[str, object]] = []
    for name, arguments in CASES.items():
        for plots in (True, False):
            command = [sys.executable, __file__, "--case", *arguments, *([] if plots else ["--no-plots"])]
            texts = [subprocess.run(command, check=True, capture_output=True).stdout for _ in range(REPEATS)]
            best = min(map(json.loads, texts), key=lambda got: got["wall_s"])
            found.append({"run": name, "plots": "with" if plots else "without", **best, **about()})
            print(
                f"{name:32} {found[-1]['plots']:8}",
                *(f"{key} {value:.4g}" for key, value in best.items()),
                flush=True,
            )
    return found


def readme_table(path: Path) -> str:
    """What runs take, by network."""
    table = pd.read_csv(path)
    lines = ["| run | plots | wall s | CPU s | peak MiB |", "|---|---|--:|--:|--:|"]
    for row in table.itertuples():
        lines.append(
            f"| {row.run} | {row.plots} | {row.wall_s:.1f} | {row.cpu_s:.1f} | {row.peak_mib:,.0f} |"
        )
    low, high, first = table["loop_s"].min(), table["loop_s"].max(), table.iloc[0]
    told = (
        f"\nFrom the command to its results folder, {first.machine}, Python {first.python}; ten million additions in a "
        f"Python loop took {low:.2f} to {high:.2f} s meanwhile (`scripts/bench/runs.csv`).\n"
    )
    return "\n".join(lines) + "\n" + told


if __name__ == "__main__":
    main(sys.modules[__name__])
