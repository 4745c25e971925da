"""Plots over time, the roofline and the costly floor plan show the run; their tables agree with it."""

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from math import isclose
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import StepPatch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from simulator.engine.contract import run as execute
from simulator.engine.simpy_engine import SimpyEngine
from simulator.measure.attribution import attribution
from simulator.measure.causes import WORDS
from simulator.report import buffer_plot, floor_plan_costs, pipeline_plot, power_plot, roofline_plot, tables
from simulator.report.buffers import Buffer, buffers, mean_level
from simulator.report.busy import busy
from simulator.report.drawing import save, settings
from simulator.report.outlined import Outlined
from simulator.report.plots import PLOTS, drawing
from simulator.report.view import MOST_INFERENCES, View
from simulator.study.detail import Detail
from simulator.study.run import Result

BOTH = pytest.mark.parametrize("which", ["answer", "recurrent"])


@pytest.fixture
def view(which: str, request: pytest.FixtureRequest) -> View:
    return seen(request.getfixturevalue(which))


def seen(answer: Result) -> View:
    return View(answer)


def texts(figure: Figure) -> list[str]:
    """Every text that a reader sees."""
    figure.draw_without_rendering()
    return [
        text.get_text()
        for text in figure.findobj(lambda a: hasattr(a, "get_text"))
        if text.get_text().strip()
    ]


@pytest.mark.parametrize("which", ["answer"])
def test_every_plot_has_its_numbers_beside_it(view: View, tmp_path: Path) -> None:
    with drawing(view.answer, tmp_path, 1):
        pass
    for name, plot in PLOTS.items():
        if plot.table is not None:
            written = pd.read_csv(tmp_path / f"{name}.csv")
            assert list(written.columns) == list(plot.table(view).columns)
            assert len(written) == len(plot.table(view)) > 0
    assert set(PLOTS) == {
        "floorplan",
        "floorplan_costs",
        "energy",
        "pipeline",
        "power",
        "buffers",
        "roofline",
    }


