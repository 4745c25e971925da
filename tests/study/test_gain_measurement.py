"""Measuring gains is work on the timeline: it takes what its MVMs, local units and hops take."""

import pytest

from simulator.chip.reader import load_chip
from simulator.chip.resolve import resolve
from simulator.functional.product import LAYER, Wanted, product
from simulator.mapping.plan import map_workload
from simulator.measure.energy import mvm_energy
from simulator.study.gain_measurement import measurement

CHIP = "chip_configs/ibm14nm.yaml"


def measured(rows: int, *settings: str) -> tuple[float, float]:
    chip = load_chip(CHIP, settings).chip
    mapping = map_workload(product(Wanted(size=(rows, 256)), (256, 256)).graph, resolve(chip))
    return measurement(chip, mapping, [LAYER])


def test_a_tile_takes_as_long_as_its_local_unit() -> None:
    """Four phases, 520 ns; the local unit reads 256 results at 2.5 ns, 640 ns, in each of 64 rounds."""
    time, spent = measured(256)
    assert time == pytest.approx(64 * 640, rel=0.03)
    chip = load_chip(CHIP).chip
    assert spent > 64 * mvm_energy(chip)


def test_more_vectors_and_more_tiles_cost_more() -> None:
    time, spent = measured(256)
    twice = measured(256, "accuracy.compensation.vectors=128")
    assert twice[0] == pytest.approx(2 * time, rel=0.03)
    assert twice[1] == pytest.approx(2 * spent, rel=1e-9)
    two_tiles = measured(512)
    assert two_tiles[0] == pytest.approx(time, rel=0.03)
    assert two_tiles[1] > 1.9 * spent


def test_no_measurement_costs_nothing() -> None:
    assert measured(256, "accuracy.compensation.gain=none") == (0, 0)
    assert measured(256, "accuracy.compensation=null") == (0, 0)
