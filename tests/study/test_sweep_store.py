"""Finished points outlive whatever happens to their writer."""

from pathlib import Path

import pytest

from simulator.base.errors import InputError
from simulator.study.points import Answer
from simulator.study.store import NAME, Finished, Store

GOOD = Finished(Answer({"tops_per_w": (0.1 + 0.2, "TOPS/W"), "tiles_used": (2.0, "tiles")}, "host"), "", 0.25)
BAD = Finished(None, "does not fit", 0.5)


def filled(folder: Path) -> Path:
    with Store(folder) as store:
        store.add("one", GOOD)
        store.add("two", BAD)
    return folder / NAME


def test_what_was_kept_is_there_again_to_the_last_bit(tmp_path: Path) -> None:
    filled(tmp_path / "sweep")
    with Store(tmp_path / "sweep") as store:
        assert store.finished == {"one": GOOD, "two": BAD}


@pytest.mark.parametrize("lost", [1, 2, 30])
def test_a_line_that_was_cut_off_is_run_again_and_spoils_no_other(tmp_path: Path, lost: int) -> None:
    path = filled(tmp_path)
    path.write_bytes(path.read_bytes()[:-lost])
    with Store(tmp_path) as store:
        assert store.finished["one"] == GOOD
        assert ("two" in store.finished) is (lost == 1)
        store.add("three", BAD)
    with Store(tmp_path) as store:
        assert store.finished["one"] == GOOD
        assert store.finished["three"] == BAD


@pytest.mark.parametrize(
    "junk", [b"\xff\xfe\n", b"null\n", b"[1]\n", b'{"key": 1}\n', b'{"key": "x", "figures": 3}\n']
)
def test_lines_of_others_are_skipped(tmp_path: Path, junk: bytes) -> None:
    path = filled(tmp_path)
    path.write_bytes(junk + path.read_bytes())
    with Store(tmp_path) as store:
        assert store.finished == {"one": GOOD, "two": BAD}


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("...")
    with pytest.raises(InputError, match="exists and holds something else than a sweep"):
        Store(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="file/sweep: --out: cannot be written: Not a directory"):
        Store(tmp_path / "file" / "sweep")
