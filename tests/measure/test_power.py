"""Power over time: its integral is the counted energy, and its level that of the operations at work."""

from dataclasses import replace

import numpy as np
import pytest
from on_chip import CHIP, lowered

from simulator.chip.reader import load_chip
from simulator.chip.resolve import resolve
from simulator.chip.schema import Chip
from simulator.engine.contract import run
from simulator.engine.simpy_engine import SimpyEngine
from simulator.mapping.lower.lower import lower
from simulator.mapping.plan import Mapping, map_workload
from simulator.measure.energy import energy, mvm_energy
from simulator.measure.power import Power, power
from simulator.program.form import Duration, Inference, Program
from simulator.program.history import history
from simulator.workload.graph import Graph, Layer, Matrix, Source

MVM = ("input", "crossbar", "adc")
Case = tuple[Chip, Mapping, Program]


def one_tile(vectors: int = 1, inferences: int = 1) -> Case:
    chip = load_chip(CHIP, ["tile.read_mode=one_phase"]).chip
    layers = (
        Layer("x", "input", (), (vectors,), 4),
        Layer("fc", "linear", (Source("x"),), (vectors,), 3, (Matrix("weights", 4, 3),)),
    )
    graph = Graph("test", layers, ("fc",))
    mapping = map_workload(graph, resolve(chip))
    return chip, mapping, lower(mapping, [graph], [Inference()] * inferences, ["host"])


def of(case: Case, width: int | None = None) -> tuple[Power, int]:
    """Power and the makespan."""
    chip, mapping, program = case
    timeline = run(SimpyEngine(), program)
    return power(chip, mapping, program, history(program, timeline), width), timeline.makespan


def counted(case: Case, makespan: int) -> dict[str, float]:
    """Energy [pJ] by part."""
    sums: dict[str, float] = {}
    for entry in energy(*case, makespan):
        sums[entry.part] = sums.get(entry.part, 0) + entry.energy
    return sums


def test_one_mvm_and_what_follows() -> None:
    """MVM from 0 to 133 ns, local unit from 135 ns for 3 outputs of 2.5 ns, its pipeline until 192.5 ns."""
    case = one_tile()
    found, makespan = of(case, width=500)
    assert (makespan, len(found.total)) == (192_500, 385)
    mvm = np.sum([found.parts[part] for part in MVM], axis=0)
    assert mvm[:266] == pytest.approx(mvm_energy(case[0]) / 133_000 * 1e3)
    assert not mvm[266:].any()
    local = np.flatnonzero(found.parts["local_digital"])
    assert (local[0], local[-1] + 1) == (270, 285)
    static = found.parts["tile_clock"]
    assert static == pytest.approx(static[0])


@pytest.mark.parametrize("width", [1, 7, 1_000, 133_000, 10**9, None])
def test_any_width_integrates_to_the_energy(width: int | None) -> None:
    case = one_tile(vectors=2, inferences=2)
    found, makespan = of(case, width)
    for part, each in counted(case, makespan).items():
        assert found.parts[part].sum() * found.width / 1e3 == pytest.approx(each, rel=1e-9)


@pytest.mark.parametrize(
    ("network", "length"), [("resnet9_cifar10", None), ("ptb_char_lstm", 6), ("flickr8k_captioning", 3)]
)
def test_networks_spend_what_is_counted(network: str, length: int | None) -> None:
    case = lowered(network, length=length)
    found, makespan = of(case)
    spent = counted(case, makespan)
    assert set(found.parts) == set(spent)
    assert found.total.sum() * found.width / 1e3 == pytest.approx(sum(spent.values()), rel=1e-9)
    peaks = found.peaks().set_index("part")
    total = peaks.loc["total"]
    assert total["peak_mw"] == found.total.max() > total["mean_mw"]
    assert total["peak_mw"] <= peaks.drop("total")["peak_mw"].sum() * (1 + 1e-12)
    at = int(total["at_ns"] * 1e3) // found.width
    assert found.total[at] == total["peak_mw"]


def test_operations_that_take_no_time_still_spend_energy() -> None:
    case = one_tile()
    program = case[2]
    local = next(n for n, stream in enumerate(program.streams) if stream.part == "local_digital")
    work = replace(program.segments[0].work[local], occupancy=Duration(0))
    segment = replace(program.segments[0], work={**program.segments[0].work, local: work})
    quick = (*case[:2], replace(program, segments=[segment]))
    found, makespan = of(quick, width=500)
    assert found.parts["local_digital"].sum() * 0.5 == pytest.approx(
        counted(quick, makespan)["local_digital"]
    )
    assert np.count_nonzero(found.parts["local_digital"]) == 1


def test_as_a_table() -> None:
    found, _ = of(one_tile(), width=100_000)
    table = found.frame()
    assert table["begin_ns"].tolist() == [0, 100]
    assert list(table.columns) == ["begin_ns", *(f"{part}_mw" for part in found.parts), "total_mw"]
    assert table["total_mw"].tolist() == pytest.approx(found.total.tolist())
