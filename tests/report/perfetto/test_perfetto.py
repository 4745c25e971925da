"""The timeline file, read back by a parser of its own and compared with what happened."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from itertools import pairwise
from math import fsum
from pathlib import Path

import numpy as np
import pytest
from random_programs import random_program
from sketch import FREE, Sketch
from trace_reader import Slice, read

from simulator.base.errors import DeadlockError, SimulatorError
from simulator.engine.contract import run
from simulator.engine.simpy_engine import SimpyEngine
from simulator.program.form import NONE, Edge, Inference, Kind, Program, Scope, Stream
from simulator.program.history import History, history
from simulator.program.tables import bases, tabulate
from simulator.report.buffers import buffers
from simulator.report.perfetto import write_perfetto
from simulator.report.perfetto_counters import Counter as Curve
from simulator.report.perfetto_counters import of_buffers
from simulator.report.perfetto_run import TimelineFile, write_run
from simulator.report.window import ALL, Window, parse_window
from simulator.study.run import Result

SEEDS = range(80)


def past_of(program: Program) -> History:
    return history(program, run(SimpyEngine(), program))


@cache
def runs() -> list[tuple[Program, History]]:
    found = []
    for seed in SEEDS:
        program = random_program(seed)
        with suppress(DeadlockError):
            found.append((program, past_of(program)))
    return found


def served(program: Program, past: History, window: Window = ALL) -> Counter[tuple[str, int, int]]:
    """Resource, grant and FREE of every operation that holds a server for some time within the window."""
    return Counter(
        (program.resources[r].name, int(past.grant[n]), int(past.free[n]))
        for n in range(len(past.start))
        for r in program.streams[past.stream[n]].resources
        if past.grant[n] < past.free[n] and past.grant[n] < window.end and past.free[n] > window.begin
    )


def resource_of(slice: Slice, program: Program) -> str:
    """The resource whose server a track is: tile[1,1] with adc 2 is server 2 of tile[1,1].adc."""
    names = {row.name: row.capacity for row in program.resources}
    track = slice.track
    if track not in names and f"{slice.process}.{track}" not in names:
        track, _, server = track.rpartition(" ")
        name = track if track in names else f"{slice.process}.{track}"
        assert 1 <= int(server) <= names[name]
        return name
    return track if track in names else f"{slice.process}.{track}"


def outer(slices: list[Slice], program: Program) -> Counter[tuple[str, int, int]]:
    return Counter((resource_of(s, program), s.begin, s.end) for s in slices if s.depth == 0)


def source_of(program: Program, past: History, edge: Edge, n: int) -> int | None:
    """The operation that operation n depends on along an edge, read from docs/program.md; numbers in the history."""
    i, k = int(past.inference[n]), int(past.k[n])
    index = edge.index
    f = int(index.table[k]) if index.table is not None else (index.scale * k + index.offset) // index.divisor
    if f == NONE or (f < 0 and edge.scope == Scope.INFERENCE):
        return None
    begin, end = bases(tabulate(program), program.schedule)[i : i + 2, edge.source]
    g = int(begin) + f
    if g >= end:
        return None
    return int(past.offset[edge.source]) + g if g >= 0 else None


def flows_of(program: Program, past: History) -> set[tuple[int, int]]:
    """Data edges between operations with servers, passing through those without; credits that were waited for."""

    def real(n: int) -> bool:
        return bool(program.streams[past.stream[n]].resources) and past.free[n] > past.grant[n]

    def producers(n: int) -> Iterator[int]:
        edges = program.segments[past.segment[n]].edges if past.inference[n] >= 0 else []
        for edge in edges:
            if edge.target == past.stream[n] and edge.kind == Kind.WAIT and edge.scope == Scope.INFERENCE:
                m = source_of(program, past, edge, n)
                if m is not None:
                    yield from [m] if real(m) else producers(m)

    found = set()
    for n in filter(real, range(len(past.start))):
        found |= {(m, n) for m in producers(n)}
        if past.cause[n] >= 0:
            edge = program.segments[past.segment[n]].edges[past.cause[n]]
            m = source_of(program, past, edge, n)
            if m is not None and edge.scope == Scope.GLOBAL and real(m):
                found.add((m, n))
    return found


def test_random_programs_come_back_slice_by_slice(tmp_path: Path) -> None:
    seen = 0
    for program, past in runs():
        write_perfetto(program, past, tmp_path / "t.json")
        trace = read(tmp_path / "t.json")
        assert outer(trace.slices, program) == served(program, past)
        seen += len(trace.slices)
    assert seen > 2000


def test_random_programs_come_back_flow_by_flow(tmp_path: Path) -> None:
    seen = 0
    for program, past in runs():
        write_perfetto(program, past, tmp_path / "t.json")

        def first(n: int) -> tuple[str, int, int]:
            stream: Stream = program.streams[past.stream[n]]  # noqa: B023
            return program.resources[stream.resources[0]].name, int(past.grant[n]), int(past.free[n])  # noqa: B023

        wanted = Counter((*first(m), *first(n)) for m, n in flows_of(program, past))
        found = [
            (resource_of(a, program), a.begin, a.end, resource_of(b, program), b.begin, b.end)
            for a, b, _ in read(tmp_path / "t.json").flows
        ]
        assert Counter(found) == wanted
        seen += len(found)
    assert seen > 500


@pytest.mark.parametrize("which", ["answer", "recurrent"])
def test_a_network_comes_back(which: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    answer: Result = request.getfixturevalue(which)
    past = past_of(answer.program)
    write_perfetto(answer.program, past, tmp_path / "t.json")
    trace = read(tmp_path / "t.json")
    assert outer(trace.slices, answer.program) == served(answer.program, past)
    assert {s.process for s in trace.slices} >= {"host", "links", *answer.mapping.tiles}
    mvms = [s for s in trace.slices if s.args.get("kind") == "mvm"]
    assert {s.track for s in mvms} == {"crossbar"}
    assert {s.args["inference"] for s in mvms} == {0, 1}
    assert (
        {s.args["layer"] for s in mvms}
        == {s.name for s in mvms}
        == {row.name for row in answer.mapping.graph.mapped}
    )
    # What an MVM yields reaches the local unit of its tile, every time.
    local = Counter(b.process for a, b, _ in trace.flows if (a.track, b.track) == ("crossbar", "local"))
    assert local == Counter(s.process for s in mvms)


def test_tracks_nest_also_for_a_viewer_that_cuts_to_nanoseconds(answer: Result, tmp_path: Path) -> None:
    write_perfetto(answer.program, past_of(answer.program), tmp_path / "t.json")
    events = [e for e in json.loads((tmp_path / "t.json").read_text())["traceEvents"] if e["ph"] in "BE"]
    seen = [int(event["ts"] * 1000.0) for event in events]
    assert seen == sorted(seen)
    assert any(time % 1000 for time in (read(tmp_path / "t.json").instants)), (
        "no run with fractions of nanoseconds"
    )


def held() -> Program:
    """b holds its server until c has freed; servers of the pool overlap out of order; set-up of 5 to class 1."""
    p = Sketch(schedule=[Inference(), Inference()])
    p.resource("tile[1,1].setup", setup=((0, 5), (5, 0)))
    p.resource("pool", capacity=2)
    p.stream("a", "tile[1,1].setup", n=2, occupancy=4)
    p.stream("b", "tile[1,1].setup", setup_class=1, occupancy=3)
    p.stream("c", "tile[1,2].x", occupancy=20)
    p.edge("b", "c")
    p.edge("c", "b", FREE, kind=Kind.HOLD)
    p.stream("long", "pool", occupancy=30)
    p.stream("short", "pool", n=4, occupancy=5)
    return p.program()


def test_set_up_and_a_server_that_is_kept_are_parts_of_a_slice(tmp_path: Path) -> None:
    program = held()
    past = past_of(program)
    write_perfetto(program, past, tmp_path / "t.json")
    inner = [s for s in read(tmp_path / "t.json").slices if s.depth]
    assert {s.name for s in inner} == {"set-up", "kept: operand"}
    b = past.rows(1)
    assert sorted((s.begin, s.end) for s in inner if s.name != "set-up") == [
        *zip(past.worked[b].tolist(), past.free[b].tolist(), strict=True)
    ]
    assert all(s.args["by"] == "c" for s in inner if s.name != "set-up")
    setups = [(g, s) for g, s in zip(past.grant.tolist(), past.start.tolist(), strict=True) if g < s]
    assert sorted((s.begin, s.end) for s in inner if s.name == "set-up") == sorted(setups)
    assert setups


def test_servers_of_a_pool_have_tracks_of_their_own(tmp_path: Path) -> None:
    program = held()
    write_perfetto(program, past_of(program), tmp_path / "t.json")
    pool = [s for s in read(tmp_path / "t.json").slices if s.track.startswith("pool")]
    assert {s.track for s in pool} == {"pool 1", "pool 2"}
    assert len(pool) == 10


def test_waits_are_told_with_their_cause(tmp_path: Path) -> None:
    p = Sketch()
    p.stream("a", "unit a", occupancy=9, latency=9)
    p.stream("b", "unit b", occupancy=2)
    p.stream("c", "unit b", occupancy=2)
    p.edge("a", "b")
    p.edge("a", "c")
    program = p.program()
    write_perfetto(program, past_of(program), tmp_path / "t.json")
    args = {(s.name[-1], s.begin): s.args for s in read(tmp_path / "t.json").slices}
    assert {"cause": "operand", "from": "a"}.items() <= args["b", 9].items()
    assert float(args["b", 9]["waited_for_operand_us"]) == 9e-6
    assert "waited_for_server_us" not in args["b", 9]
    assert float(args["c", 11]["waited_for_server_us"]) == 2e-6
    assert "cause" not in args["a", 0]


@pytest.mark.parametrize("text", ["0..200us", "100us..101us", "1.3ms..", "..50us", "9s..10s"])
def test_a_window_shows_whole_slices_that_touch_it_and_flows_between_them(
    text: str, answer: Result, tmp_path: Path
) -> None:
    window, past = parse_window(text), past_of(answer.program)
    write_perfetto(answer.program, past, tmp_path / "all.json")
    write_perfetto(answer.program, past, tmp_path / "some.json", window=window)
    some, every = read(tmp_path / "some.json"), read(tmp_path / "all.json")
    assert outer(some.slices, answer.program) == served(answer.program, past, window)

    def ends(trace_flows: list[tuple[Slice, Slice, str]]) -> Counter[tuple[object, ...]]:
        return Counter(
            (a.process, a.track, a.begin, b.process, b.track, b.begin, why) for a, b, why in trace_flows
        )

    touching = [
        (a, b, why)
        for a, b, why in every.flows
        if all(s.begin < window.end and s.end > window.begin for s in (a, b))
    ]
    assert ends(some.flows) == ends(touching)


def test_counters_begin_with_the_value_that_holds(tmp_path: Path) -> None:
    program = held()
    curve = Curve("power", "tile", "mW", np.array([0, 10, 20, 30]), np.array([1.5, 0.1 + 0.2, 7, 0]))
    write_perfetto(program, past_of(program), tmp_path / "t.json", window=Window(15, 30), counters=[curve])
    assert read(tmp_path / "t.json").counters == {("power", "tile mW"): [(15, 0.3), (20, 7.0)]}


def test_buffer_fill_is_on_the_track_of_its_unit(answer: Result, tmp_path: Path) -> None:
    past = past_of(answer.program)
    curves = of_buffers(buffers(answer.program, past))
    write_perfetto(answer.program, past, tmp_path / "t.json", counters=curves)
    trace = read(tmp_path / "t.json")
    for tile in answer.mapping.tiles:
        slots = [s for s in trace.slices if s.process == tile and s.track.startswith("input_buffer")]
        ((name, series),) = [
            (n, rows) for (p, n), rows in trace.counters.items() if p == tile and n.startswith("input")
        ]
        assert "of 2" in name
        for time, level in series:
            assert sum(s.begin <= time < s.end for s in slots) == level


@pytest.mark.parametrize("which", ["answer", "recurrent"])
def test_every_buffer_has_a_curve_of_its_own(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    answer: Result = request.getfixturevalue(which)
    past = past_of(answer.program)
    found = buffers(answer.program, past)
    write_perfetto(answer.program, past, tmp_path / "t.json", counters=of_buffers([*found, *found]))
    curves = read(tmp_path / "t.json").counters
    assert len(curves) == 2 * len(found)
    assert {process for process, _ in curves} <= {*answer.mapping.tiles, "global digital units"}
    told = sorted(
        [(t, float(n)) for t, n in zip(b.time.tolist(), b.level.tolist(), strict=True)] for b in found
    )
    assert sorted(curves.values()) == sorted([*told, *told])


@pytest.mark.parametrize("text", ["..", "0..100us", "100us..300us"])
def test_power_is_what_the_run_takes(text: str, answer: Result, tmp_path: Path) -> None:
    window = parse_window(text)
    write_run(answer, TimelineFile(tmp_path / "t.json", window))
    curves = {n: rows for (p, n), rows in read(tmp_path / "t.json").counters.items() if p == "power"}
    (total,) = [rows for name, rows in curves.items() if name == "total mW"]
    assert total[0][0] == window.begin
    end = min(window.end, answer.timeline.makespan)
    # mW x ps = fJ; over the whole run the area under the curve is the run's energy.
    area = {
        n: sum(v * (t2 - t) for (t, v), (t2, _) in pairwise([*rows, (end, 0)])) / 1e3
        for n, rows in curves.items()
    }
    assert area.pop("total mW") == pytest.approx(sum(area.values()), rel=1e-6)
    if window == ALL:
        assert sum(area.values()) == pytest.approx(fsum(e.energy for e in answer.energy), rel=1e-6)


def test_the_same_run_gives_the_same_bytes_compressed_or_not(answer: Result, tmp_path: Path) -> None:
    for name in ("a.json", "b.json", "a.json.gz", "b.json.gz"):
        write_perfetto(answer.program, past_of(answer.program), tmp_path / name, title="run")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    assert (tmp_path / "a.json.gz").read_bytes() == (tmp_path / "b.json.gz").read_bytes()
    assert gzip.decompress((tmp_path / "a.json.gz").read_bytes()) == (tmp_path / "a.json").read_bytes()


def test_names_cannot_break_the_file(tmp_path: Path) -> None:
    p = Sketch()
    p.stream('a "quoted\\" \x1b[31m name', 'tile."x"\n', occupancy=3)
    program = p.program()
    write_perfetto(program, past_of(program), tmp_path / "t.json", title='"\x00')
    assert "\x1b" not in (tmp_path / "t.json").read_text()
    (slice,) = read(tmp_path / "t.json").slices
    assert slice.name == 'layer of a "quoted\\" ?[31m name'


def test_an_empty_window_is_still_a_trace(answer: Result, tmp_path: Path) -> None:
    write_perfetto(
        answer.program, past_of(answer.program), tmp_path / "t.json", window=parse_window("9s..10s")
    )
    assert read(tmp_path / "t.json").slices == []


def test_a_place_that_cannot_be_written_is_named(answer: Result, tmp_path: Path) -> None:
    with pytest.raises(SimulatorError, match="cannot be written"):
        write_perfetto(answer.program, past_of(answer.program), tmp_path / "no" / "t.json")
