"""What every operation of a run went through, for a whole run or its beginning."""

from dataclasses import dataclass, replace
from functools import cached_property

from simulator.base.aside import aside
from simulator.chip.schema import Chip
from simulator.engine.contract import Engine, run
from simulator.mapping.plan import Mapping
from simulator.measure.attribution import Attribution, attribution
from simulator.measure.energy import Entry, energy
from simulator.measure.power import Power, power
from simulator.program.form import Program
from simulator.program.history import History, history
from simulator.program.timeline import Timeline


@dataclass(frozen=True)
class Detail:
    """A run and what follows from its operations: energy, and with full recording all else."""

    chip: Chip
    mapping: Mapping
    program: Program
    timeline: Timeline

    @cached_property
    def energy(self) -> list[Entry]:
        """Energy by layer and part; needs no recording."""
        return energy(self.chip, self.mapping, self.program, self.timeline.makespan)

    @cached_property
    def past(self) -> History:
        """What every operation went through."""
        return history(self.program, self.timeline)

    @cached_property
    def waits(self) -> Attribution:
        """Where the time of every unit and layer went."""
        return attribution(self.program, self.past)

    @cached_property
    def power(self) -> Power:
        """Power over time, by part."""
        return power(self.chip, self.mapping, self.program, self.past)

    @property
    def recorded(self) -> bool:
        """Whether every operation is known."""
        return self.timeline.recording.level == "full"

    def work_out(self, *, reports: bool) -> None:
        """Derive energy and what every operation went through, and with ``reports`` what these show."""
        _ = self.energy
        if not self.recorded:
            return
        _ = self.past
        if reports:
            with aside(lambda: self.power) as spent:
                _ = self.waits
                vars(self)["power"] = spent()  # where the cached property looks


def beginning(
    chip: Chip, mapping: Mapping, whole: Program, engine: Engine, count: int, *, reports: bool
) -> Detail | None:
    """The first ``count`` inferences run alone, worked out; None where these are all."""
    if count == len(whole.schedule):
        return None
    program = replace(whole, schedule=whole.schedule[:count])
    begun = Detail(chip, mapping, program, run(engine, program))
    begun.work_out(reports=reports)
    return begun
