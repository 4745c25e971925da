"""The table of docs/accuracy.md is what its script makes, and the bench measures what it says."""

import csv
import sys
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs" / "accuracy" / "converter_bits.csv"


@pytest.mark.parametrize("number", [0, 6, 11])
def test_the_table_is_what_the_script_makes(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """If this fails on purpose, renew with ``python scripts/accuracy_cost.py --docs``."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts"))
    script = import_module("accuracy_cost")
    with TABLE.open() as stream:
        row = list(csv.DictReader(stream))[number]
    chip = ROOT / "chip_configs" / "ibm14nm.yaml"
    made = script.point(chip, int(row["bits"]), int(row["devices"]), 8)
    for name, value in row.items():
        assert getattr(made, name) == pytest.approx(float(value), rel=1e-6), name


def test_the_bench_multiplies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "scripts" / "bench"))
    before = set(sys.modules)
    bench = import_module("accuracy")
    found = {case: multiply() for case, multiply in bench.cases().items()}
    plain = found.pop("plain product")
    errors = {case: np.linalg.norm(got - plain) / np.linalg.norm(plain) for case, got in found.items()}
    assert set(bench.LEAST) <= set(found)
    assert 0.001 < errors["8 bits in and out"] < 0.03
    assert errors["8 bits in and out"] < errors["8 bits, exact read noise"] < 0.2
    for name in set(sys.modules) - before:
        if name == "accuracy":
            del sys.modules[name]
