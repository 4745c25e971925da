"""How fast products with errors are: ``python scripts/bench/accuracy.py``.

256 x 256, batches of 1,024 vectors, one thread, from real inputs to real outputs; the plain product in single precision
beside it, and AIHWKIT and CrossSim where they are
installed (``--peers PYTHON``). CPU time, the best of several runs taken in turns.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import argparse  # noqa: E402
import csv  # noqa: E402
import json  # noqa: E402
import subprocess  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402
from pathlib import Path  # noqa: E402
from tempfile import TemporaryDirectory  # noqa: E402

import numpy as np  # noqa: E402

from simulator.functional.array import Place  # noqa: E402
from simulator.functional.core import Core  # noqa: E402
from simulator.functional.device import device  # noqa: E402
from simulator.functional.effects import ALL  # noqa: E402
from simulator.functional.inputs import encode  # noqa: E402
from simulator.functional.physics import Adc, Coding, Physics  # noqa: E402

SIZE, BATCH = 256, 1024
LEAST = {"8 bits in and out": 0.5, "8 bits, exact read noise": 0.1}
"""Share of the plain product's rate that must be reached."""


def physics(name: str, coding: Coding) -> Physics:
    model = device(name)
    full, floor = float(model.g_max), float(model.g_min)
    return Physics(SIZE, SIZE, model, coding, Adc(8), 1e-6, full, floor)


def analog(name: str, inputs: np.ndarray, weights: np.ndarray, coding: Coding) -> Callable[[], np.ndarray]:
    """Encode, multiply, convert and scale a batch; every call is the next batch on the chip's count of MVMs."""
    core = Core(physics(name, coding), Place(0, "tile[1,1]"), weights, ALL)
    largest = float(np.abs(inputs).max())
    core.calibrate(encode(inputs, largest, coding))
    worth = np.float32(core.step * float(core.scale[0]) * largest / coding.largest)
    done = [0]

    def multiply() -> np.ndarray:
        done[0] += BATCH
        return core.multiply(encode(inputs, largest, coding), done[0], 3600.0) * worth

    return multiply


def cases() -> dict[str, Callable[[], np.ndarray]]:
    source = np.random.default_rng(0)
    weights = source.uniform(-1, 1, (SIZE, SIZE))
    inputs = source.uniform(-1, 1, (BATCH, SIZE)).astype(np.float32)
    plain = weights.astype(np.float32)
    return {
        "plain product": lambda: inputs @ plain,
        "8 bits in and out": analog("ideal", inputs, weights, Coding(7)),
        "8 bits, PCM written, drifted": analog("pcm-like", inputs, weights, Coding(7)),
        "8 bits, exact read noise": analog("rram-wan", inputs, weights, Coding(7)),
        "bit by bit, a conversion a bit": analog("ideal", inputs, weights, Coding(7, "digital")),
    }


def peers(python: str) -> dict[str, float]:
    """Rates of what another Python has installed of AIHWKIT and CrossSim, whose package has this one's name."""
    script = Path(__file__).with_name("peers.py")
    with TemporaryDirectory() as elsewhere:
        command = [python, "-P", script, str(SIZE), str(BATCH)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, cwd=elsewhere, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            said = getattr(error, "stderr", "") or str(error)
            print(said.strip().splitlines()[-1], file=sys.stderr)
            return {}
    return {str(case): float(rate) for case, rate in json.loads(done.stdout).items()}


def rates(found: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """MVMs a CPU second: the best of ``rounds``, in turns so that all see the same machine."""
    best = dict.fromkeys(found, float("inf"))
    for _ in range(rounds):
        for case, multiply in found.items():
            begin = time.process_time()
            for _ in range(5):
                multiply()
            best[case] = min(best[case], (time.process_time() - begin) / 5)
    return {case: BATCH / seconds for case, seconds in best.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=12)
    parser.add_argument("--peers", default=sys.executable, help="Python that has AIHWKIT or CrossSim")
    asked = parser.parse_args()
    measured = {**rates(cases(), asked.rounds), **peers(asked.peers)}
    plain = measured["plain product"]
    path = Path(__file__).with_name("accuracy.csv")
    with path.open("w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["case", "mvms_per_s", "of_plain"])
        for case, rate in measured.items():
            writer.writerow([case, f"{rate:.0f}", f"{rate / plain:.3f}"])
            least = f"  (at least {LEAST[case]})" if case in LEAST else ""
            print(f"{case:32} {rate / 1e3:9.1f} k MVM/s {rate / plain:7.3f} of the plain product{least}")
    for tool in ("AIHWKIT", "CrossSim"):
        if not any(case.startswith(tool) for case in measured):
            print(f"{tool} is not installed")
    return int(any(measured[case] < least * plain for case, least in LEAST.items()))


if __name__ == "__main__":
    raise SystemExit(main())
