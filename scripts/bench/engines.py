"""Speed and memory of the engines: ``python scripts/bench/engines.py [--out FILE.csv] [--readme]``.

CPU seconds of one process a case, caches warm, preparing the program's tables included, so that the ratio of two
rows of one run means something on any machine. A Python loop of ten million additions says how fast the machine was.
``--readme`` writes the table of the README from the CSV file, without measuring.
"""

import argparse
import json
import os
import platform
import re
import resource
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts" / "bench")]

import pandas as pd  # noqa: E402

OUT = Path(__file__).with_suffix(".csv")
MARK = "bench"

CASES = [
    *((name, engine) for name in ("ResNet-9 x1", "ResNet-9 x16", "ResNet-50-like", "transformer-like")
      for engine in ("simpy", "python", "fast", "fast, recording off")),
    ("transformer-like, 1,024 tokens", "fast"),
    ("transformer-like, 1,024 tokens", "fast, recording off"),
    ("ResNet-9 x1000", "fast, no skipping"),
    ("ResNet-9 x1000", "fast"),
]  # fmt: skip
REPEATS, SECONDS = 3, 2.0
"""A case is measured at least so often, and for so long, unless once takes 5 s; the least counts."""


def measure(name: str, how: str) -> dict[str, float]:
    """One case in this process."""
    from features import FEATURES
    from programs import PROGRAMS

    from simulator.engine.fast_engine import FastEngine
    from simulator.engine.simpy_engine import SimpyEngine
    from simulator.program.history import history
    from simulator.program.timeline import Recording

    program = {**PROGRAMS, **FEATURES}[name]()
    fast = FastEngine(compiled=how != "python", skip="no skipping" not in how)
    engine = SimpyEngine() if how == "simpy" else fast
    recording = Recording("off" if "off" in how else "full")
    if how.startswith("fast"):
        FastEngine().open(PROGRAMS["ResNet-9 x1"]()).finish()
    best: dict[str, float] = {}
    done, first = 0, time.process_time()
    while done < REPEATS or time.process_time() - first < SECONDS:
        done += 1
        begin = time.process_time()
        opened = engine.open(program, recording)
        prepared = time.process_time()
        timeline = opened.finish()
        end = time.process_time()
        if not best or end - begin < best["cpu_s"]:
            best = {"cpu_s": end - begin, "prepare_s": prepared - begin}
        if end - begin > 5:
            break
    best |= {"streams": len(program.streams), "operations": timeline.operations, "skipped": timeline.skipped}
    if how.startswith("fast"):
        best["bytes_per_operation"] = (
            8 * opened.words + sum(a.nbytes for a in timeline.start)
        ) / timeline.operations
    best["peak_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if how == "fast, waits":
        begin = time.process_time()
        history(program, timeline)
        best["cpu_s"] += time.process_time() - begin
    return best


def loop() -> float:
    """CPU seconds of ten million additions in Python: how fast this machine is just now."""
    begin, total = time.process_time(), 0
    for number in range(10_000_000):
        total += number
    return time.process_time() - begin


def about() -> dict[str, str]:
    """Machine and versions."""
    machine = f"{platform.machine()}, {os.cpu_count()} CPUs"
    return {"machine": machine, "python": platform.python_version(), "llvmlite": version("llvmlite")}


def rows() -> list[dict[str, object]]:
    """Every case, each in a process of its own."""
    from features import FEATURES

    here = {**about(), "loop_s": loop()}
    cases = [*CASES, *((name, "fast") for name in FEATURES), ("nothing", "fast, waits")]
    found: list[dict[str, object]] = []
    simpy: dict[str, float] = {}
    for name, how in cases:
        command = [sys.executable, __file__, "--case", name, how]
        got = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        rate = got["operations"] / got["cpu_s"]
        simpy.setdefault(name, rate) if how == "simpy" else None
        ratio = rate / simpy[name] if name in simpy else None
        found.append(
            {"program": name, "engine": how, **got, "operations_per_s": rate, "to_simpy": ratio, **here}
        )
        print(
            f"{name:32} {how:20} {got['operations']:>12,.0f} op {got['cpu_s']:8.3f} s {rate / 1e6:9.3f} M op/s",
            end="",
        )
        print(f" {ratio:7.1f} x SimPy" if ratio else "", flush=True)
    return found


def readme_table(path: Path) -> str:
    """The rows of the README: networks, not features."""
    table = pd.read_csv(path)
    table = table[table["program"].isin({name for name, _ in CASES})]
    first = table.iloc[0]
    lines = [
        "| program | engine | operations | M operations/s | of SimPy | peak MiB |",
        "|---|---|--:|--:|--:|--:|",
    ]
    for row in table.itertuples():
        ratio = "" if pd.isna(row.to_simpy) else f"{row.to_simpy:.1f}x"
        lines.append(
            f"| {row.program} | {row.engine} | {row.operations:,.0f} | {row.operations_per_s / 1e6:.2f} "
            f"| {ratio} | {row.peak_mib:,.0f} |"
        )
    told = (
        f"\nCPU time with preparation, {first.machine}, Python {first.python}, llvmlite {first.llvmlite}; "
        f"ten million additions in a Python loop took {first.loop_s:.2f} s there (`scripts/bench/engines.csv`).\n"
    )
    return "\n".join(lines) + "\n" + told


def write_readme(mark: str, table: str) -> None:
    """Put a table between its marks."""
    readme, begin, end = ROOT / "README.md", f"<!-- {mark}: begin -->\n", f"<!-- {mark}: end -->\n"
    text = readme.read_text(encoding="utf-8")
    marked = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    readme.write_text(marked.sub(lambda _: begin + table + end, text), encoding="utf-8")


def main(bench: Any) -> None:
    """The command of a module like this one: ``measure`` a case, or all ``rows``, or write the README's table."""
    parser = argparse.ArgumentParser(description=bench.__doc__)
    parser.add_argument("--out", type=Path, default=bench.OUT, help="CSV file to write")
    parser.add_argument("--readme", action="store_true", help="write the README's table from the CSV file")
    parser.add_argument("--case", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.case:
        print(json.dumps(bench.measure(*asked.case)))
    elif asked.readme:
        write_readme(bench.MARK, bench.readme_table(asked.out))
    else:
        pd.DataFrame(bench.rows()).to_csv(asked.out, index=False, float_format="%.6g")


if __name__ == "__main__":
    main(sys.modules[__name__])
