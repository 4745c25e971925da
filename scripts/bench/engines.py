"""Speed of the engines on ResNet-9 on the 64-core chip: ``python scripts/bench/engines.py [--out FILE.csv]``.

CPU seconds of one process, caches warm (each case is run once before it is measured), so that the ratio of two rows of
one run means something on any machine. Peak memory is that of a process of its own.
"""

import argparse
import csv
import os
import platform
import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

CASES = [("simpy", 1), ("python", 1), ("fast", 1), ("fast", 16), ("fast-off", 16)]
FIELDS = ("case", "images", "operations", "cpu_s", "operations_per_s", "to_simpy", "peak_mib")


def measure(name: str, images: int) -> dict[str, float]:
    """One case in this process: operations, CPU seconds of the run, peak memory."""
    from simulator.chip.reader import load_chip
    from simulator.engine.contract import run
    from simulator.engine.fast_engine import FastEngine
    from simulator.engine.simpy_engine import SimpyEngine
    from simulator.mapping.lower.lower import lower
    from simulator.program.timeline import Recording
    from simulator.study.run import plan, schedule
    from simulator.trace.pattern import RequestPattern
    from simulator.trace.trace import record_trace
    from simulator.workload.reader import load_workload

    chip = load_chip(ROOT / "chip_configs" / "ibm14nm.yaml")
    workload = load_workload(ROOT / "workloads" / "resnet9_cifar10.yaml")
    trace = record_trace(workload, RequestPattern(count=images))
    program = lower(plan(chip, trace), trace.graphs, schedule(trace))
    engine = (
        SimpyEngine() if name == "simpy" else FastEngine(compiled=False) if name == "python" else FastEngine()
    )
    recording = Recording("off" if name == "fast-off" else "full")
    if name.startswith("fast"):
        run(engine, program, recording)
    begin = time.process_time()
    timeline = run(engine, program, recording)
    spent = time.process_time() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"operations": timeline.operations, "cpu_s": spent, "peak_mib": peak}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, help="CSV file to write as well")
    parser.add_argument("--case", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.case:
        print(*measure(asked.case[0], int(asked.case[1])).values())
        return
    rows = []
    for name, images in CASES:
        command = [sys.executable, __file__, "--case", name, str(images)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        operations, spent, peak = map(float, done.stdout.split())
        rate = operations / spent
        first = rows[0]["operations_per_s"] if rows else rate
        rows.append(
            dict(zip(FIELDS, (name, images, int(operations), spent, rate, rate / first, peak), strict=True))
        )
        print(f"{name:10} x{images:<3} {operations:>10,.0f} op {spent:8.3f} s {rate:>12,.0f} op/s", end="")
        print(f" {rate / first:8.1f}x simpy {peak:7.0f} MiB")
    print(f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}")
    if asked.out:
        with asked.out.open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, [*FIELDS, "machine", "python"])
            table.writeheader()
            about = {"machine": platform.machine(), "python": platform.python_version()}
            table.writerows({**row, **about} for row in rows)


if __name__ == "__main__":
    main()
