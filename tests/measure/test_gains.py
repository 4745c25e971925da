"""What would help: relaxed programs field by field, predictions by hand, and against chips that were changed."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from on_chip import CHIP, ROOT, lowered
from sketch import START, Sketch

from simulator.chip.reader import load_chip
from simulator.chip.resolve import resolve
from simulator.engine.contract import run
from simulator.engine.simpy_engine import SimpyEngine
from simulator.mapping.lower.lower import lower
from simulator.mapping.plan import map_workload
from simulator.measure.gains import Gain, base, candidates, gains, predict, simulate
from simulator.measure.gains_relax import Relaxation, relax
from simulator.measure.gains_words import gain_text, gains_frame, limits
from simulator.measure.steady import Steady, steady
from simulator.program.form import Duration, Inference, Kind, Scope, Work
from simulator.program.timeline import Recording
from simulator.study.engines import engine
from simulator.workload.reader import load_workload

HOST = Relaxation("host port twice as fast", faster=("host",))
WINDOW = Relaxation("crossbars and converters twice as fast", faster=("crossbar",))
HALF_WINDOW = (
    "clocks.mvm=2 GHz",
    "tile.input.slot=0.5 ns",
    "tile.integration.fixed=2 ns",
    "tile.integration.phase_gap=0.5 ns",
    "tile.adc.peak_frequency=6.6 GHz",
)
CHANGED = {
    HOST: ("host.bandwidth=51.2 Gbit/s",),
    WINDOW: HALF_WINDOW,
    Relaxation("host latency halved", nearer=("host",)): ("host.latency=0.5 us",),
    Relaxation("digital", faster=("local_digital", "global_digital", "link")): ("clocks.digital=800 MHz",),
}
"""Relaxation -> what to set in the chip file for the same."""
PREDICTED = {"resnet9_cifar10": 0.1, "ptb_char_lstm": 0.01, "flickr8k_captioning": 0.01}
"""Network -> how far the prediction from the path alone may be off; docs/waits.md says why."""
DOCUMENTED = ROOT / "docs" / "waits.md"
AUTO = engine("auto")


def two_stages() -> Sketch:
    p = Sketch()
    p.resource("port", part="host")
    p.resource("tile", part="crossbar")
    p.stream("in", "port", n=2, occupancy=8_000, part="host", released=True)
    p.stream("mvm", "tile", n=2, occupancy=5_000, part="crossbar", layer="conv")
    p.edge("in", "mvm", lag=4_000, cause="host")
    return p


def test_units_that_are_faster_with_their_pipelines_and_clocks() -> None:
    p = Sketch()
    p.resource("a", period=5, phase=3, part="local_digital")
    p.resource("b", period=5, phase=3)
    p.stream("local", "a", n=3, occupancy=Duration(5, 3, 2), latency=9, part="local_digital")
    p.stream("other", "b", n=3, occupancy=Duration(table=np.array([1, 2, 3])), part="link")
    p.cut_through("local", "other", element=3, last=5)
    p.cut_through("other", "local", element=3, last=5)
    better = relax(p.program(), Relaxation("x", faster=("local_digital",)))
    assert [(r.period, r.phase) for r in better.resources] == [(3, 1), (5, 3)]
    work = better.segments[0].work
    assert work[0].occupancy.table is not None
    assert work[0].occupancy.table.tolist() == [3, 4, 3]
    assert work[0].latency == Duration(5)
    assert work[1] is p.work[1]
    edges = [(edge.lag, edge.free_lag) for edge in better.segments[0].edges]
    assert edges == [(2, 0), (5, 5), (3, 0), (3, 3)]


def test_tables_are_scaled_and_rounded_up() -> None:
    p = Sketch()
    p.stream("a", "u", n=3, occupancy=Duration(table=np.array([4, 5, 6])), part="host")
    found = relax(p.program(), replace(HOST, factor=Fraction(1, 3))).segments[0].work[0].occupancy.table
    assert found is not None
    assert found.tolist() == [2, 2, 2]


def test_ways_copies_and_buffers() -> None:
    p = two_stages()
    p.resource("slots", capacity=2, part="input_buffer")
    p.edge("mvm", "in", shift=-2, scope=Scope.GLOBAL, cause="buffer")
    p.edge("mvm", "in", START, kind=Kind.HOLD, shift=-1, scope=Scope.GLOBAL, cause="register")
    nearer = relax(p.program(), Relaxation("x", nearer=("host",)))
    assert [edge.lag for edge in nearer.segments[0].edges] == [2_000, 0, 1]
    copied = relax(p.program(), Relaxation("x", copied="conv")).segments[0].work
    assert copied[1] == Work(2, Duration(2_500), Duration(5_000))
    assert copied[0] is p.work[0]
    roomier = relax(p.program(), Relaxation("x", roomier=("buffer", "register")))
    assert [edge.cause for edge in roomier.segments[0].edges] == ["host"]
    assert roomier.resources[-1].capacity > 2
    assert p.program().resources[-1].capacity == 2


def test_a_prediction_by_hand() -> None:
    """8 + 8 + 4 + 5 ns and 16 ns an inference; with half the port 4 + 4 + 4 + 5, and not less than the tile's 10."""
    start = base(two_stages().program(), SimpyEngine())
    assert (start.first, start.interval) == (25_000, 16_000)
    found = predict(start, HOST)
    assert found == Gain(HOST, "predicted", 17_000, 10_000, 17 / 25 - 1, 10 / 16 - 1)
    simulated = replace(found, how="simulated", first=18_000, first_change=18 / 25 - 1)
    assert simulate(start, HOST, SimpyEngine()) == simulated


