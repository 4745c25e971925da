"""Stall attribution: small cases worked out by hand in picoseconds, and sums that are exact on every program."""

from dataclasses import replace

import pandas as pd
import pytest
from on_chip import CHIP, lowered
from random_programs import random_program
from sketch import FREE, START, Sketch

from simulator.base.errors import DeadlockError, InputError
from simulator.chip.reader import load_chip
from simulator.chip.resolve import resolve
from simulator.engine.contract import run
from simulator.engine.simpy_engine import SimpyEngine
from simulator.mapping.lower.lower import lower
from simulator.mapping.plan import map_workload
from simulator.measure.attribution import Attribution, attribution
from simulator.measure.causes import DEFINITIONS, WORDS, Cause
from simulator.program.form import Inference, Kind, Program, Resource, Scope
from simulator.program.history import history
from simulator.workload.graph import Graph, Layer, Matrix, Source


def of(program: Program) -> Attribution:
    return attribution(program, history(program, run(SimpyEngine(), program)))


def row(table: pd.DataFrame, **where: str) -> dict[str, int]:
    """Causes of the one row, without those that are zero."""
    for column, value in where.items():
        table = table[table[column] == value]
    (found,) = table[list(WORDS)].to_dict("records")
    return {word: time for word, time in found.items() if time}


def unit(p: Sketch, name: str) -> dict[str, int]:
    return row(of(p.program()).units, unit=name)


def test_every_cause_has_a_word_and_a_meaning() -> None:
    assert len(WORDS) == len(Cause) == len(set(WORDS))
    assert list(DEFINITIONS) == list(WORDS)


def test_a_unit_works_waits_for_its_next_operation_and_has_none_left() -> None:
    p = Sketch()
    p.stream("first", "unit", occupancy=4)
    p.stream("slow", "other", occupancy=6)
    p.stream("second", "unit", occupancy=3)
    p.edge("slow", "second")
    assert unit(p, "unit") == {"work": 7, "operand": 2}
    assert unit(p, "other") == {"work": 6, "idle": 3}


def test_servers_of_a_pool_are_counted_one_by_one() -> None:
    p = Sketch()
    p.resource("pool", capacity=2)
    p.stream("long", "pool", occupancy=10)
    p.stream("slow", occupancy=4)
    p.stream("short", "pool", occupancy=3)
    p.edge("slow", "short")
    assert unit(p, "pool") == {"work": 13, "operand": 4, "idle": 3}


def test_a_pool_with_one_stream_is_kept_empty_by_its_order() -> None:
    p = Sketch()
    p.resource("pool", capacity=2)
    p.stream("a", "pool", n=2, occupancy=5)
    assert unit(p, "pool") == {"work": 10, "order": 5, "idle": 5}


def test_clock_and_set_up() -> None:
    p = Sketch()
    p.resource("unit", period=10, setup=((0, 3), (5, 0)))
    p.stream("slow", "other", occupancy=4)
    p.stream("a", "unit", occupancy=1)
    p.stream("b", "unit", occupancy=2, setup_class=1)
    p.edge("slow", "b")
    assert unit(p, "unit") == {"work": 3, "operand": 3, "clock": 6, "set_up": 3}


def test_one_of_two_units_waits_for_the_other() -> None:
    p = Sketch()
    p.stream("before", "b", occupancy=5)
    p.stream("both", "a", "b", occupancy=2)
    assert unit(p, "a") == {"server_busy": 5, "work": 2}


def test_a_server_that_is_kept_is_held() -> None:
    p = Sketch()
    p.stream("mvm", "unit", n=2, occupancy=2)
    p.stream("reader", "register", n=2, occupancy=5)
    p.edge("mvm", "reader")
    p.edge("reader", "mvm", FREE, -1, Kind.HOLD, scope=Scope.GLOBAL, cause="register")
    assert unit(p, "unit") == {"work": 4, "held": 3, "idle": 5}


def test_room_in_a_buffer() -> None:
    p = Sketch()
    p.stream("maker", "unit", n=3, occupancy=1)
    p.stream("taker", "other", n=3, occupancy=4)
    p.edge("maker", "taker")
    p.edge("taker", "maker", FREE, -1, scope=Scope.GLOBAL, cause="buffer")
    assert unit(p, "unit") == {"work": 3, "buffer_full": 4 + 4, "idle": 4}


def test_nothing_was_asked_for_yet() -> None:
    p = Sketch(schedule=[Inference(0, 20), Inference(0, 50)])
    p.stream("a", "unit", occupancy=7, released=True)
    assert unit(p, "unit") == {"arrival": 20 + 23, "work": 14}


def test_a_value_is_waited_for_until_it_is_made_then_on_its_way() -> None:
    """Made at 9, on the first link till 13, on the second till 18; a view without time of its own is seen through."""
    p = Sketch()
    p.stream("maker", "unit", occupancy=9)
    p.stream("one", "link 1", occupancy=4, part="link")
    p.stream("view")
    p.stream("two", "link 2", occupancy=5, part="link")
    p.stream("taker", "other", occupancy=1)
    for source, target in (("maker", "one"), ("one", "view"), ("view", "two"), ("two", "taker")):
        p.edge(source, target)
    assert unit(p, "other") == {"operand": 9, "link": 9, "work": 1}
    assert unit(p, "link 2") == {"operand": 9, "link": 4, "work": 5, "idle": 1}


