"""Plots show the run, leave matplotlib alone and come out the same every time."""

import xml.etree.ElementTree as ET
from math import fsum
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.container import BarContainer
from matplotlib.figure import Figure

from simulator.chip.reader import load_chip
from simulator.engine.simpy_engine import SimpyEngine
from simulator.report import energy_plot, floor_plan, floor_plan_costs, tables
from simulator.report.plots import PLOTS, Plot, drawing
from simulator.report.view import View
from simulator.study.run import Result, simulate
from simulator.trace.pattern import RequestPattern
from simulator.trace.trace import record_trace
from simulator.workload.reader import load_workload

CHIPS = Path(__file__).parents[2] / "chip_configs"


@pytest.mark.parametrize("which", ["answer", "recurrent"])
def test_same_run_same_bytes_whatever_the_settings(
    which: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    answer: Result = request.getfixturevalue(which)
    (tmp_path / "plain").mkdir()
    (tmp_path / "mine").mkdir()
    with drawing(answer, tmp_path / "plain", 1):
        pass
    with (
        mpl.rc_context({"font.size": 20, "axes.facecolor": "red", "svg.hashsalt": "mine", "savefig.dpi": 30}),
        drawing(answer, tmp_path / "mine", 1),
    ):
        pass
    for name in PLOTS:
        for ending in ("png", "svg"):
            file = f"{name}.{ending}"
            assert (tmp_path / "plain" / file).read_bytes() == (tmp_path / "mine" / file).read_bytes()


def test_global_settings_are_left_as_they_were(answer: Result, tmp_path: Path) -> None:
    before = dict(mpl.rcParams)
    with drawing(answer, tmp_path, 1):
        pass
    assert dict(mpl.rcParams) == before


def test_files_are_what_they_are_named(answer: Result, tmp_path: Path) -> None:
    with drawing(answer, tmp_path, 1):
        pass
    for name in PLOTS:
        assert (tmp_path / f"{name}.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
        assert ET.parse(tmp_path / f"{name}.svg").getroot().tag == "{http://www.w3.org/2000/svg}svg"
        assert b"<dc:date>" not in (tmp_path / f"{name}.svg").read_bytes()


def test_floor_plan_has_every_tile_and_unit_once_a_panel(answer: Result) -> None:
    left, right = floor_plan.draw(answer).axes[:2]
    for axes in (left, right):
        boxes = [path for drawn in axes.collections for path in drawn.get_paths()]
        assert len(boxes) == 64 + 8
        corners = {tuple(path.vertices[0].round(6).tolist()) for path in boxes}
        assert len(corners) == len(boxes)


def test_floor_plan_names_layers_and_shares(answer: Result) -> None:
    left, right = floor_plan.draw(answer).axes[:2]
    assert sorted(text.get_text() for text in left.texts if text.get_text()) == [
        "conv0\n2%",
        "conv1\n11%",
        "conv1\n11%",
        "dense\n3%",
        "dense\n3%",
    ]
    units = tables.units(answer)
    tile = answer.mapping.of("conv0")[0].tiles[0]
    busiest = units[units["unit"].str.startswith(f"{tile}.")]["utilisation"].max()
    assert f"conv0\n{busiest:.0%}" in {text.get_text() for text in right.texts}


def test_sets_of_weights_show_the_shares_of_their_tile(tmp_path: Path) -> None:
    """Sixty layers take turns on one tile: it works and waits alike for all, too many to be named."""
    rows = [f"  l{n}: {{kind: linear, input: {f'l{n - 1}' if n else 'x'}, width: 250}}" for n in range(60)]
    text = "\n".join(["name: turns", "layers:", "  x: {kind: input, shape: [250]}", *rows])
    path = tmp_path / "network.yaml"
    path.write_text(text)
    writes = "programming={row_time: 1 us, tiles: 1, energy: 8 pJ, endurance: 1000, always: true}"
    one = ("grid.rows=1", "grid.columns=1", "global_digital=null", "die.area=derived", writes)
    trace = record_trace(load_workload(path), RequestPattern())
    answer = simulate(load_chip(CHIPS / "ibm14nm.yaml", one), trace, SimpyEngine())
    plan, units = floor_plan.Plan(answer), tables.units(answer)
    own = units[units["unit"].str.startswith("tile[1,1].")]["utilisation"].max()
    assert set(plan.busy.values()) == {own}
    assert len(plan.busy) == 60
    waits = floor_plan_costs.longest_waits(View(answer))
    assert len(waits) == 60
    assert len(set(waits.values())) == 1
    assert not floor_plan.draw(answer).axes[0].texts


def test_global_units_stand_below_the_row_that_feeds_them(recurrent: Result) -> None:
    right = floor_plan.draw(recurrent).axes[1]
    labels = [label.get_text() for label in right.get_yticklabels()]
    heights = right.get_yticks()
    order = [label for _, label in sorted(zip(heights, labels, strict=True))]
    assert order == ["1", "2", "3", "4", "global", "5", "6", "7", "8"]


def test_bars_add_up_to_the_energy(answer: Result) -> None:
    for axes in energy_plot.draw(answer).axes:
        bars = [bar for group in axes.containers if isinstance(group, BarContainer) for bar in group]
        corners = [path.vertices[:, 0] for group in axes.collections for path in group.get_paths()]
        widths = fsum([*(bar.get_width() for bar in bars), *(float(np.ptp(x)) for x in corners)])
        unit = {"nJ": 1e3, "uJ": 1e6, "mJ": 1e9}[axes.get_xlabel().split("[")[1].rstrip("]")]
        total = fsum(entry.energy for entry in answer.energy) / 2
        assert widths * unit == pytest.approx(total, rel=1e-9)


def test_looks_tell_all_parts_apart() -> None:
    looks = {(look["facecolor"], look["hatch"]) for look in map(energy_plot.look, energy_plot.PART_NAMES)}
    assert len(looks) == len(energy_plot.PART_NAMES)


def test_copies_of_the_process_draw_the_same(answer: Result, tmp_path: Path) -> None:
    for count in (1, 3):
        (tmp_path / str(count)).mkdir()
        with drawing(answer, tmp_path / str(count), count):
            pass
    one, three = ({path.name: path.read_bytes() for path in (tmp_path / n).iterdir()} for n in ("1", "3"))
    assert len(one) >= 2 * len(PLOTS)
    assert one == three


def test_a_plot_that_fails_says_so(answer: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(view: View) -> Figure:
        raise ValueError(f"cannot draw {view.inferences}")

    monkeypatch.setitem(PLOTS, "power", Plot(fail))
    with pytest.raises(ValueError, match="cannot draw"), drawing(answer, tmp_path, 2):
        pass
