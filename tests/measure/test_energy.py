"""Energy of a run: work times cost, power times time, each part from the law of its own."""

from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import pytest

from simulator.chip.costs import costs
from simulator.chip.reader import ChipFile, load_chip
from simulator.chip.resolve import resolve
from simulator.engine.contract import run
from simulator.engine.simpy_engine import SimpyEngine
from simulator.mapping.lower.lower import lower
from simulator.mapping.plan import Mapping, map_workload
from simulator.measure.energy import distance, energy, not_modelled
from simulator.program.form import Inference
from simulator.workload.reader import load_workload

ROOT = Path(__file__).parents[2]
Spent = tuple[ChipFile, Mapping, dict[str, float], int]
BASE = ("placements=[]", "die.area=derived")


def spent(*sets: str) -> Spent:
    """One step of the PTB network: chip, mapping, energy by part [pJ], makespan [ps]."""
    file = load_chip(ROOT / "chip_configs" / "ibm14nm.yaml", [*BASE, *sets])
    graph = load_workload(ROOT / "workloads" / "ptb_char_lstm.yaml").bind(2)
    mapping = map_workload(graph, resolve(file.chip))
    program = lower(mapping, [graph], [Inference()])
    timeline = run(SimpyEngine(), program)
    parts: dict[str, float] = defaultdict(float)
    for entry in energy(file.chip, mapping, program, timeline.makespan):
        parts[entry.part] += entry.energy
    return file, mapping, dict(parts), timeline.makespan


@pytest.fixture(scope="module")
def as_built() -> Spent:
    return spent()


def test_mvm_parts_stand_in_their_published_shares(
    as_built: Spent,
) -> None:
    _, _, parts, _ = as_built
    whole = parts["input"] + parts["crossbar"] + parts["adc"]
    assert parts["input"] / whole == pytest.approx(0.175)
    assert parts["adc"] / whole == pytest.approx(0.65)


def test_static_energy_is_power_times_time_times_tiles_that_are_on(
    as_built: Spent,
) -> None:
    file, mapping, parts, makespan = as_built
    rows = {int(tile[5:].split(",")[0]) for tile in mapping.tiles}
    on = len(rows) * int(file.chip.grid.columns)
    assert parts["tile_clock"] == pytest.approx(58.64 * on * makespan / 1000)
    assert parts["tile_leakage"] == pytest.approx(14.66 * on * makespan / 1000)


def test_a_byte_costs_the_length_of_its_link() -> None:
    _, mapping, near, _ = spent()
    _, _, far, _ = spent("links.pitch.length=2.4 mm")
    assert far["link"] == pytest.approx(2 * near["link"])
    topology = mapping.hardware.topology
    assert distance(topology, "tile[1,1]->tile[1,3]") == 2
    assert distance(topology, "tile[4,2]->global[2]") == 1


def test_the_host_costs_what_its_memory_costs_and_only_then() -> None:
    file, _, without, _ = spent()
    assert "host" not in without
    assert not_modelled(file.chip) == ("host", "global unit at rest")
    file, _, dram, _ = spent("host.memory=dram")
    _, _, hbm, _ = spent("host.memory=hbm2e")
    assert dram["host"] / hbm["host"] == pytest.approx(20.3 / 6)
    assert not_modelled(file.chip) == ("global unit at rest",)


@pytest.mark.parametrize(
    "change", ["tile.adc.bits=10", "tile.input.magnitude_bits=8", "tile.read_mode=four_phase"]
)
def test_energy_of_a_run_follows_the_cost_of_an_mvm(change: str) -> None:
    file, _, parts, _ = spent("tile.read_mode=one_phase")
    moved, _, more, _ = spent("tile.read_mode=one_phase", change)
    for part in ("input", "crossbar", "adc"):
        before, after = (getattr(costs(chip.chip), part).value for chip in (file, moved))
        assert more[part] / parts[part] == pytest.approx(float(after / before))
        assert after > before


def test_entries_name_what_their_figure_rests_on() -> None:
    file = load_chip(ROOT / "chip_configs" / "ibm14nm.yaml", [*BASE, "tile.crossbar.devices_per_weight=8"])
    assert costs(file.chip).crossbar.label == "assumption"
    assert costs(file.chip).crossbar.value == 2 * Fraction("9194.094")
