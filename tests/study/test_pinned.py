"""Figures of every chip file, pinned: fitting one chip must not move another.

A figure that changes is changed in ``pinned.yaml``, with the reason beside it.
"""

from pathlib import Path

import pytest
import yaml

from simulator.chip.areas import die_area, tile_areas
from simulator.chip.costs import costs
from simulator.chip.reader import load_chip
from simulator.chip.resolve import resolve
from simulator.chip.timing import mvm_window
from simulator.engine.contract import run
from simulator.mapping.lower.lower import lower
from simulator.mapping.plan import map_workload
from simulator.measure.energy import energy
from simulator.program.form import Inference
from simulator.study.engines import engine
from simulator.workload.reader import load_workload

ROOT = Path(__file__).parents[2]
FILES = sorted(path.stem for path in (ROOT / "chip_configs").glob("*.yaml"))
PINNED = yaml.safe_load((Path(__file__).parent / "pinned.yaml").read_text(encoding="utf-8"))
NETWORK = """
name: one_layer
layers:
  x: {kind: input, shape: [48]}
  y: {kind: linear, input: x, width: 10}
"""


def figures(name: str, network: Path) -> dict[str, float]:
    """Window, energies and areas of a tile, area of the chip; time and energy of a small layer."""
    chip = load_chip(ROOT / "chip_configs" / f"{name}.yaml").chip
    areas, plan = tile_areas(chip), map_workload(load_workload(network).bind(), resolve(chip))
    program = lower(plan, [plan.graph], [Inference()])
    makespan = run(engine("fast"), program).makespan
    spent = sum(entry.energy for entry in energy(chip, plan, program, makespan))
    found = {
        "window_ns": float(mvm_window(chip)) / 1e3,
        "mvm_pj": float(costs(chip).mvm),
        "tile_mm2": float(areas.tile),
        "die_mm2": float(die_area(chip, areas.tile)),
        "layer_ns": makespan / 1e3,
        "layer_pj": spent,
    }
    return {figure: float(f"{value:.6g}") for figure, value in found.items()}


@pytest.mark.parametrize("name", FILES)
def test_figures_are_those_pinned(name: str, tmp_path: Path) -> None:
    (tmp_path / "n.yaml").write_text(NETWORK)
    kept = dict(PINNED[name])
    assert kept.pop("reason"), "a pin says why it last changed"
    assert figures(name, tmp_path / "n.yaml") == kept


def test_every_chip_is_pinned_and_no_other() -> None:
    assert sorted(PINNED) == FILES
