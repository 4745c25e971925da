"""A published row with its chip, workload and engine: what a measure is taken from."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from simulator.chip.reader import ChipFile, load_chip
from simulator.chip.resolve import Hardware, resolve
from simulator.engine.contract import Engine, run
from simulator.mapping import plan as planning
from simulator.mapping.lower.lower import lower
from simulator.mapping.lower.micro import back_to_back_mvms
from simulator.mapping.placement import find_placement
from simulator.program.form import Inference, Program
from simulator.program.timeline import Timeline
from simulator.study.isolate import isolate
from simulator.study.published import Row
from simulator.workload.reader import load_workload

REPEATS = 16
"""MVMs back to back; every figure taken from them is a ratio, so the number does not matter."""


@dataclass(frozen=True)
class Case:
    """A row with its chip, workload and engine."""

    row: Row
    chips: Path
    workloads: Path
    engine: Engine

    def with_settings(self, *settings: str) -> "Case":
        """The same with more fields of the chip overridden."""
        return replace(self, row=self.row.model_copy(update={"set": (*self.row.set, *settings)}))

    @cached_property
    def file(self) -> ChipFile:
        """The chip with the row's overrides."""
        return load_chip(self.chips / self.row.chip, self.row.set)

    @property
    def beside(self) -> "Case":
        """The same row on the chip that it is compared with."""
        other = self.row.model_copy(update={"chip": self.row.beside, "beside": ""})
        return Case(other, self.chips, self.workloads, self.engine)

    @cached_property
    def hardware(self) -> Hardware:
        """The chip in integers."""
        return resolve(self.file.chip, self.row.chips)

    @cached_property
    def mapping(self) -> planning.Mapping:
        """The workload on the chip, at the published placement where there is one."""
        graph = load_workload(self.workloads / self.row.workload).bind()
        given, origin = find_placement(self.file, graph.name, None)
        return planning.map_workload(graph, self.hardware, given, origin)

    @cached_property
    def alone(self) -> planning.Mapping:
        """The row's layer alone."""
        return isolate(self.mapping, self.row.layer)

    @cached_property
    def burst(self) -> tuple[Program, Timeline]:
        """The micro-program of MVMs back to back, executed."""
        return self._executed(back_to_back_mvms(self.hardware, REPEATS))

    @cached_property
    def step(self) -> tuple[Program, Timeline]:
        """One vector through the row's layer, input and output not waiting for a host."""
        return self._executed(lower(self.alone, [self.alone.graph], [Inference()], ["host"]))

    def _executed(self, program: Program) -> tuple[Program, Timeline]:
        return program, run(self.engine, program)
