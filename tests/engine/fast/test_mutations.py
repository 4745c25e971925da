"""The comparison of engines is itself compared: one thing wrong in one engine, and it must say so."""

import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from comparison import difference, outcome
from random_programs import random_program

from simulator.engine.fast_engine import FastEngine, engine, session
from simulator.engine.fast_engine.machine import Machine
from simulator.engine.fast_engine.plain import load, specialise
from simulator.engine.fast_engine.sources import texts
from simulator.engine.simpy_engine import SimpyEngine
from simulator.program.finalise import finalise
from simulator.program.form import Int, Kind, Program, Scope
from simulator.program.tables import NO_GAP, NO_TABLE, Tables

sys.path.insert(0, str(Path(__file__).parents[1] / "timelines"))
from timeline_cases import CASES

SEEDS = 150


def of_streams(**fields: Callable[[Int], Int]) -> Callable[[Tables], Tables]:
    return lambda t: replace(
        t, stream=replace(t.stream, **{k: change(getattr(t.stream, k)) for k, change in fields.items()})
    )


def of_resources(**fields: Callable[[Int], Int]) -> Callable[[Tables], Tables]:
    return lambda t: replace(
        t, resource=replace(t.resource, **{k: change(getattr(t.resource, k)) for k, change in fields.items()})
    )


def of_edges(rows: Callable[[Tables], Int], **added: int) -> Callable[[Tables], Tables]:
    def change(t: Tables) -> Tables:
        fields = {k: getattr(t.edge, k) + more * rows(t) for k, more in added.items()}
        return replace(t, edge=replace(t.edge, **fields))

    return change


def kind(which: Kind) -> Callable[[Tables], Int]:
    return lambda t: (t.edge.kind == which).astype(np.int64)


def credits(t: Tables) -> Int:
    """Edges that point backwards in all inferences."""
    return ((t.edge.scope == Scope.GLOBAL) & (t.edge.offset < 0) & (t.edge.table == NO_TABLE)).astype(
        np.int64
    )


MUTATIONS = {
    "tie rule": of_streams(key=np.negative),
    "credit": of_edges(credits, offset=-1),
    "pool size": of_resources(capacity=lambda c: c + (c > 1)),
    "finish edge": of_edges(kind(Kind.FINISH), lag=4),
    "finish edge, FREE": of_edges(kind(Kind.FINISH), free_lag=4),
    "hold edge": of_edges(kind(Kind.HOLD), lag=2),
    "wait edge": of_edges(kind(Kind.WAIT), lag=1),
    "policy": of_resources(policy=np.zeros_like),
    "clock": of_resources(phase=lambda phase: np.maximum(phase - 1, 0)),
    "gap": of_streams(gap=lambda gap: gap + (gap != NO_GAP)),
    "release": of_streams(released=np.zeros_like),
    "background": of_streams(every=lambda every: every + (every > 0)),
}


def first_difference(engine: FastEngine) -> str:
    reference = SimpyEngine()
    random = (random_program(seed) for seed in range(SEEDS))
    for program in chain((case().program for case in CASES.values()), random):
        said = difference(outcome(engine, program), outcome(reference, program))
        if said:
            return said
    return ""


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_wrong_table_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def mutated(program: Program) -> Tables:
        return MUTATIONS[name](finalise(program))

    monkeypatch.setattr(session, "finalise", mutated)
    assert first_difference(FastEngine()) != ""


@pytest.mark.parametrize("usual", [{"context": 0}, {"groups": None}], ids=str)
def test_a_forgotten_context_or_group_is_noticed(usual: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Machine._inferences
    monkeypatch.setattr(
        Machine, "_inferences", lambda self, rows: made(self, [replace(row, **usual) for row in rows])
    )
    assert first_difference(FastEngine()) != ""


LINES = {
    "tie rule": ("return s < other", "return s > other"),
    "priority": ("m[s + URGENCY] < m[other + URGENCY]", "m[s + URGENCY] > m[other + URGENCY]"),
    "set-up": ("m[r + LAST] = m[s + CLASS]", "m[r + LAST] = 0"),
    "in order": ("if done < m[s + DONE]:", "if done < 0:"),
    "finish edge": ("            if time > free:\n                free = time", "            pass"),
    "two holds": ("max(m[slot + PARTIAL], time + m[x + PARTIAL])", "time + m[x + PARTIAL]"),
}


@pytest.mark.parametrize("name", LINES)
def test_a_wrong_line_of_the_kernel_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = [text.replace(*LINES[name]) for text in texts()]
    assert wrong != texts()
    kernel = load(specialise(wrong))
    monkeypatch.setattr(engine, "_plain", lambda: kernel)
    assert first_difference(FastEngine(compiled=False)) != ""
