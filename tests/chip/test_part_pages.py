"""docs/parts says what the code does."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
SHARED = {"law", "streaming", "port", "common", "activity"}
"""Modules of parts that have no figures of their own."""


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("part_pages", ROOT / "scripts" / "part_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["part_pages"] = module
    spec.loader.exec_module(module)
    return module


def test_tables_are_those_of_the_code(script: ModuleType) -> None:
    texts, _ = script.pages()
    assert [path.name for path, text in texts.items() if path.read_text() != text] == []


def test_every_page_has_its_plot_and_stands_in_the_index(script: ModuleType) -> None:
    names = {page.name for page in script.CATALOGUE}
    folder = ROOT / "docs" / "parts"
    assert {path.stem for path in folder.glob("*.md")} == names | {"README"}
    assert {path.stem for path in folder.glob("*.svg")} == names


def test_every_part_with_figures_has_a_page(script: ModuleType) -> None:
    """Attention units are told in docs/attention.md, with their constants."""
    files = (ROOT / "simulator" / "parts").rglob("[a-z]*.py")
    parts = {path.stem for path in files if path.parent.name != "attention"} - SHARED
    pages = {page.name for page in script.CATALOGUE}
    assert parts - {"digital", "wire"} <= pages
    assert {"local_digital", "link"} <= pages
