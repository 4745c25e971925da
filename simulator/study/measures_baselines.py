"""Measures of digital machines: arithmetic on their published figures, beside what was published of it."""

from collections.abc import Callable, Mapping

from simulator.base.errors import InputError
from simulator.chip.baselines import Machine, Precision, named
from simulator.measure.baselines import bounds_of
from simulator.study.case import Case
from simulator.trace.pattern import Constant, RequestPattern
from simulator.trace.trace import Trace, record_trace
from simulator.workload.reader import load_workload


def _machine(case: Case) -> Machine:
    return named(case.row.chip)[case.row.chip]


def _peak(case: Case) -> float:
    """Operations a second."""
    peak = _machine(case).peak
    precision: Precision | None = next((name for name in peak if name == case.row.precision), None)
    if precision is None:
        raise InputError(f"has no peak at {case.row.precision}", field=case.row.row, value=case.row.chip)
    return float(peak[precision].magnitude)


def _bytes(case: Case) -> float:
    """Bytes a second."""
    return float(_machine(case).bandwidth.magnitude) / 8


def _ridge(case: Case) -> float:
    return _peak(case) / _bytes(case) / 2


def _roofline(case: Case) -> float:
    """``size``: multiply-accumulates a byte of weights."""
    return min(_peak(case), 2 * case.row.size * _bytes(case)) / 1e12


def _per_watt(case: Case) -> float:
    return _peak(case) / float(_machine(case).power.magnitude) * 1e3 / 1e12


def _trace(case: Case) -> Trace:
    """One inference of ``size`` time steps."""
    workload = load_workload(case.workloads / case.row.workload)
    return record_trace(workload, RequestPattern(lengths=Constant(case.row.size)))


def _operations(case: Case) -> float:
    """Without the pooler, which is no part of the encoder."""
    graph = _trace(case).graphs[0]
    return 2 * (graph.macs - graph["pooler"].macs + graph.products) / 1e9


def _shortest(case: Case) -> float:
    rows = bounds_of(_trace(case), named(case.row.chip), 1)
    return 1e3 * next(row.first for row in rows if row.precision == case.row.precision)


BASELINES: Mapping[str, Callable[[Case], float]] = {
    "ridge_macs_per_byte": _ridge,
    "roofline_tops": _roofline,
    "tops_per_w_tdp": _per_watt,
    "encoder_gop": _operations,
    "roofline_ms": _shortest,
}
