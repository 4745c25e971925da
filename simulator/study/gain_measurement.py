"""What measuring gains costs: known vectors through every tile, simulated like any other work."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from simulator.chip.schema import Chip
from simulator.engine.contract import run
from simulator.mapping.lower.lower import lower
from simulator.mapping.plan import Mapping
from simulator.measure.energy import energy
from simulator.program.form import Inference
from simulator.study import engines
from simulator.study.isolate import isolate


def measurement(chip: Chip, mapping: Mapping, layers: Iterable[str]) -> tuple[float, float]:
    """Time [ns] and dynamic energy [pJ] of one measurement of all gains; nothing where the chip measures none.

    Vectors pass tiles, local units and hops; layers on tiles of their own take part at the same time, those that share
    a tile one after the other. The host is left out.
    """
    section = chip.accuracy.compensation if chip.accuracy else None
    if section is None or section.gain == "none":
        return 0.0, 0.0
    busy: Counter[str] = Counter()
    spent = 0.0
    for name in layers:
        makespan, dynamic = _layer(chip, mapping, name, int(section.vectors))
        busy.update(dict.fromkeys({tile for placed in mapping.of(name) for tile in placed.tiles}, makespan))
        spent += dynamic
    return max(busy.values(), default=0) / 1e3, spent


def _layer(chip: Chip, mapping: Mapping, name: str, vectors: int) -> tuple[int, float]:
    alone = isolate(mapping, name)
    layers = tuple(replace(layer, grid=(vectors,)) for layer in alone.graph.layers)
    graph = replace(alone.graph, layers=layers)
    many = replace(alone, graph=graph)
    program = lower(many, [graph], [Inference()], ["host"])
    timeline = run(engines.engine("simpy"), program)
    entries = energy(chip, many, program, timeline.makespan)
    return timeline.makespan, sum(entry.energy for entry in entries if entry.kind == "dynamic")
