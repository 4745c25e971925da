"""The reference against the form read literally, in any order of events, and interrupted."""

from collections.abc import Callable
from functools import lru_cache
from itertools import pairwise

import pytest
from brute_force import BruteForce
from random_programs import SIMPLE, random_program
from sketch import Sketch

from simulator.base.errors import DeadlockError
from simulator.engine.contract import run
from simulator.engine.simpy_engine import SimpyEngine, stream, unit
from simulator.engine.simpy_engine.unit import Unit
from simulator.program.deadlock import patience
from simulator.program.tables import tabulate

Starts = list[list[int]] | None
"""START times by stream, None where the run stalls."""

QUIET = 300
"""Longer than any pause of a small program that goes on without background work [ps]."""


def simulate(seed: int, shuffle: int | None = None) -> Starts:
    try:
        return [start.tolist() for start in run(SimpyEngine(shuffle), random_program(seed)).start]
    except DeadlockError:
        return None


@lru_cache
def literal(seed: int) -> Starts:
    """Brute force, given up when nothing can happen any more."""
    program = random_program(seed)
    judge = BruteForce(program)
    return judge.starts() if judge.run(max(QUIET, patience(tabulate(program)) // 50)) else None


@pytest.mark.parametrize("block", range(5))
def test_equals_the_form_read_literally(block: int) -> None:
    for seed in range(block * 20, block * 20 + 20):
        assert simulate(seed) == literal(seed), seed


@pytest.mark.parametrize("block", range(5))
def test_the_order_of_events_in_an_instant_is_of_no_consequence(block: int) -> None:
    for seed in range(block * 40, block * 40 + 40):
        program = random_program(seed)
        told = []
        for engine in (SimpyEngine(), SimpyEngine(shuffle=seed), SimpyEngine(shuffle=-seed - 1)):
            try:
                timeline = run(engine, program)
            except DeadlockError as error:
                told.append(str(error))
            else:
                columns = [*timeline.start, timeline.began, timeline.ended, timeline.held, timeline.count]
                told.append(str([column.tolist() for column in columns]))
        assert told[0] == told[1] == told[2], seed


def _no_line(self: Unit, claim: unit.Claim) -> bool:
    return True


def _one_more(self: Unit) -> int:
    return _servers(self) + 1


def _late(found: tuple[int, int], before: int) -> tuple[int, int]:
    return found[0], found[1] + (found[1] > before)


_servers = Unit.servers
_latest = stream.latest
MUTATIONS: dict[str, tuple[object, str, Callable[..., object]]] = {
    "overtaking": (Unit, "admits", _no_line),
    "one server more": (Unit, "servers", _one_more),
    "no clock": (stream.RunningStream, "next_edge", lambda self, now: now),
    "no set-up": (Unit, "set_up", lambda self, wanted: 0),
    "a tie by the larger key": (
        Unit,
        "join",
        lambda self, claim: (
            self._claims.append(claim),
            self._claims.sort(key=lambda c: (c[0], c[1], -c[2])),
            self._turn.call(),
        ),
    ),
    "no credit, no operand": (stream, "latest", lambda terms, k, begin, time: (len(terms), time)),
    "one tick late": (
        stream,
        "latest",
        lambda terms, k, begin, time: _late(_latest(terms, k, begin, time), time),
    ),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_broken_engine_is_found_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The comparison is tested itself: break one rule, and it turns red."""
    seeds = range(30)
    right = [literal(seed) for seed in seeds]
    owner, attribute, wrong = MUTATIONS[name]
    monkeypatch.setattr(owner, attribute, wrong)
    assert any(_outcome(seed) != expected for seed, expected in zip(seeds, right, strict=True))


def _outcome(seed: int) -> object:
    try:
        return simulate(seed)
    except (IndexError, ValueError) as error:
        return error


def test_simple_features_only() -> None:
    """The generator does what it is asked for: no clocks, set-ups, gaps, priorities, tables or background."""
    for seed in range(20):
        program = random_program(seed, SIMPLE)
        assert all(r.period == 1 and r.setup is None and r.policy == 0 for r in program.resources)
        assert all(s.gap is None and s.background is None and not s.released for s in program.streams)
        assert simulate(seed) is not None or literal(seed) is None


def test_units_are_processes_with_the_names_of_the_hardware() -> None:
    p = Sketch()
    p.stream("mvm", "tile 0.3", occupancy=5)
    session = SimpyEngine().open(p.program())
    assert [unit.process.name for unit in session.units] == ["tile 0.3"]


def test_time_stays_an_integer() -> None:
    p = Sketch()
    p.stream("mvm", "tile", n=2, occupancy=10**17 + 1)
    session = SimpyEngine().open(p.program())
    session.finish()
    assert type(session.kernel.now) is int
    assert session.kernel.now == 10**17 + 1


@pytest.mark.parametrize("place", ["grant", "look"])
def test_an_interrupt_comes_through(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also from inside a unit's process."""
    calls = []

    def interrupt(*_: object) -> None:
        calls.append(place)
        if len(calls) == 3:
            raise KeyboardInterrupt

    name = {"grant": "note_grant", "look": "note_start"}[place]
    monkeypatch.setattr("simulator.engine.simpy_engine.session.SimpySession." + name, interrupt)
    p = Sketch()
    for s in range(4):
        p.stream(f"{s}", f"unit {s}", n=5, occupancy=5)
    session = SimpyEngine().open(p.program())
    with pytest.raises(KeyboardInterrupt):
        session.finish()


def test_a_long_chain_of_holds_does_not_recurse() -> None:
    p = Sketch()
    names = [p.stream(f"{s}", f"unit {s}", occupancy=1) for s in range(1500)]
    for name, following in pairwise(names):
        p.edge(name, following, event=0, lag=1)
        p.edge(following, name, event=1, kind=2)
    timeline = run(SimpyEngine(), p.program())
    assert timeline.held.tolist() == list(range(1500, 0, -1))
