"""Sweep files: which points they make, what is refused and in which words."""

from pathlib import Path
from typing import Any

import pytest
from sweep_files import CHIP, SWEEP, write

from simulator.base.errors import InputError
from simulator.study.points import inputs
from simulator.study.sweep import read_sweep
from simulator.study.sweep_values import listed, size


def test_chips_workloads_and_axes_are_crossed_the_last_axis_fastest(tmp_path: Path) -> None:
    sweep = read_sweep(write(tmp_path))
    assert len(sweep.points) == 12
    assert [point.number for point in sweep.points] == list(range(1, 13))
    first, second, last = sweep.points[0], sweep.points[1], sweep.points[-1]
    assert dict(first.values) == {"host.latency": "1 us", "tile.read_mode": "one_phase", "requests.batch": 1}
    assert dict(second.values) == {"host.latency": "1 us", "tile.read_mode": "one_phase", "requests.batch": 2}
    assert dict(last.values) == {"host.latency": "3 us", "tile.read_mode": "four_phase", "requests.batch": 2}
    assert first.chip == CHIP
    assert first.workload == tmp_path / "tiny.yaml"


def test_fields_of_one_axis_move_together_and_fixed_values_reach_every_point(tmp_path: Path) -> None:
    text = SWEEP.replace("axes:", "set: {requests.count: 3}\naxes:").replace(
        "  - requests.batch: [1, 2]", "    requests.batch: [1, 2]"
    )
    points = read_sweep(write(tmp_path, text)).points
    assert [(p.settings["tile.read_mode"], p.settings["requests.batch"]) for p in points[:2]] == [
        ("one_phase", 1),
        ("four_phase", 2),
    ]
    assert len(points) == 6
    assert {point.settings["requests.count"] for point in points} == {3}


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"from": 64, "to": 256, "step": 64}, [64, 128, 192, 256]),
        ({"from": 8, "to": 1, "step": -3}, [8, 5, 2]),
        ({"from": 4, "to": 63, "factor": 2}, [4, 8, 16, 32]),
        ({"from": "0.1 ns", "to": "0.3 ns", "step": "0.1 ns"}, ["0.1 ns", "0.2 ns", "0.3 ns"]),
        ({"from": "1 us", "to": "1 us", "factor": 3}, ["1 us"]),
        (["a", 2, None], ["a", 2, None]),
    ],
)
def test_ranges_are_exact_and_counted_without_being_listed(values: Any, expected: list[Any]) -> None:
    assert listed(values) == expected
    assert size(values) == len(expected)


WRONG = [
    (
        "tile.read_mode",
        "tile.red_mode",
        "sweep.yaml:6: tile.red_mode: no such field. Did you mean 'tile.read_mode'?",
    ),
    ("tile.read_mode", "read_mode", "sweep.yaml:6: read_mode: no such field. Did you mean 'tile.read_mode'?"),
    (
        "requests.batch",
        "requests.batches",
        "sweep.yaml:7: requests.batches: no such field. Did you mean 'requests.batch'?",
    ),
    (
        "requests.batch",
        "workload.layers.fcc.width",
        "no such field in tiny.yaml. Did you mean 'workload.layers.fc.width'?",
    ),
    ("[1, 2]", "[]", "sweep.yaml:7: requests.batch: holds no value, so the grid is empty"),
    ("[1, 2]", "{from: 2, to: 1, step: 1}", "requests.batch: holds no value, so the grid is empty"),
    ("[1, 2]", "{from: 1, to: 2}", "must be a list of values or a range"),
    ("[1, 2]", "[1, x]", "sweep.yaml:7: requests.batch: must be an integer, got 'x'"),
    ("[1, 2]", "[0, 1]", "sweep.yaml:7: requests.batch: must be 1..1000000, got 0"),
    ("from: 1 us", "from: 1 uJ", "sweep.yaml:5: host.latency: must have one unit"),
    (
        "{from: 1 us, to: 3 us, step: 1 us}",
        "[1 uJ]",
        "sweep.yaml:5: host.latency: must be a time, got 'uJ'. Write it like '133 ns'",
    ),
    ("{from: 1 us, to: 3 us, step: 1 us}", "[5]", "sweep.yaml:5: host.latency: needs a unit (time), got 5"),
    ("step: 1 us", "step: 0 us", "must have a step other than 0"),
    (
        "{from: 1 us, to: 3 us, step: 1 us}",
        "{from: 1 us, to: 250000001 us, step: 1 us}",
        "sweep.yaml:4: axes: makes 1,000,000,004 points; a sweep may have 100,000",
    ),
    (
        "requests.batch: [1, 2]",
        "tile.read_mode: [one_phase]",
        "sweep.yaml:7: tile.read_mode: is given twice, first in axis 2",
    ),
    (
        "  - requests.batch: [1, 2]",
        "    requests.batch: [1]",
        "need equally many values, not tile.read_mode: 2, requests.batch: 1",
    ),
    ("axes:", "axis:", "sweep.yaml:4: axis: is not a known key. Did you mean 'axes'?"),
    (
        "axes:",
        "constraints: [die area]\naxes:",
        "sweep.yaml:4: constraints.0: must be a figure, a comparison and a number, got 'die area'",
    ),
    (
        "axes:",
        "constraints: [die area <= 150 nJ]\naxes:",
        "sweep.yaml:4: constraints.0: compares a figure in mm^2 with nJ",
    ),
    ("axes:", "time_limit: 5 kg\naxes:", "sweep.yaml:4: time_limit: must be a time"),
    ("tiny.yaml", "missing.yaml", "sweep.yaml:3: workloads.0: no such file beside the sweep file"),
    (
        "requests.batch: [1, 2]",
        "mapping.placement: [nowhere.yaml]",
        "must be packed, balanced or a file that exists, got 'nowhere.yaml'",
    ),
    (
        "requests.batch: [1, 2]",
        "ideal: [links]",
        "ideal: must be none or a list of network, memory, host, got 'links'",
    ),
    ("[1, 2]", "[1, 2", "is not valid YAML"),
]


