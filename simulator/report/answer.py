"""What a report is made of. ``simulator.study.run.Result`` is one."""

from collections.abc import Sequence
from typing import Protocol

from simulator.chip.reader import ChipFile
from simulator.mapping.plan import Mapping
from simulator.measure.attribution import Attribution
from simulator.measure.baselines import Bound as Roofline
from simulator.measure.bounds import Bound
from simulator.measure.energy import Entry
from simulator.measure.gains import Base, Gain
from simulator.measure.generation import Generation
from simulator.measure.metric import Metric
from simulator.measure.network_accuracy import NetworkAccuracy
from simulator.measure.power import Power
from simulator.measure.times import Times
from simulator.program.form import Program
from simulator.program.history import History
from simulator.program.timeline import Timeline
from simulator.trace.trace import Trace
from simulator.workload.experts import groups, macs_by_group


class Answer(Protocol):
    """A run and its figures; the fields are those of ``Result``."""

    @property
    def chip_file(self) -> ChipFile:
        """Chip, its file and its merged data."""

    @property
    def trace(self) -> Trace:
        """What was asked."""

    @property
    def mapping(self) -> Mapping:
        """Which piece sits on which tile."""

    @property
    def ideal(self) -> tuple[str, ...]:
        """What cost nothing."""

    @property
    def program(self) -> Program:
        """What was executed."""

    @property
    def timeline(self) -> Timeline:
        """When."""

    @property
    def times(self) -> Sequence[Times]:
        """Latency alone, steady interval and latency under load: as run, then with a part ideal."""

    @property
    def metrics(self) -> Sequence[Metric]:
        """Figures with unit and definition."""

    @property
    def energy(self) -> Sequence[Entry]:
        """Energy by layer and part."""

    @property
    def bounds(self) -> Sequence[Bound]:
        """Lower bounds of the steady interval, largest first."""

    @property
    def limiter(self) -> str:
        """What limits, in a sentence."""

    @property
    def history(self) -> History | None:
        """What every operation went through."""

    @property
    def against(self) -> Sequence[Roofline]:
        """Bounds of digital machines beside the run."""

    @property
    def accuracy(self) -> NetworkAccuracy | None:
        """How exact its layers are, where that was asked for."""

    @property
    def closer(self) -> "Answer":
        """The run of which every operation is known: this one, or its beginning where it was too long."""

    @property
    def past(self) -> History:
        """What every operation went through, derived if need be."""

    @property
    def waits(self) -> Attribution:
        """Where the time of every unit and layer went."""

    @property
    def power(self) -> Power:
        """Power over time, by part."""

    @property
    def whole(self) -> int | None:
        """Inferences of the run that this one is the beginning of."""

    @property
    def base(self) -> Base | None:
        """Critical path and critical cycle."""

    @property
    def gains(self) -> Sequence[Gain]:
        """What would help, most first."""

    @property
    def generation(self) -> Generation | None:
        """What requests to a language model saw."""

    @property
    def host_crossover(self) -> float | None:
        """Host bandwidth [bit/s] at which host and chip limit alike."""


def macs_in_model(answer: Answer) -> int:
    """Multiply-accumulates that the network needs for all inferences of the run."""
    graphs = answer.trace.graphs
    numbers = groups(graphs[0])
    macs = [macs_by_group(graph, numbers) for graph in graphs]
    return sum(
        sum(macs[row.segment].get(group, 0) for group in (0, *(row.groups or ())))
        + graphs[row.segment].products_after(row.context)
        for row in answer.program.schedule
    )
