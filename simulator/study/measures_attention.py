"""Measures of attention on gain cells: one token of a decoder, simulated where its window is full."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from pydantic import ValidationError

from simulator.base.errors import InputError, did_you_mean
from simulator.base.explain import explain
from simulator.base.yaml_file import load
from simulator.chip.costs import costs
from simulator.chip.leaf import Energy, Time
from simulator.chip.reader import load_chip
from simulator.chip.resolve import resolve
from simulator.chip.section import Section
from simulator.engine.contract import run
from simulator.mapping.lower.context import IDEALS
from simulator.mapping.lower.lower import lower
from simulator.mapping.plan import map_workload
from simulator.measure.totals import totals
from simulator.parts.attention.gain_cell import GainCell
from simulator.program.form import Inference, Program
from simulator.program.history import history
from simulator.study.case import Case
from simulator.workload.attention import Block, blocks
from simulator.workload.reader import load_workload
from simulator.workload.tokens import token_graphs

_HEADS = 12
"""Of a token on the machines that rows stand beside."""


class Reference(Section):
    """Another machine: time and energy of a token's attention, all heads."""

    latency: Time
    energy: Energy


class _References(Section):
    machines: dict[str, Reference]


def _reference(case: Case) -> Reference:
    """The machine that a row is set beside."""
    document = load(case.chips / "references" / "attention.yaml")
    try:
        found = _References.model_validate(document.data).machines
    except ValidationError as error:
        raise explain(error, document, _References) from error
    if case.row.beside not in found:
        remedy = did_you_mean(case.row.beside, found)
        raise InputError("no such machine", field=case.row.row, value=case.row.beside, remedy=remedy)
    return found[case.row.beside]


class _Token(NamedTuple):
    """The attention of a token: time [ps] in the first layer, from its query's pulses on; energy [pJ] a head."""

    latency: int
    energy: float


def _token(case: Case) -> _Token:
    """The ``size``-th token of a sequence, simulated alone; its query, key and value are there at once."""
    row = case.row
    found, program, heads = _lowered(case.chips / row.chip, row.set, case.workloads / row.workload, row.size)
    past = history(program, run(case.engine, program))
    computed = {s.layer: n for n, s in enumerate(program.streams) if s.kind == "computed"}
    first, last = (past.rows(computed[product.layer]) for product in (found.scores, found.mix))
    latency = int(past.done[last][-1]) - int(past.start[first][0])
    spent = zip(program.streams, totals(program).values, strict=True)
    each = costs(case.file.chip).attention
    return _Token(
        latency, float(sum(int(n) * each[s.part].value for s, n in spent if s.part in each)) / heads
    )


@lru_cache(maxsize=1)
def _lowered(chip: Path, settings: tuple[str, ...], workload: Path, size: int) -> tuple[Block, Program, int]:
    """First block, program, heads of all layers."""
    graphs = token_graphs(load_workload(workload))
    mapping, found = map_workload(graphs[0], resolve(load_chip(chip, settings).chip)), blocks(graphs[0])
    program = lower(mapping, graphs, [Inference(context=size - 1)], IDEALS, size)
    return found[0], program, sum(block.scores.heads for block in found)


def _leak(case: Case) -> float:
    """Where all layers of the network follow one another without anything between them."""
    units = case.hardware.attention
    if units is None or not isinstance(units.unit, GainCell):
        raise InputError("needs attention on gain cells", field=case.row.row, value=case.row.chip)
    layers = len(blocks(load_workload(case.workloads / case.row.workload).bind(1)))
    return 1 - units.unit.left(layers * _token(case).latency)


def _speed(case: Case) -> float:
    return float(_reference(case).latency.magnitude) / _token(case).latency


def _saving(case: Case) -> float:
    return float(_reference(case).energy.magnitude) / (_HEADS * _token(case).energy)


ATTENTION: Mapping[str, Callable[[Case], float]] = {
    "attention_token_ns": lambda case: _token(case).latency / 1e3,
    "attention_token_head_nj": lambda case: _token(case).energy / 1e3,
    "attention_speed_ratio": _speed,
    "attention_energy_ratio": _saving,
    "attention_leak": _leak,
}