def test_what_is_said_of_it() -> None:
    start = base(two_stages().program(), SimpyEngine())
    assert limits(start) == [
        "One inference every 16.0 ns: host port 100.0%.",
        "One inference alone takes 25.0 ns: host port 64.0%, crossbar 20.0%, host latency 16.0%.",
    ]
    found = gains(start, SimpyEngine(), most=1)
    assert list(map(gain_text, found)) == [
        "Host port twice as fast: one inference every 10.0 ns (-37.5%), the first after 18.0 ns (-28.0%), simulated.",
        "Crossbars and converters twice as fast: one inference every 16.0 ns (+0.0%), "
        "the first after 22.5 ns (-10.0%), predicted, at best.",
        "Host latency halved: one inference every 16.0 ns (+0.0%), "
        "the first after 23.0 ns (-8.0%), predicted, at best.",
    ]
    table = gains_frame(found)
    assert table["how"].tolist() == ["simulated", "predicted", "predicted"]
    assert table["interval_ns"].tolist() == [10, 16, 16]
    assert [gain.how for gain in gains(start)] == ["predicted"] * 3


def test_simulation_goes_on_until_no_prediction_is_better() -> None:
    """The port seems to be all; but behind it the tile takes nearly as long, and copies of its layer do nothing."""
    p = Sketch()
    p.resource("port", part="host")
    p.resource("tile", part="crossbar")
    p.resource("unit", part="local_digital")
    for name, unit, part, time in (
        ("in", "port", "host", 10_000),
        ("mvm", "tile", "crossbar", 9_000),
        ("local", "unit", "local_digital", 9_000),
    ):
        p.stream(name, unit, occupancy=time, part=part, layer="conv")
    p.edge("in", "mvm")
    p.edge("mvm", "local")
    start = base(p.program(), SimpyEngine())
    found = gains(start, SimpyEngine(), most=2)
    assert [gain.how for gain in found].count("simulated") >= 2
    simulated = [gain.interval for gain in found if gain.how == "simulated"]
    assert simulated == sorted(simulated)
    assert simulated[1] <= min(gain.interval for gain in found if gain.how == "predicted")