def drawn(figure: Figure, monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[tuple[str, Bbox]]:
    """Every text that is drawn, with the pixels that it takes."""
    found: dict[int, Text] = {}

    def watched(plain: Callable[[Text, Any], None]) -> Callable[[Text, Any], None]:
        def draw(text: Text, renderer: Any) -> None:
            found[id(text)] = text
            plain(text, renderer)

        return draw

    with monkeypatch.context() as patch:
        for kind in (Text, Outlined):
            patch.setattr(kind, "draw", watched(kind.draw))
        save(figure, folder, "plot", dpi=100)
    return [(t.get_text(), t.get_window_extent()) for t in found.values() if t.get_text().strip()]


@BOTH
def test_no_label_of_a_plot_lies_over_another_or_outside(
    view: View, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with settings():
        for name, plot in PLOTS.items():
            figure = plot.draw(view)
            shown = drawn(figure, monkeypatch, tmp_path)
            assert len(shown) > 10
            for text, box in shown:
                assert figure.bbox.padded(2).containsx(box.x0) and figure.bbox.padded(2).containsx(box.x1), (
                    name,
                    text,
                )
                assert figure.bbox.padded(2).containsy(box.y0) and figure.bbox.padded(2).containsy(box.y1), (
                    name,
                    text,
                )
            for (text, box), (other, second) in combinations(shown, 2):
                common = Bbox.intersection(box, second)
                assert common is None or min(common.width, common.height) < 2, (
                    f"{name}: {text!r} over {other!r}"
                )


@BOTH
def test_titles_say_what_is_seen_of_which_run(view: View) -> None:
    names = (view.answer.mapping.graph.name, view.answer.chip_file.chip.name)
    for plot in PLOTS.values():
        told = "\n".join(texts(plot.draw(view)))
        assert all(name in told for name in names)
    assert "Layers over time, 2 inferences" in "\n".join(texts(pipeline_plot.draw(view)))


@BOTH
def test_the_pipeline_has_a_bar_per_layer_and_inference(view: View) -> None:
    table, past, program = pipeline_plot.table(view), view.past, view.answer.program
    assert set(table["inference"]) == {0, 1}
    for row in table.itertuples():
        mine = [
            n
            for n in np.flatnonzero(past.inference == row.inference).tolist()
            if program.streams[past.stream[n]].layer == row.layer
            and program.streams[past.stream[n]].resources
            and program.streams[past.stream[n]].part
            in ("crossbar", "local_digital", "global_digital", "link")
        ]
        assert row.first_start_ns == past.start[mine].min() / 1e3
        assert row.last_done_ns == past.done[mine].max() / 1e3
        work: dict[str, int] = {}
        for n in mine:
            key = program.streams[past.stream[n]].name
            work[key] = work.get(key, 0) + int(past.worked[n] - past.start[n])
        assert row.work_ns == max(work.values()) / 1e3
    axes = pipeline_plot.draw(view).axes[0]
    bars = [c for c in axes.collections if isinstance(c, PolyCollection)]
    assert sum(len(c.get_paths()) for c in bars) == 3 * len(table)  # light, outline, dark


def test_long_runs_show_the_first_inferences_and_say_so(answer: Result) -> None:
    schedule = answer.program.schedule[:1] * (MOST_INFERENCES + 3)
    program = type(answer.program)(
        answer.program.resources, answer.program.streams, answer.program.segments, schedule
    )
    timeline = execute(SimpyEngine(), program)
    detail = Detail(answer.chip_file.chip, answer.mapping, program, timeline)
    longer = replace(answer, program=program, timeline=timeline, detail=detail)
    view = seen(longer)
    assert f"first {MOST_INFERENCES} of {MOST_INFERENCES + 3} inferences" in "\n".join(
        texts(pipeline_plot.draw(view))
    )
    assert view.end == timeline.ended[:MOST_INFERENCES].max()
    assert buffer_plot.table(view)["end_ns"].max() == view.end / 1e3
    assert set(pipeline_plot.table(view)["inference"]) == set(range(MOST_INFERENCES + 3))


def test_work_in_a_stretch_of_time() -> None:
    start, end, edges = np.array([0, 4, 30]), np.array([3, 9, 32]), np.array([0, 5, 10, 20, 40])
    assert busy(start, end, edges).tolist() == [4 / 5, 4 / 5, 0, 2 / 20]


def test_mean_level_of_a_buffer() -> None:
    edges = np.array([0, 2, 4, 8, 12])
    buffer = Buffer("tile", "host.in", "input", "a", 2, np.array([2, 6, 9]), np.array([1, 2, 0]))
    other = Buffer("tile", "host.in", "input", "a", 1, np.array([0, 4]), np.array([1, 0]))
    assert mean_level([buffer], edges).tolist() == [0, 1, (2 + 4) / 4, 2 / 4]
    assert mean_level([buffer, other], edges).tolist() == [1, 2, (2 + 4) / 4, 2 / 4]
    assert mean_level([], edges).tolist() == [0] * 4


@BOTH
def test_buffers_are_never_fuller_than_they_are_large_and_end_empty(view: View) -> None:
    found = buffers(view.answer.program, view.past)
    assert {buffer.role for buffer in found} == {"input", "receive", "transmit"}
    for buffer in found:
        assert buffer.level.min() >= 0
        assert buffer.level.max() <= buffer.capacity
        assert buffer.level[-1] == 0
        assert np.all(np.diff(buffer.time) > 0)
    assert any(buffer.level.max() == buffer.capacity for buffer in found)


def test_a_receive_buffer_is_taken_from_the_start_of_its_producer_until_its_reader_has_freed_it(
    answer: Result,
) -> None:
    """The two tiles of conv1 pass partial sums on: an entry per vector, two at most."""
    view = seen(answer)
    first, last = answer.mapping.of("conv1")[0].tiles
    found = [b for b in view.buffers if (b.place, b.role) == (f"{last}.local", "receive")]
    (residual, buffer) = sorted(
        found, key=lambda b: len(b.time)
    )  # what it adds comes less often than partial sums
    stream = {s.unit: n for n, s in enumerate(answer.program.streams) if s.kind == "local"}
    taken = view.past.start[view.past.rows(stream[f"{first}.local"])]
    given = view.past.free[view.past.rows(stream[f"{last}.local"])]
    assert buffer.capacity == residual.capacity == 2
    for time, level in zip(buffer.time.tolist(), buffer.level.tolist(), strict=True):
        assert level == int((taken <= time).sum() - (given <= time).sum())


@BOTH
def test_the_buffer_table_is_the_mean_level(view: View) -> None:
    table = buffer_plot.table(view)
    for (layer, role), rows in table.groupby(["layer", "role"]):
        group = [b for b in view.buffers if (b.layer, b.role) == (layer, role)]
        assert rows["capacity"].unique().tolist() == [sum(b.capacity for b in group)]
        times = (rows["end_ns"] - rows["begin_ns"]).to_numpy() * 1e3
        held = sum(float((b.level[:-1] * np.diff(b.time)).sum()) for b in group)
        assert isclose(float((rows["mean_entries"] * times).sum()), held, rel_tol=1e-9)
        assert rows["fill"].between(0, 1).all()


@BOTH
def test_the_run_stays_below_every_roof(view: View) -> None:
    table = roofline_plot.table(view)
    points = table[table["kind"] == "point"]
    assert set(points["what"]) == {"sustained", "one inference alone"}
    assert set(points["mover"]) == {"host port", "links"}
    flat = table[table["kind"].isin(["roof", "bound"])]["value"]
    slopes = table[table["kind"] == "bandwidth"].set_index("mover")["value"]
    for point in points.itertuples():
        assert point.value <= flat.min() * (1 + 1e-12)
        assert point.value <= slopes[point.mover] * point.operations_per_byte * (1 + 1e-12)


@BOTH
def test_the_roofline_says_what_the_metrics_say(view: View) -> None:
    answer, table = view.answer, roofline_plot.table(view)
    assert isinstance(answer, Result)
    value = table.set_index(["kind", "what", "mover"])["value"]
    assert isclose(value["point", "sustained", "links"], answer["sustained_gops"], rel_tol=1e-12)
    assert isclose(value["roof", "peak, every cell of 64 tiles", ""], answer["peak_gops"], rel_tol=1e-12)
    # 64 tiles, 256 columns at one per 2.5 ns: an MVM of 2 x 65,536 operations every 640 ns.
    assert isclose(value["roof", "local digital units of 64 tiles", ""], 64 * 2 * 65536 / 640, rel_tol=1e-12)
    assert value["bandwidth", "host port, each way", "host port"] == 3.2
    units = tables.units(answer).set_index("unit")
    moved = units["bytes"].filter(like="host.").max() / 2
    point = table[(table["kind"] == "point") & (table["mover"] == "host port")].iloc[0]
    assert isclose(point["operations_per_byte"], 2 * answer.mapping.graph.macs / moved, rel_tol=1e-12)


@BOTH
def test_the_floor_plan_of_costs_adds_up(view: View) -> None:
    table = floor_plan_costs.table(view).set_index("place")
    assert len(table) == 64 + 8
    on_chip = [e for e in view.answer.energy if not e.unit.startswith("host") and "->" not in e.unit]
    assert isclose(table["energy_pj"].sum(), sum(e.energy for e in on_chip) / 2, rel_tol=1e-9)
    units = attribution(view.answer.program, view.past).units.set_index("unit")
    for tile in view.answer.mapping.tiles:
        row = units.loc[f"{tile}.crossbar"]
        waits = row[[word for word in WORDS if word not in ("work", "set_up", "idle")]].astype(int)
        assert isclose(table.loc[tile, "wait"], waits.sum() / row["total_ps"], rel_tol=1e-12)
        assert waits[table.loc[tile, "longest_wait"].replace(" ", "_")] == waits.max()
    idle = table.drop([*view.answer.mapping.tiles, *view.answer.mapping.hardware.topology.globals])
    assert (idle["longest_wait"] == "").all()


@BOTH
def test_the_area_of_the_power_plot_is_the_energy(view: View) -> None:
    axes = power_plot.draw(view).axes[0]
    unit = {"mW": 1.0, "W": 1e3}[axes.get_ylabel().split("[")[1].rstrip("]")]
    scale = {"ns": 1.0, "us": 1e3, "ms": 1e6}[axes.get_xlabel().split("[")[1].rstrip("]")]
    bands = [patch.get_data() for patch in axes.patches if isinstance(patch, StepPatch)]
    area = sum(float(((band.values - band.baseline) * np.diff(band.edges)).sum()) for band in bands)
    assert isclose(area * unit * scale, sum(entry.energy for entry in view.answer.energy), rel_tol=1e-9)
