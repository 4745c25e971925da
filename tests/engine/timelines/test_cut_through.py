"""A START edge with a FINISH edge equals a simulation element by element, with unbounded FIFOs."""

from random import Random

import pytest
from sketch import Sketch

from simulator.engine.contract import Engine, run
from simulator.program.form import Inference
from simulator.program.history import history


def element_by_element(pace: list[int], length: int, arrivals: list[int]) -> list[list[tuple[int, int]]]:
    """START and end of each vector on each unit: one element after the other, each as soon as it is there.

    ``pace``: time per element of each unit. The first unit finds vector v complete at ``arrivals[v]``.
    """
    there = [[arrival] * length for arrival in arrivals]
    spans = []
    for time in pace:
        now, span, leaving = 0, [], []
        for vector in there:
            now = begin = max(now, vector[0])
            ends = []
            for element in vector:
                now = max(now, element) + time
                ends.append(now)
            leaving.append(ends)
            span.append((begin, now))
        spans.append(span)
        there = leaving
    return spans


def chain(pace: list[int], length: int, arrivals: list[int]) -> Sketch:
    p = Sketch(schedule=[Inference(0, arrival) for arrival in arrivals])
    for u, time in enumerate(pace):
        p.stream(f"{u}", f"unit {u}", occupancy=time * length, released=u == 0)
        if u:
            p.cut_through(f"{u - 1}", f"{u}", element=pace[u - 1], last=time)
    return p


@pytest.mark.parametrize("block", range(4))
def test_random_chains(engine: Engine, block: int) -> None:
    for seed in range(block * 50, block * 50 + 50):
        rng = Random(seed)
        pace = [rng.randint(1, 9) for _ in range(rng.randint(2, 7))]
        length, vectors = rng.randint(1, 12), rng.randint(1, 5)
        arrivals = sorted(rng.randint(0, 150) for _ in range(vectors))
        program = chain(pace, length, arrivals).program()
        timeline = run(engine, program)
        past = history(program, timeline)
        for u, span in enumerate(element_by_element(pace, length, arrivals)):
            rows = past.rows(u)
            assert list(zip(past.start[rows], past.done[rows], strict=True)) == span, (seed, u)
            assert (past.free[rows] == past.done[rows]).all()
