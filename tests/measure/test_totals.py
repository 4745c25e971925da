"""What contexts add to the totals of a program."""

import numpy as np

from simulator.measure.totals import totals
from simulator.program.form import Duration, Inference, Program, Resource, Segment, Stream, Work


def test_work_and_values_grow_with_the_context() -> None:
    """One token at contexts 0 and 2: a table gives 2 + 5, 4 + 1 p gives 4 + 6, values 10 + 30; two tokens at 1."""
    table = Duration(table=np.array([2, 3, 5], np.int64))
    growing = np.array([10, 20, 30], np.int64)
    resources = [Resource("processor"), Resource("array"), Resource("pair")]
    streams = [Stream("scores", (0,)), Stream("write", (1,)), Stream("both", (2,))]
    one = Segment("one", {0: Work(1, table, table, growing=growing), 1: Work(1, Duration(4, 1), values=6)})
    two = Segment("two", {2: Work(2, table, table, macs=8), 1: Work(2, Duration(4, 1, 3))})
    program = Program(
        resources, streams, [one, two], [Inference(0), Inference(0, context=2), Inference(1, context=1)]
    )
    found = totals(program)
    assert found.work.tolist() == [7, 4 + 6 + (5 + 6), 3 + 5]
    assert found.values.tolist() == [40, 12, 0]
    assert found.macs.tolist() == [0, 0, 8]
    assert found.operations.tolist() == [2, 4, 2]
