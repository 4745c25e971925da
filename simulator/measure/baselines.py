"""What a digital machine could do at best with what was asked of the chip: rooflines, never simulations.

A step takes max(operations / peak, bytes / bandwidth): peak and bandwidth are used in full, so no such machine is
faster; real ones reach less of it (a TPU v1 15 to 93 %: Jouppi et al., ISCA 2017, Tables 1 and 3). Counted are
multiply-accumulates (two operations each) of weights and of attention, and the bytes of weights, once a step whatever
the batch, and of keys and values; softmax, norms, activations and their traffic are free.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from simulator.chip.baselines import BYTES, Machine, Precision
from simulator.trace.trace import Trace
from simulator.workload.experts import active_macs
from simulator.workload.graph import Graph


@dataclass(frozen=True)
class Bound:
    """A machine at one precision and batch. Times [s], energies [J] per inference or token at TDP and when busy.

    ``first``: shortest time of an inference (alone), or to the first token. ``each``: time of a step of ``batch``
    inferences, or between tokens of each of so many requests. ``rate``: inferences or tokens a second. ``limit``:
    compute or memory, in such a step. ``machines``: as many as hold weights, keys and values; figures are of all
    together, ``area`` [mm^2] too.
    """

    machine: str
    name: str
    precision: Precision
    batch: int
    machines: int
    first: float
    each: float
    rate: float
    energy: float
    busy_energy: float | None
    area: float
    limit: str


@dataclass(frozen=True)
class _Step:
    """Operations and bytes at one byte a value: of the weights, of what each member of a batch reads beside them."""

    operations: float
    weights: float
    moved: float


def bounds_of(trace: Trace, machines: Mapping[str, Machine], batch: int) -> list[Bound]:
    """A row for each machine and each of its precisions of 8 and 16 bits (32 where it has no 16)."""
    return [
        _bound(trace, key, machine, precision, batch)
        for key, machine in machines.items()
        for precision in _precisions(machine)
    ]


def _precisions(machine: Machine) -> Iterator[Precision]:
    wide: tuple[Precision, ...] = ("fp16",) if "fp16" in machine.peak else ("fp32",)
    for precision in ("int8", *wide):
        if precision in machine.peak:
            yield precision


def _bound(trace: Trace, key: str, machine: Machine, precision: Precision, batch: int) -> Bound:
    steps = _generation(trace) if trace.generates else _inference(trace)
    first, each = steps
    held = _held(trace, batch) * BYTES[precision]
    count = max(-(-held // int(machine.memory)), 1) if machine.memory else 1
    alone, _ = _time(first, machine, precision, 1, count)
    step, limit = _time(each, machine, precision, batch, count)
    energy = count * step / batch
    return Bound(
        machine=key,
        name=machine.name,
        precision=precision,
        batch=batch,
        machines=count,
        first=alone,
        each=step,
        rate=batch / step,
        energy=energy * float(machine.power.magnitude) / 1e3,
        busy_energy=energy * float(machine.busy.magnitude) / 1e3 if machine.busy else None,
        area=count * float(machine.die.magnitude),
        limit=limit,
    )


def _time(step: _Step, machine: Machine, precision: Precision, batch: int, count: int) -> tuple[float, str]:
    """Time [s] of a step with ``batch`` members on ``count`` machines, and what it takes it for."""
    compute = batch * step.operations / float(machine.peak[precision].magnitude)
    size = 8 * BYTES[precision] * (step.weights + batch * step.moved)
    memory = size / float(machine.bandwidth.magnitude)
    return max(compute, memory) / count, "compute" if compute >= memory else "memory"


def _inference(trace: Trace) -> tuple[_Step, _Step]:
    """The first inference alone, and the mean of all."""
    rows = list(trace.inferences)
    mean = Fraction(sum(_operations(trace.graphs[row.graph]) for row in rows), len(rows))
    weights = _weights(trace.graphs[0])
    return (
        _Step(_operations(trace.graphs[rows[0].graph]), weights, 0),
        _Step(float(mean), weights, 0),
    )


def _generation(trace: Trace) -> tuple[_Step, _Step]:
    """The mean prompt as one step, and the mean token after the first.

    Like on the chip, only the last token of a prompt goes all the way.
    """
    token, prompt = trace.graphs
    weights, cached = _weights(token), sum(layer.width for layer in token.cached)
    members = [row for row in trace.requests for _ in range(row.batch)]
    early = [sum(_operations(prompt, c) for c in range(row.prompt_length - 1)) for row in members]
    last = [_operations(token, row.prompt_length - 1) for row in members]
    places = np.concatenate(
        [np.arange(row.prompt_length, row.tokens) for row in members] or [np.zeros(0, np.int64)]
    )
    context = float(places.mean()) if len(places) else float(members[0].prompt_length)
    later = _operations(token) + context * (_operations(token, 1) - _operations(token))
    first = _Step(float(np.mean(early) + np.mean(last)), weights, 0)
    return first, _Step(later, weights, (context + 1) * cached)


def _operations(graph: Graph, context: int = 0) -> int:
    return 2 * (active_macs(graph) + graph.products_after(context))


def _weights(graph: Graph) -> float:
    """Weights that an inference reads; of experts, those that one token visits."""
    share = active_macs(graph) / graph.macs
    return graph.weights * share if share < 1 else graph.weights


def _held(trace: Trace, batch: int) -> int:
    """Values that must be in memory: all weights, and keys and values of a batch of the longest requests."""
    cached = sum(layer.width for layer in trace.graphs[0].cached) if trace.generates else 0
    return trace.graphs[0].weights + batch * trace.longest * cached
