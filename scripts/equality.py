"""Both engines on random programs: ``python scripts/equality.py [--long | --programs N] [--from SEED]``.

Compares every START, every total and every deadlock's words of the fast engine, compiled and in plain Python, with
and without skipping, with the reference. Ends with 1 and the seeds if there is a difference.
"""

import argparse
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "engine")]

from comparison import difference, outcome  # noqa: E402
from random_programs import random_program  # noqa: E402

from simulator.engine.fast_engine import FastEngine  # noqa: E402
from simulator.engine.simpy_engine import SimpyEngine  # noqa: E402
from simulator.program.form import Inference, Program  # noqa: E402

LONG = 5000
REPEATED = 40
"""Inferences of the run on which skipping is tried."""


def differences(seed: int) -> dict[str, str]:
    """What each way to run the fast engine gets wrong in one random program, and whether it deadlocks."""
    program = random_program(seed)
    expected = outcome(SimpyEngine(), program)
    found = {"deadlock": "yes" if isinstance(expected, str) else ""}
    for mode, compiled in (("fast (compiled)", True), ("fast (python)", False)):
        engine = FastEngine(compiled=compiled)
        found[mode] = difference(outcome(engine, program), expected)
        if engine.name != mode:
            found[mode] = f"ran as {engine.name}"
    found["skipping"] = difference(
        outcome(FastEngine(), repeated(program)), outcome(FastEngine(skip=False), program)
    )
    return found


def repeated(program: Program) -> Program:
    """The same program with its last inference again and again."""
    program.schedule[:] = [*program.schedule, *[Inference(program.schedule[-1].segment)] * REPEATED]
    return program


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--long", action="store_true", help=f"{LONG} programs instead of 200")
    parser.add_argument("--programs", type=int, help="how many programs")
    parser.add_argument("--from", type=int, default=0, dest="first", help="first seed")
    asked = parser.parse_args()
    count = asked.programs or (LONG if asked.long else 200)
    told: Counter[str] = Counter()
    for seed in range(asked.first, asked.first + count):
        for way, said in differences(seed).items():
            told[way] += bool(said)
            if said and way != "deadlock":
                print(f"seed {seed}, {way}: {said}")
    wrong = sum(number for way, number in told.items() if way != "deadlock")
    print(f"{count} programs, {told['deadlock']} of them deadlock: {wrong or 'no'} differences")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
