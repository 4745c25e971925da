"""Where a timeline file goes and which part of the run it shows."""

import os
from pathlib import Path

import pytest
from trace_reader import read

from simulator.base.errors import InputError
from simulator.report import perfetto_run
from simulator.report.perfetto_run import TimelineFile, timeline_file, write_run
from simulator.report.window import ALL, Window, parse_window
from simulator.study.run import Result


@pytest.mark.parametrize(
    ("path", "window", "rule"),
    [
        (None, "0..1us", "--window: says what --timeline FILE shows. Give both"),
        ("t.txt", None, "--timeline: must end in .json or .json.gz, got '{}/t.txt'"),
        ("old.json", None, "{}/old.json: --timeline: exists; an earlier result is never overwritten"),
        ("no/t.json", None, "{}/no/t.json: --timeline: is in no folder that exists"),
        ("t.json", "1us", "--window: must be two times"),
    ],
)
def test_what_is_asked_for_is_checked_before_anything_runs(
    path: str | None, window: str | None, rule: str, tmp_path: Path
) -> None:
    (tmp_path / "old.json").touch()
    with pytest.raises(InputError) as caught:
        timeline_file(tmp_path / path if path else None, window)
    assert str(caught.value).startswith(rule.format(tmp_path))


def test_a_run_is_whole_or_absent(answer: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = timeline_file(tmp_path / "t.json.gz", "0..10us")
    assert asked is not None
    assert timeline_file(None, None) is None
    write_run(answer, asked)
    assert os.listdir(tmp_path) == ["t.json.gz"]
    trace = read(tmp_path / "t.json.gz")
    assert {s.begin < 10_000_000 for s in trace.slices} == {True}

    def interrupt(*args: object, **options: object) -> None:
        (tmp_path / ".partial-u.json").touch()
        raise KeyboardInterrupt

    monkeypatch.setattr(perfetto_run, "write_perfetto", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_run(answer, TimelineFile(tmp_path / "u.json"))
    assert os.listdir(tmp_path) == ["t.json.gz"]


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("0..100us", Window(0, 100_000_000)),
        ("1..2ms", Window(1_000_000_000, 2_000_000_000)),
        (" 1.5 ns .. 2 us ", Window(1_500, 2_000_000)),
        ("3us..", Window(3_000_000)),
        ("..4ns", Window(0, 4_000)),
        ("..", ALL),
    ],
)
def test_windows(text: str, window: Window) -> None:
    assert parse_window(text) == window


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("100us", "--window: must be two times with .. between them, got '100us'"),
        ("1..2", "--window: needs a unit"),
        (
            "2us..1us",
            "--window: must begin at 0 or later and end after it begins, got '2000000 ps..1000000 ps'",
        ),
        ("-1us..1us", "--window: must begin at 0 or later"),
        ("0..1 V", "--window: must be a time, got '0..1 V'"),
        ("a..b", "--window: must be a number with a unit of time, got 'a..b'"),
    ],
)
def test_a_wrong_window_says_what_is_wrong(text: str, rule: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_window(text)
    assert str(caught.value).startswith(rule)
    assert str(caught.value).endswith("Write it like 0..100us, 1.2ms..1.3ms or 50us..")