def test_candidates_of_a_network() -> None:
    """No copy of the recurrent layer."""
    start = base(lowered("ptb_char_lstm", length=2)[2], SimpyEngine())
    assert {relaxation.name for relaxation in candidates(start)} == {
        "crossbars and converters twice as fast",
        "local digital units twice as fast",
        "links twice as fast",
        "global digital units twice as fast",
        "host port twice as fast",
        "host latency halved",
        "buffers and registers without end",
    }
    known = Steady(1, True, 1)
    deep = base(lowered("resnet9_cifar10")[2], SimpyEngine(), known, inferences=2)
    copies = [relaxation.copied for relaxation in candidates(deep) if relaxation.copied]
    assert copies == ["conv1", "conv4"]


@pytest.mark.parametrize("relaxation", CHANGED, ids=lambda relaxation: relaxation.name)
@pytest.mark.parametrize("mode", ["one_phase", "four_phase"])
def test_a_relaxed_program_is_that_of_the_changed_chip(mode: str, relaxation: Relaxation) -> None:
    """Two characters; times differ by what rounding up once or twice makes of them."""
    better = relax(lowered("ptb_char_lstm", mode_of(mode), length=2)[2], relaxation)
    changed = lowered("ptb_char_lstm", mode_of(mode), *CHANGED[relaxation], length=2)[2]
    times = [run(SimpyEngine(), program).makespan for program in (better, changed)]
    assert abs(times[0] - times[1]) <= 2_500


def mode_of(name: str) -> str:
    return f"tile.read_mode={name}"


@pytest.mark.long
@pytest.mark.parametrize("mode", ["one_phase", "four_phase"])
@pytest.mark.parametrize("network", PREDICTED)
def test_the_top_limiter_against_a_chip_that_was_changed(network: str, mode: str) -> None:
    """The gain is within 5 % of what a run on the changed chip shows, of the interval and of the first latency."""
    start = base(lowered(network, mode_of(mode))[2], AUTO)
    top = next(gain for gain in gains(start, AUTO, most=1) if not gain.relaxation.roomier)
    assert top.how == "simulated"
    changed = lowered(network, mode_of(mode), *CHANGED[top.relaxation])[2]
    first = run(AUTO, changed, Recording("off")).makespan
    interval = steady(changed, AUTO).interval
    assert start.first - top.first == pytest.approx(start.first - first, rel=0.05)
    assert start.interval - top.interval == pytest.approx(start.interval - interval, rel=0.05)
    predicted = predict(start, top.relaxation)
    assert predicted is not None
    assert predicted.first == pytest.approx(first, rel=PREDICTED[network])
    assert predicted.interval == pytest.approx(interval, rel=PREDICTED[network])
    shown = start.gain(top.relaxation, "run again", first, interval), top, predicted
    assert f"| {top.relaxation.name} | {' | '.join(map(changes, shown))} |" in DOCUMENTED.read_text()


def changes(gain: Gain) -> str:
    """As in docs/waits.md: of the interval, then of the first latency."""
    return f"{gain.interval_change * 100:+.1f} / {gain.first_change * 100:+.1f} %"


@pytest.mark.parametrize("mode", ["one_phase", "four_phase"])
def test_two_copies_of_a_layer_against_a_mapping_with_two(mode: str) -> None:
    """Within 2.5 points of the interval and of the first latency; both on tiles that are found."""
    chip = resolve(load_chip(CHIP, [mode_of(mode)]).chip)
    graph = load_workload(ROOT / "workloads" / "resnet9_cifar10.yaml").bind()
    once, twice = (
        lower(map_workload(graph, chip, copies=copies), [graph], [Inference()])
        for copies in ({}, {"conv1": 2})
    )
    relaxed = relax(once, Relaxation("two copies of conv1", copied="conv1"))
    first, *others = (run(AUTO, p, Recording("off")).makespan for p in (once, twice, relaxed))
    assert others[0] / first == pytest.approx(others[1] / first, abs=0.025)
    interval, *others = (steady(p, AUTO).interval for p in (once, twice, relaxed))
    assert others[0] / interval == pytest.approx(others[1] / interval, abs=0.025)
