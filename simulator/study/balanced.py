"""A balanced mapping, kept only if it is the better one: copies cost host traffic that the balance does not know."""

from collections.abc import Sequence
from dataclasses import replace

from simulator.chip.resolve import Hardware
from simulator.engine.contract import Engine, run
from simulator.mapping.balance import balance
from simulator.mapping.lower.lower import lower
from simulator.mapping.plan import Mapping, map_workload
from simulator.program.form import Inference
from simulator.program.timeline import Recording
from simulator.workload.graph import Graph

_LONG = 500_000
"""Operations of an inference from which one is simulated for the comparison; of less, two."""


def balanced(
    graph: Graph, hardware: Hardware, tiles: int | None, engine: Engine, ideal: Sequence[str] = ()
) -> Mapping:
    """Copies of slow layers until ``tiles`` (all, if None) are spent, or one copy each if that is no slower.

    Both are simulated on the chip as it is, ``ideal`` aside. InputError where the network does not fit.
    """
    budget = len(hardware.topology.tiles) if tiles is None else tiles
    over = f"balanced over {budget} tile{'' if budget == 1 else 's'}"
    found = balance(graph, hardware, budget)
    many = map_workload(graph, hardware, copies=found.copies, share=False)
    if max(found.copies.values()) == 1:
        return replace(many, how=f"{over}: no copy that fits helps")
    one = map_workload(graph, hardware, share=False)
    count, (with_copies, without) = _compared((many, one), engine, ideal)
    told = f"{count} inference{'s' if count > 1 else ''} in"
    if with_copies < without:
        how = f"{over}: {told} {_us(with_copies)}, without copies {_us(without)}"
        return replace(many, how=how)
    return replace(
        one,
        how=f"one copy of each layer: {told} {_us(without)}, {over} {_us(with_copies)}",
    )


def _compared(mappings: Sequence[Mapping], engine: Engine, ideal: Sequence[str]) -> tuple[int, list[int]]:
    """How many inferences were simulated, and when the last one ends on each mapping [ps]."""
    programs = [lower(mapping, [mapping.graph], [Inference()], ideal) for mapping in mappings]
    count = 1 if sum(work.n for work in programs[0].segments[0].work.values()) >= _LONG else 2
    twice = [replace(program, schedule=[Inference()] * count) for program in programs]
    return count, [run(engine, program, Recording("off")).makespan for program in twice]


def _us(time: int) -> str:
    return f"{time / 1e6:,.1f} us"
