"""Writes docs/validation.md and its plot: ``python scripts/validation_page.py``."""

import sys
from pathlib import Path

from simulator.cli.verdicts import data
from simulator.report.drawing import render, settings
from simulator.report.scoreboard import page, scatter
from simulator.study.engines import engine
from simulator.study.validate import validate

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "validation.md"


def main() -> int:
    """Simulate every row and write both files; exit code 1 if an enforced row is out."""
    found = data(validate(ROOT / "chip_configs", engine("auto")))
    PAGE.write_text(page(found["rows"]), encoding="utf-8")
    with settings():
        PAGE.with_suffix(".svg").write_bytes(render(scatter(found["rows"]), 100)[1])
    return 0 if found["good"] else 1


if __name__ == "__main__":
    sys.exit(main())
