"""Contradictions on a chip whose tiles hand on durations: field, rule, remedy."""

from pathlib import Path

import pytest

from simulator.base.errors import InputError
from simulator.chip.reader import load_chip
from simulator.chip.resolve import resolve
from simulator.chip.topology import edge

CHIPS = Path(__file__).parents[2] / "chip_configs"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("tile.adc.lsb_time=1.2 ns",
         r"tile\.adc\.lsb_time: needs a ramp of 307\.2 ns, longer than the integration window"),
        ("landing_pads.inputs=20", r"landing_pads\.inputs: is more than the 18 tiles at the edge of the grid"),
        ("landing_pads.outputs=19", r"landing_pads\.outputs: is more than the 18 tiles at the edge"),
        ("landing_pads.width=256", r"landing_pads\.width: is less than the 512 durations of a tile"),
        ("landing_pads.counter_bits=7", r"tile\.input\.magnitude_bits: is more than the 7 bits that a landing"),
        ("tile.adc.bits=9", r"tile\.adc\.bits: is more than the 8 bits that a landing pad's counter holds"),
        ("tile.input={coding: amplitude, magnitude_bits: 8, settle: 5 ns}",
         r"tile\.input\.coding: must be pulse_width: what arrives"),
        ("transport=links", r"transport: must be given: tiles that hand on durations need pads"),
        ("landing_pads=null", r"landing_pads: must be given: tiles that hand on durations need pads"),
        ("tile.adc={kind: sar, bits: 8, sample_hold: true}",
         r"tile\.adc\.kind: must be duration: circuits carry durations"),
        ("tile.crossbar.planes=3", r"tile\.crossbar\.planes: must divide the 4 devices"),
        ("grid.absent=['tile[7,1]']", r"grid\.absent\.0: is not a site of the grid"),
        ("programming={row_time: 1 us, tiles: 1, energy: 1 nJ, endurance: 9}", r"programming: must be left out"),
    ],
)  # fmt: skip
def test_contradictions_are_refused(override: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        load_chip(CHIPS / "ibm34tile.yaml", [override])


def test_pads_without_durations_are_refused() -> None:
    with pytest.raises(
        InputError, match=r"landing_pads: must be left out: the converters of the tiles make words"
    ):
        load_chip(CHIPS / "ibm14nm.yaml", ["landing_pads={inputs: 1, outputs: 1, width: 256}"])


def test_edge_and_pads() -> None:
    """20 edge sites, of which two are absent; pads as far apart as can be."""
    chip = load_chip(CHIPS / "ibm34tile.yaml").chip
    assert len(edge(chip)) == 18
    pads = resolve(chip).pads
    assert pads is not None
    assert len(set(pads.inputs)) == len(set(pads.outputs)) == 6
    assert set(pads.inputs) <= set(edge(chip))
    assert pads.step == 300_000


def test_the_ramp_may_be_as_long_as_the_window() -> None:
    load_chip(CHIPS / "ibm34tile.yaml", ["tile.adc.lsb_time=1.171875 ns"])
