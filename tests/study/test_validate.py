"""Published rows: all hold, and the verdict can fail."""

from pathlib import Path

import pytest

from simulator.base.errors import InputError
from simulator.cli.verdicts import data
from simulator.engine.simpy_engine import SimpyEngine
from simulator.report.scoreboard import page
from simulator.study.engines import engine
from simulator.study.published import Row, read_published
from simulator.study.validate import Verdict, validate

CHIPS = Path(__file__).parents[2] / "chip_configs"


def row(**changes: object) -> Row:
    facts = {"row": "x.1", "what": "w", "published": 100.0, "unit": "ns", "kind": "test", "source": "s"}
    facts |= {"measure": "tiles", "chip": "ibm14nm.yaml"}
    return Row.model_validate(facts | changes)


@pytest.fixture(scope="module")
def verdicts() -> list[Verdict]:
    return validate(CHIPS, engine("fast"))  # that SimPy gives the same is tested elsewhere


@pytest.mark.long
def test_every_enforced_row_holds(verdicts: list[Verdict]) -> None:
    assert [(v.row.row, v.row.case, v.simulated) for v in verdicts if not v.good] == []
    assert {v.row.row for v in verdicts} >= {f"hermes.{n}" for n in range(1, 15)}


@pytest.mark.long
def test_the_page_is_what_comes_out_now(verdicts: list[Verdict]) -> None:
    """``python scripts/validation_page.py`` writes it."""
    written = (CHIPS.parent / "docs" / "validation.md").read_text(encoding="utf-8")
    assert page(data(verdicts)["rows"]) == written


@pytest.mark.parametrize(
    ("kind", "tolerance", "simulated", "status"),
    [
        ("test", "1 %", 101.0, "pass"),
        ("test", "1 %", 101.1, "FAIL"),
        ("test", "2 ns", 98.0, "pass"),
        ("test", "2 ns", 97.9, "FAIL"),
        ("calibrated", "exact", 100.0, "pass"),
        ("calibrated", "exact", 100.01, "FAIL"),
        ("test", "factor 1.5", 67.0, "pass"),
        ("test", "factor 1.5", 66.0, "FAIL"),
        ("test", "factor 1.5", 150.0, "pass"),
        ("test", "factor 1.5", 151.0, "FAIL"),
        ("assumption", "exact", 1.0, "assumption"),
        ("known_gap", "1 %", 120.0, "gap"),
        ("known_gap", "1 %", 100.5, "GAP CLOSED"),
        ("not_testable", "1 %", None, "not testable"),
    ],
)
def test_status(kind: str, tolerance: str, simulated: float | None, status: str) -> None:
    verdict = Verdict(row(kind=kind, tolerance=tolerance, reason="why"), simulated)
    assert verdict.status == status
    assert verdict.good is (status not in ("FAIL", "GAP CLOSED"))


def test_a_changed_chip_turns_a_row_red() -> None:
    """The rows come from programs that run, not from constants copied to the output."""
    rows = [r for r in read_published(CHIPS / "published") if r.row == "hermes.2"]
    changed = rows[0].model_copy(update={"set": (*rows[0].set, "tile.input.slot=1.1 ns")})
    from simulator.study.case import Case
    from simulator.study.measures import MEASURES

    value = MEASURES[changed.measure](Case(changed, CHIPS, CHIPS.parent / "workloads", SimpyEngine()))
    assert Verdict(changed, value).status == "FAIL"


def test_a_row_must_say_what_is_missing(tmp_path: Path) -> None:
    published = tmp_path / "published"
    published.mkdir()
    text = "title: t\nrows:\n  - {row: x.1, what: w, published: 1, unit: ns, kind: known_gap, source: s}\n"
    (published / "x.yaml").write_text(text)
    with pytest.raises(
        InputError, match=r"x\.yaml:3: rows\.0\.reason: a row of kind known_gap needs a reason"
    ):
        validate(tmp_path, SimpyEngine())


def test_unknown_rows_are_named() -> None:
    with pytest.raises(InputError, match=r"no published row of that name, got .hermes\.99."):
        validate(CHIPS, SimpyEngine(), ["hermes.99"])