def test_a_stream_that_cuts_through_waits_for_the_first_element_to_be_made() -> None:
    p = Sketch()
    p.stream("maker", "unit", occupancy=9)
    p.stream("hop", "link", occupancy=9, part="link")
    p.stream("taker", "other", occupancy=9)
    p.cut_through("maker", "hop", element=3, last=2)
    p.cut_through("hop", "taker", element=2, last=1)
    assert unit(p, "other") == {"operand": 3, "link": 2, "work": 9}
    p.edge("hop", "taker", START, lag=4)
    assert unit(p, "other") == {"operand": 3, "link": 4, "work": 9}


def test_streams_of_a_layer_are_its_servers() -> None:
    p = Sketch()
    p.stream("a", "unit", n=2, occupancy=3, layer="conv", part="crossbar")
    p.stream("b", "unit", occupancy=4, layer="conv", part="crossbar")
    p.stream("c", layer="conv", part="crossbar")
    found = of(p.program())
    assert row(found.layers, layer="conv") == {"work": 10, "server_busy": 3 + 4, "idle": 3}
    assert found.layers["total_ps"].tolist() == [2 * found.span]


def test_a_word_that_is_not_in_the_list_is_refused() -> None:
    p = Sketch()
    p.stream("a", "unit", occupancy=3)
    p.stream("b", "other", occupancy=4)
    p.edge("a", "b", cause="opernad")
    text = r"^wait on DONE of 'a': cause: unknown cause, got 'opernad'\. Did you mean 'operand'\?$"
    with pytest.raises(InputError, match=text):
        of(p.program())


def test_causes_add_up_to_the_time_of_every_unit_and_stream() -> None:
    finished = 0
    for program in map(random_program, range(60)):
        try:
            found = of(program)
        except DeadlockError:
            continue
        finished += 1
        servers = [resource.capacity for resource in program.resources]
        assert found.units["total_ps"].tolist() == [count * found.span for count in servers]
        for table in (found.units, found.layers):
            assert (table[list(WORDS)] >= 0).all(axis=None)
            assert table[list(WORDS)].sum(axis=1).tolist() == table["total_ps"].tolist()
    assert finished > 40


@pytest.mark.parametrize("seed", range(12))
def test_a_unit_with_one_stream_reads_the_same_from_both_sides(seed: int) -> None:
    program = random_program(seed, {"clock", "finish", "table", "affine", "gap"})
    units = [
        Resource(s.name, period=program.resources[s.resources[0]].period if s.resources else 1)
        for s in program.streams
    ]
    streams = [replace(s, layer=s.name, resources=(n,)) for n, s in enumerate(program.streams)]
    found = of(replace(program, resources=units, streams=streams))
    assert found.units["unit"].tolist() == found.layers["layer"].tolist()
    assert found.units[list(WORDS)].equals(found.layers[list(WORDS)])


def test_layers_that_talk_over_the_host() -> None:
    """Hidden gates wait for the step before and then for the host, the last layer for the LSTM and for the host."""
    _, _, program = lowered("ptb_char_lstm", length=2)
    found = of(program)
    crossbars = found.layers[found.layers["part"] == "crossbar"].set_index("layer")
    assert {"recurrence", "host", "work"} <= set(row(crossbars.reset_index(), layer="lstm"))
    assert {"operand", "host", "work"} <= set(row(crossbars.reset_index(), layer="dense"))
    assert found.units[list(WORDS)].sum(axis=1).tolist() == found.units["total_ps"].tolist()


def test_a_value_by_way_of_the_host_to_the_picosecond() -> None:
    """4 bytes in at 25.6 Gbit/s, window 133 ns, local unit 23 cycles of 2.5 ns, 3 bytes out, 1 us, 3 bytes in."""
    chip = resolve(load_chip(CHIP, ["tile.read_mode=one_phase"]).chip)
    layers = (
        Layer("x", "input", (), (1,), 4),
        Layer("a", "linear", (Source("x"),), (1,), 3, (Matrix("weights", 4, 3),)),
        Layer("b", "linear", (Source("a"),), (1,), 3, (Matrix("weights", 3, 3),)),
    )
    graph = Graph("test", layers, ("b",))
    found = of(lower(map_workload(graph, chip), [graph], [Inference()]))
    first, second = (row(found.layers, layer=name, part="crossbar") for name in ("a", "b"))
    assert first == {"host": 1_250, "clock": 750, "work": 133_000, "idle": found.span - 135_000}
    made = 137_500 + 23 * 2_500
    arrived = made + 938 + 1_000_000 + 938
    assert (second["operand"], second["host"]) == (made, arrived - made)
