"""What sweeping costs: ``python scripts/bench/sweep.py [SWEEP.yaml]``.

Beyond simulating, with one worker; what a second one brings; whether a killed sweep is as good as a whole one.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from simulator.study.store import NAME, Store

FILES = ("sweep.csv", "sweep.parquet")


def command(sweep: Path, out: Path, workers: int) -> list[str]:
    return [
        sys.executable,
        "-m",
        "simulator",
        "sweep",
        str(sweep),
        "-o",
        str(out),
        "-j",
        str(workers),
        "--no-plots",
    ]


def timed(sweep: Path, out: Path, workers: int) -> tuple[float, float, int]:
    """Wall time of the whole command [s], time in the simulating function over all points [s], points."""
    begin = time.perf_counter()
    subprocess.run(command(sweep, out, workers), check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - begin
    with Store(out) as store:
        return wall, sum(point.seconds for point in store.finished.values()), len(store.finished)


def killed(sweep: Path, out: Path, after: int) -> int:
    """Points that a sweep leaves which is killed once it has so many."""
    process = subprocess.Popen(command(sweep, out, 2), stdout=subprocess.DEVNULL)
    store = out / NAME
    while process.poll() is None and (not store.exists() or store.read_bytes().count(b"\n") < after):
        time.sleep(0.01)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    return store.read_bytes().count(b"\n")


def main() -> None:
    sweep = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("two_hundred.yaml")
    with tempfile.TemporaryDirectory() as folder:
        one, two, again = (Path(folder) / name for name in ("one", "two", "again"))
        wall_one, inside, points = timed(sweep, one, 1)
        wall_two, inside_two, _ = timed(sweep, two, 2)
        print(f"{points} points, {inside / points * 1e3:.0f} ms a point in the simulator")
        beyond = (wall_one - inside) / points * 1e3
        print(f"overhead, one worker: {beyond:.1f} ms a point of {wall_one:.1f} s, start included")
        print(f"two workers: {wall_two:.1f} s, {wall_one / wall_two:.2f} times as fast", end="; ")
        print(f"{inside_two / points * 1e3:.0f} ms a point in the simulator")
        kept = killed(sweep, again, points // 2)
        timed(sweep, again, 2)
        same = all((one / name).read_bytes() == (again / name).read_bytes() for name in FILES)
        same = same and all((one / name).read_bytes() == (two / name).read_bytes() for name in FILES)
        print(
            f"killed with {kept} of {points} points and run again: {'the same bytes' if same else 'DIFFERENT'}"
        )
        sys.exit(not same)


if __name__ == "__main__":
    main()
