"""One run as a function: chip, trace and mapping in; program, timeline and figures out. Nothing is written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from pathlib import Path
from typing import Literal

from simulator.base.errors import InputError
from simulator.chip.reader import ChipFile
from simulator.chip.resolve import resolve
from simulator.engine.contract import Engine, run
from simulator.mapping.lower.lower import lower
from simulator.mapping.placement import chips_of, find_placement, takes_turns
from simulator.mapping.plan import Mapping, map_workload
from simulator.measure.attribution import Attribution, attribution
from simulator.measure.bounds import Bound, bounds
from simulator.measure.energy import Entry, energy
from simulator.measure.gains import Base, Gain, base, gains
from simulator.measure.limiter import host_crossover, limiter
from simulator.measure.metrics import Measured, Metric, metrics
from simulator.measure.power import Power, power
from simulator.measure.times import NO_LOAD, Load, Times, contrasts, times
from simulator.program.form import Inference, Program
from simulator.program.history import History, history
from simulator.program.timeline import FULL, Recording, Timeline
from simulator.study import engines
from simulator.study.balanced import balanced
from simulator.study.reloaded import reloaded
from simulator.trace.trace import Trace


@dataclass(frozen=True)
class Result:
    """Everything a run gave.

    ``times``: as run, then what contention costs. ``bounds`` belong to ``program``, ``host_crossover`` [bit/s] to
    the program with nothing ideal. ``history`` is there with full recording; ``base`` (what limits) and ``gains``
    (what would help) with ``contrast``. ``beginning``: the first inferences run alone, where the whole run was too
    long to keep every operation; ``whole``: there, how many inferences the whole run has.
    """

    chip_file: ChipFile
    trace: Trace
    mapping: Mapping
    ideal: tuple[str, ...]
    program: Program
    timeline: Timeline
    times: list[Times]
    metrics: list[Metric]
    energy: list[Entry]
    bounds: list[Bound]
    limiter: str
    host_crossover: float | None
    history: History | None = None
    base: Base | None = None
    gains: Sequence[Gain] = ()
    beginning: "Result | None" = None
    whole: int | None = None

    @property
    def closer(self) -> "Result":
        """The run of which every operation is known: this one, or its beginning."""
        return self.beginning or self

    @cached_property
    def past(self) -> History:
        """What every operation went through; needs full recording."""
        return self.history or history(self.program, self.timeline)

    @cached_property
    def waits(self) -> Attribution:
        """Where the time of every unit and layer went; needs full recording."""
        return attribution(self.program, self.past)

    @cached_property
    def power(self) -> Power:
        """Power over time, by part; needs full recording."""
        return power(self.chip_file.chip, self.mapping, self.program, self.past)

    def __getitem__(self, name: str) -> float:
        """A metric by its name."""
        return next(metric.value for metric in self.metrics if metric.name == name)


def simulate(
    chip_file: ChipFile,
    trace: Trace,
    engine: Engine,
    *,
    placement: Path | Literal["packed", "balanced"] | None = None,
    tiles: int | None = None,
    chips: int | None = None,
    reload: bool = False,
    ideal: Sequence[str] = (),
    recording: Recording = FULL,
    detail: int | None = None,
    contrast: bool = False,
    load: Load = NO_LOAD,
    progress: Callable[[str], None] = lambda step: None,
) -> Result:
    """Map, lower, execute and measure a trace on a chip.

    ``placement``, ``tiles``, ``chips``: see ``plan``. ``ideal``: names of what costs nothing (network, memory, host).
    ``recording``: what the timeline keeps; no figure depends on it. ``detail``: most operations that are kept one by
    one; of a longer run only the ``beginning``. ``contrast``: the times once more with network,
    memory and host ideal, and what would help; ``load``: latency under load as well. ``progress`` is told each step.
    Raises InputError or DeadlockError.
    """
    chip, inferences = chip_file.chip, schedule(trace)
    mapping = plan(chip_file, trace, placement, tiles, chips, engine=engine, ideal=ideal, reload=reload)
    program = lower(mapping, trace.graphs, inferences, ideal)
    reference = lower(mapping, trace.graphs, inferences) if ideal else program
    progress("run")
    kept = len(inferences) if detail is None else _kept(trace, program, detail)
    recording = recording if kept == len(inferences) else Recording("off")
    timeline = run(engine, program, recording)
    progress("steady interval")
    own = times(program, engine, tuple(ideal), load)
    rows, start = [own], None
    if contrast:
        rows = contrasts(mapping, trace, engine, own, load=load, progress=progress)
        progress("what would help")
        start = base(program, engine, own.steady)
    entries = energy(chip, mapping, program, timeline.makespan)
    limits = bounds(program)
    result = Result(
        chip_file=chip_file,
        trace=trace,
        mapping=mapping,
        ideal=tuple(ideal),
        program=program,
        timeline=timeline,
        times=rows,
        metrics=metrics(Measured(chip, mapping, program, timeline, own, entries)),
        energy=entries,
        bounds=limits,
        limiter=limiter(limits, own.steady.interval),
        host_crossover=host_crossover(reference, bounds(reference)),
        history=history(program, timeline) if recording.level == "full" else None,
        base=start,
        gains=gains(start, engine) if start else [],
    )
    if kept == len(inferences):
        return result
    progress("beginning")
    return replace(result, beginning=_beginning(result, engine, kept))


def _kept(trace: Trace, program: Program, detail: int) -> int:
    """Inferences of as many whole requests as ``detail`` operations allow, of one at least."""
    counts = [sum(work.n for work in segment.work.values()) for segment in program.segments]
    operations = inferences = 0
    for request in trace.requests:
        operations += request.batch * counts[request.graph]
        if inferences and operations > detail:
            break
        inferences += request.batch
    return inferences


def _beginning(result: Result, engine: Engine, kept: int) -> Result:
    """The first requests, ``kept`` inferences, run alone."""
    ends = accumulate(request.batch for request in result.trace.requests)
    requests = next(number for number, end in enumerate(ends, start=1) if end == kept)
    program = replace(result.program, schedule=result.program.schedule[:kept])
    timeline = run(engine, program)
    return replace(
        result,
        trace=replace(result.trace, requests=result.trace.requests[:requests]),
        program=program,
        timeline=timeline,
        energy=energy(result.chip_file.chip, result.mapping, program, timeline.makespan),
        history=history(program, timeline),
        whole=len(result.program.schedule),
    )


def plan(
    chip_file: ChipFile,
    trace: Trace,
    placement: Path | Literal["packed", "balanced"] | None = None,
    tiles: int | None = None,
    chips: int | None = None,
    *,
    engine: Engine | None = None,
    ideal: Sequence[str] = (),
    reload: bool = False,
) -> Mapping:
    """The mapping of a trace's network.

    ``placement``: a file; ``packed`` (fewest tiles: small pieces share them); ``balanced`` (copies of slow layers until
    ``tiles`` tiles, by default all, are spent, if ``engine`` finds that faster with what is not ``ideal``); None: the
    chip's own for this network, else a tile a piece, shared if they do not suffice. ``chips``: the network is a
    pipeline over so many equal chips (None: as many as a file says, else one). ``reload``: as few sets of weights as
    possible take turns on one chip. Raises InputError.
    """
    if not trace.graphs:
        raise InputError("holds no request", field="trace")
    if reload:
        return reloaded(chip_file.chip, trace.graphs[0], placement, chips)
    graph, given, origin = trace.graphs[0], None, ""
    if not isinstance(placement, str) and (placement or chips in (None, 1)):
        given, origin = find_placement(chip_file, graph.name, placement)
    many = chips or (chips_of(given) if given else 1)
    if given and many != chips_of(given):
        raise InputError(
            f"places the network on {chips_of(given)}", place=origin, field="--chips", value=many
        )
    hardware = resolve(chip_file.chip, many, reload=given is not None and takes_turns(given))
    if placement == "balanced":
        found = balanced(graph, hardware, tiles, engine or engines.engine("auto"), ideal)
    else:
        found = map_workload(graph, hardware, given, origin, share=True if placement == "packed" else None)
    how = "packed: small pieces share tiles" if placement == "packed" else found.how
    several = "sets of weights in turn" if hardware.reload else "chips in a row"
    return replace(found, how=f"{how}; {many} {several}" if many > 1 else how)


def schedule(trace: Trace) -> list[Inference]:
    """One inference per request and batch member, in order of arrival."""
    return [Inference(request.graph, request.arrival) for request in trace.inferences]
