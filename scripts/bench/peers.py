"""MVM rates of AIHWKIT and CrossSim at their defaults, whichever this Python has, as JSON: ``peers.py SIZE BATCH``.

Stands alone: CrossSim's package has the same name as this project's, so it is measured in a process of its own.
"""

import os

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import json  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable  # noqa: E402

import numpy as np  # noqa: E402


def aihwkit(inputs: np.ndarray, weights: np.ndarray) -> Callable[[], object]:
    import torch
    from aihwkit.nn import AnalogLinear
    from aihwkit.simulator.configs import InferenceRPUConfig

    torch.set_num_threads(1)
    rows, columns = weights.shape
    layer = AnalogLinear(rows, columns, bias=False, rpu_config=InferenceRPUConfig()).eval()
    layer.set_weights(torch.from_numpy(weights.T.copy()))
    batch = torch.from_numpy(inputs)

    def multiply() -> object:
        with torch.no_grad():
            return layer(batch)

    return multiply


def cross_sim(inputs: np.ndarray, weights: np.ndarray) -> Callable[[], object]:
    from simulator import AnalogCore, CrossSimParameters

    core = AnalogCore(weights.T, CrossSimParameters())
    return lambda: core.matmat(inputs.T)


def main() -> None:
    size, batch = map(int, sys.argv[1:])
    source = np.random.default_rng(0)
    weights = source.uniform(-1, 1, (size, size)).astype(np.float32)
    inputs = source.uniform(-1, 1, (batch, size)).astype(np.float32)
    found = {}
    for case, make in {"AIHWKIT, defaults": aihwkit, "CrossSim, defaults": cross_sim}.items():
        try:
            multiply = make(inputs, weights)
        except (ImportError, OSError) as error:  # not there, or not for this machine
            print(f"{case}: {error}", file=sys.stderr)
            continue
        multiply()
        begin = time.process_time()
        for _ in range(10):
            multiply()
        found[case] = 10 * batch / (time.process_time() - begin)
    print(json.dumps(found))


if __name__ == "__main__":
    main()
