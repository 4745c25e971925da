"""Tables add up to the run they describe."""

from math import fsum

import pandas as pd
import pytest

from simulator.measure.totals import totals
from simulator.program.history import history
from simulator.report import tables
from simulator.report.answer import macs_in_model
from simulator.study.run import Result


def layers_of(answer: Result) -> pd.DataFrame:
    return tables.layers(answer, history(answer.program, answer.timeline)).set_index("layer")


def test_every_column_has_a_definition(answer: Result) -> None:
    frames = {
        "layers": layers_of(answer).reset_index(),
        "units": tables.units(answer),
        "energy": tables.energy(answer),
    }
    assert {name: list(frame) for name, frame in frames.items()} == {
        name: list(columns) for name, columns in tables.COLUMNS.items()
    }
    assert all(text for columns in tables.COLUMNS.values() for text in columns.values())


def test_energy_adds_up_to_the_total(answer: Result) -> None:
    total = fsum(entry.energy for entry in answer.energy)
    assert tables.energy(answer)["energy_pj"].sum() == pytest.approx(total, rel=1e-12)
    layers = layers_of(answer)
    own = layers[["dynamic_energy_pj", "static_energy_pj"]].to_numpy().sum()
    assert own == pytest.approx(total, rel=1e-12)


def test_layers_hold_all_macs_and_pieces(answer: Result) -> None:
    layers = layers_of(answer).drop(index="(idle, domain on)", errors="ignore")
    assert layers["macs"].sum() == macs_in_model(answer) == 2 * (36 * 27 * 40 + 36 * 360 * 40 + 360 * 10)
    assert list(layers["matrix"]) == ["", "27x40", "360x40", "", "", "", "360x10"]
    assert list(layers["pieces"]) == [0, 1, 2, 0, 0, 0, 2]
    assert layers.loc["conv1", "mvms"] == 2 * 36 * 2
    assert layers.loc["conv1", "utilisation"] == 360 * 40 / (2 * 256 * 256)


def test_layers_say_where_they_are_computed(answer: Result) -> None:
    where = layers_of(answer).drop(index="(idle, domain on)", errors="ignore")["where"]
    assert list(where) == ["host", "tiles", "tiles", "in conv1", "host", "host", "tiles"]


def test_layers_begin_and_end_with_the_run(answer: Result) -> None:
    layers = layers_of(answer)
    past = history(answer.program, answer.timeline)
    assert layers["first_start_ns"].min() == past.start.min() / 1e3
    timed = [row for row, s in enumerate(past.stream) if answer.program.streams[s].resources]
    assert layers["last_done_ns"].max() == past.done[timed].max() / 1e3


def test_units_work_as_much_as_their_streams_ask(answer: Result) -> None:
    units = tables.units(answer).set_index("unit")
    work = totals(answer.program).work
    for resource, row in enumerate(answer.program.resources):
        asked = sum(
            int(work[s]) for s, stream in enumerate(answer.program.streams) if resource in stream.resources
        )
        assert units.loc[row.name, "work_ns"] == asked / 1e3
        assert units.loc[row.name, "utilisation"] == asked / (row.capacity * answer.timeline.makespan)
    assert (units["held_ns"] >= units["work_ns"]).all()


def test_bytes_at_the_host_port_are_those_of_all_windows_and_residuals(answer: Result) -> None:
    units = tables.units(answer).set_index("unit")
    windows = 36 * 27 + 36 * 360 + 360
    residual = 36 * 40
    assert units.loc["host.in", "bytes"] == 2 * (windows + residual)
    assert units.loc["host.out", "bytes"] == 2 * (36 * 40 * 2 + 10)
