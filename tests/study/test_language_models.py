"""The page of language models says what its table does, and the table what the simulator does."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
AGAIN = "tiers3d"
"""The chip that is simulated again: the quickest."""


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """scripts/language_models.py."""
    monkeypatch.syspath_prepend(ROOT / "scripts")
    yield import_module("language_models")


def test_the_page_is_that_of_the_table(script: Any) -> None:
    """If this fails on purpose, renew with ``python scripts/language_models.py --page``."""
    assert script.PAGE.read_text(encoding="utf-8") == script.page(pd.read_csv(script.TABLE))


def test_the_table_is_what_comes_out(script: Any) -> None:
    """If this fails on purpose, renew with ``python scripts/language_models.py``."""
    case, table = script.CASES[0], pd.read_csv(script.TABLE)
    fresh = pd.DataFrame(script.rows_of(case, [AGAIN]), columns=list(script.COLUMNS))
    bounds = table["kind"] == "bound"
    told = table[(table["case"] == case.title) & (bounds | (table["machine"] == AGAIN))]
    figures = fresh.select_dtypes("number").columns
    pd.testing.assert_frame_equal(
        told[figures].reset_index(drop=True), fresh[figures], check_dtype=False, rtol=1e-12
    )
    assert told["machine"].tolist() == fresh["machine"].tolist()


def test_every_claim_stands_beside_rows_of_the_table(script: Any) -> None:
    page = script.PAGE.read_text(encoding="utf-8")
    for claim in script.load(script.CLAIMS).data["claims"]:
        assert claim["text"] in page
        if "case" in claim:
            assert claim["case"] in [case.title for case in script.CASES]
            assert claim["chip"] in script.CHIPS