@pytest.mark.parametrize(("old", "new", "told"), WRONG, ids=[told[-40:] for _, _, told in WRONG])
def test_what_is_wrong_is_told_with_place_and_remedy(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in SWEEP
    with pytest.raises(InputError) as caught:
        read_sweep(write(tmp_path, SWEEP.replace(old, new)))
    assert told in str(caught.value)


def test_a_sweep_in_which_nothing_varies_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"axes: nothing varies\. Give axes"):
        read_sweep(write(tmp_path, SWEEP.partition("axes:")[0]))


def test_an_axis_of_steps_may_leave_fields_as_in_the_file(tmp_path: Path) -> None:
    steps = """  - - {tile.adc.kind: oscillator_counter, tile.adc.bits: 6}
    - {tile.adc.kind: sar, tile.adc.bits: 8, tile.adc.sample_hold: true}
    - {host.im2col: host}
"""
    sweep = read_sweep(write(tmp_path, SWEEP.partition("axes:")[0] + "axes:\n" + steps))
    assert [dict(point.values) for point in sweep.points] == [
        {"tile.adc.kind": "oscillator_counter", "tile.adc.bits": 6},
        {"tile.adc.kind": "sar", "tile.adc.bits": 8, "tile.adc.sample_hold": True},
        {"host.im2col": "host"},
    ]
    keys = {inputs(point).key for point in sweep.points}
    assert len(keys) == 3
    assert [inputs(point).chip.chip.tile.adc.kind for point in sweep.points] == [
        "oscillator_counter",
        "sar",
        "oscillator_counter",
    ]


@pytest.mark.parametrize(
    ("step", "told"),
    [
        (
            "{tile.adc.kind: saar}",
            "sweep.yaml:5: tile.adc.kind: must be one of oscillator_counter, ramp, sar, flash,",
        ),
        ("{tile.adc.sample_hold: 3}", "tile.adc.sample_hold: must be true or false, got 3"),
        ("{tile.adc.lsb: 3 ns}", "tile.adc.lsb: no such field"),
        ("{}", "sweep.yaml:5: axes.0: holds no field, so the grid is empty"),
    ],
)
def test_steps_are_checked_like_lists(tmp_path: Path, step: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read_sweep(write(tmp_path, SWEEP.partition("axes:")[0] + f"axes:\n  - - {step}\n"))
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "axes:",
            "plots: [{kind: heat, x: requests.batch, y: requests.batch, value: first latency}]\naxes:",
            "plots.0.y: must differ from x, got 'requests.batch'",
        ),
        ("axes:", "set: {mapping.tiles: 3}\naxes:", "mapping.tiles: is for a balanced mapping only, got 3"),
        (
            "requests.batch: [1, 2]",
            "mapping.tiles: [3, 4]",
            "mapping.tiles: is for a balanced mapping only, got 3",
        ),
    ],
)
def test_what_cannot_go_well_is_refused_before_anything_runs(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    with pytest.raises(InputError) as caught:
        read_sweep(write(tmp_path, SWEEP.replace(old, new)))
    assert told in str(caught.value)


def test_tiles_are_fine_where_some_points_are_balanced(tmp_path: Path) -> None:
    text = SWEEP.replace(
        "requests.batch: [1, 2]", "mapping.tiles: [3, 4]\n  - mapping.placement: [packed, balanced]"
    )
    assert len(read_sweep(write(tmp_path, text)).points) == 24
