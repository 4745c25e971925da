"""Common clock edges, and who contends with whom."""

import pytest
from numpy.testing import assert_array_equal

from simulator.program.form import Program, Resource, Stream
from simulator.program.sharing import clocks, combine, contended, shared
from simulator.program.tables import tabulate


@pytest.mark.parametrize("p", range(1, 13))
@pytest.mark.parametrize("q", range(1, 13))
def test_common_edges_are_those_of_both(p: int, q: int) -> None:
    for a in range(p):
        for b in range(q):
            edges = [t for t in range(p * q) if t % p == a and t % q == b]
            common = combine((p, a), (q, b))
            assert edges == ([] if common is None else list(range(common[1], p * q, common[0])))


def test_a_stream_contends_if_one_of_its_resources_is_shared() -> None:
    resources = [
        Resource("a", period=4, phase=1),
        Resource("b", period=6, phase=3),
        Resource("c"),
        Resource("d"),
    ]
    streams = [Stream("0", (0, 1)), Stream("1", (1,)), Stream("2", (2,)), Stream("3")]
    tables = tabulate(Program(resources, streams, [], []))
    assert shared(tables).tolist() == [False, True, False, False]
    assert contended(tables).tolist() == [True, True, False, False]
    period, phase = clocks(tables)
    assert_array_equal(period, [12, 6, 1, 1])
    assert_array_equal(phase, [9, 3, 0, 0])
