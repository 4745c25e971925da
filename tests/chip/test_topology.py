"""The 64-core chip's links and routes."""

from pathlib import Path

from simulator.chip.reader import load_chip
from simulator.chip.topology import Topology, build

CHIPS = Path(__file__).parents[2] / "chip_configs"


def ibm(name: str = "ibm14nm") -> Topology:
    return build(load_chip(CHIPS / f"{name}.yaml").chip)


def test_the_rule_gives_328_links() -> None:
    topology = ibm()
    assert len(topology.links) == len(set(topology.links)) == 328
    assert set(topology.after["tile[3,5]"]) == {
        "tile[2,5]", "tile[4,5]", "tile[3,3]", "tile[3,4]", "tile[3,6]", "tile[3,7]",
    }  # fmt: skip


def test_only_row_four_feeds_global_units() -> None:
    topology = ibm()
    assert topology.globals == {f"global[{c}]": f"tile[4,{c}]" for c in range(1, 9)}
    assert [s for s, t in topology.links if t == "global[3]"] == ["tile[4,3]"]


def test_routes_are_shortest() -> None:
    before = ibm().routes("tile[1,1]")
    path = ["tile[8,8]"]
    while path[-1] != "tile[1,1]":
        path.append(before[path[-1]])
    assert len(path) - 1 == 7 + 4
    assert len(before) == 63 + 8


def test_the_on_chip_variant_adds_the_way_back_from_global_units() -> None:
    topology = ibm("ibm14nm_onchip")
    assert topology.after["global[2]"] == ("tile[4,2]", "tile[5,2]")
    assert "global[2]" not in ibm().after
