"""Networks of workloads/ on the 64-core chip, lowered."""

from functools import lru_cache
from pathlib import Path

from simulator.chip.reader import load_chip
from simulator.chip.resolve import resolve
from simulator.chip.schema import Chip
from simulator.mapping.lower.lower import lower
from simulator.mapping.placement import find_placement
from simulator.mapping.plan import Mapping, map_workload
from simulator.program.form import Inference, Program
from simulator.workload.reader import load_workload

ROOT = Path(__file__).parents[2]
CHIP = ROOT / "chip_configs" / "ibm14nm.yaml"


@lru_cache(maxsize=8)
def lowered(
    network: str, *settings: str, inferences: int = 1, length: int | None = None
) -> tuple[Chip, Mapping, Program]:
    """A network at its published placement, with these overrides of the chip."""
    file = load_chip(CHIP, settings)
    graph = load_workload(ROOT / "workloads" / f"{network}.yaml").bind(length)
    given, origin = find_placement(file, graph.name, None)
    mapping = map_workload(graph, resolve(file.chip), given, origin)
    return file.chip, mapping, lower(mapping, [graph], [Inference()] * inferences)
