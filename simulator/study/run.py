"""One run as a function: chip, trace and mapping in; program, timeline and figures out. Nothing is written."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Literal

from simulator.base.aside import aside
from simulator.base.errors import InputError
from simulator.chip.reader import ChipFile
from simulator.chip.resolve import resolve
from simulator.engine.contract import Engine
from simulator.mapping.lower.attention.seats import room, sequences
from simulator.mapping.lower.lower import lower
from simulator.mapping.placement import chips_of, find_placement, takes_turns
from simulator.mapping.plan import Mapping, map_workload
from simulator.measure.attribution import Attribution
from simulator.measure.baselines import Bound as Roofline
from simulator.measure.bounds import Bound, bounds
from simulator.measure.energy import Entry
from simulator.measure.gains import Base, Gain, base, gains
from simulator.measure.generation import Generation
from simulator.measure.limiter import host_crossover, limiter
from simulator.measure.metric import Metric
from simulator.measure.metrics import Measured, metrics
from simulator.measure.network_accuracy import NetworkAccuracy
from simulator.measure.power import Power
from simulator.measure.times import NO_LOAD, Load, Pace, Times, contrasts, times
from simulator.program.form import Program
from simulator.program.history import History
from simulator.program.timeline import FULL, Recording, Timeline
from simulator.study import engines
from simulator.study.balanced import balanced
from simulator.study.detail import Detail, beginning
from simulator.study.executed import alone, execute, in_detail, kept, repeated, schedule
from simulator.study.generate import Limits
from simulator.study.reloaded import reloaded
from simulator.trace.trace import Trace
from simulator.workload.experts import routes


@dataclass(frozen=True)
class Result:
    """Everything a run gave.

    ``times``: as run, then what contention costs. ``bounds`` are of what the steady interval repeats,
    ``host_crossover`` [bit/s] of that with nothing ideal. ``history`` is there with full recording; ``base`` (what
    limits) and ``gains`` (what would help) with ``contrast``; ``generation`` (what requests saw) where tokens are
    generated; ``accuracy``: of its layers, ``against``: digital machines beside it, where asked for. ``beginning``:
    the first inferences run alone, where the whole run was too long to keep every operation; ``whole``: there, how
    many inferences the whole run has.
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
    detail: Detail
    base: Base | None = None
    gains: Sequence[Gain] = ()
    generation: Generation | None = None
    accuracy: NetworkAccuracy | None = None
    against: Sequence[Roofline] = ()
    beginning: "Result | None" = None
    whole: int | None = None

    @property
    def closer(self) -> "Result":
        """The run of which every operation is known: this one, or its beginning."""
        return self.beginning or self

    @property
    def history(self) -> History | None:
        """See ``Detail``; None where not every operation was recorded."""
        return self.detail.past if self.detail.recorded else None

    @property
    def past(self) -> History:
        """See ``Detail``."""
        return self.detail.past

    @property
    def waits(self) -> Attribution:
        """See ``Detail``."""
        return self.detail.waits

    @property
    def power(self) -> Power:
        """See ``Detail``."""
        return self.detail.power

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
    max_batch: int | None = None,
    ideal: Sequence[str] = (),
    recording: Recording = FULL,
    detail: int | None = None,
    contrast: bool = False,
    load: Load = NO_LOAD,
    ahead: bool = False,
    progress: Callable[[str], None] = lambda step: None,
) -> Result:
    """Map, lower, execute and measure a trace on a chip.

    ``placement`` to ``reload``: see ``plan``. ``ideal``: what costs nothing (network, memory, host). ``max_batch``: see
    ``Limits``. ``recording``: what the timeline keeps; no figure depends on it. ``detail``: most operations that are
    kept one by one; of a longer run only the ``beginning``. ``contrast``: times once more with each ideal, and what
    would help; ``load``: latency under load. ``ahead``: reports will show waits and power, which are worked out too,
    while a copy of this process finds the steady interval. ``progress`` is told each step. Raises InputError and
    DeadlockError.
    """
    _check_generation(trace, max_batch, load)
    mapping = plan(chip_file, trace, placement, tiles, chips, engine=engine, ideal=ideal, reload=reload)
    lowered = partial(_lowered, mapping, trace)
    program = lowered(ideal)
    progress("run")
    recording = recording if in_detail(trace, program, detail) else Recording("off")
    pace = Pace(repeated(trace), alone(trace))
    steady, limits = pace.of(program), _limits(mapping, max_batch, ideal)
    begin = partial(beginning, chip_file.chip, mapping, program, engine, reports=ahead)
    timed = partial(times, program, engine, pace, tuple(ideal), load)
    executed = partial(execute, program, trace, engine, recording, limits)
    early = recording.level == "off" and not trace.generates  # tokens lengthen the schedule while it runs
    with aside(timed, wanted=ahead) as found, aside(executed, wanted=ahead and early) as ran:
        begun = begin(kept(trace, program, detail)) if early else None
        timeline, generation = ran()
        whole = Detail(chip_file.chip, mapping, program, timeline)
        if not early:
            begun = begin(kept(trace, program, detail))
        if begun is None:
            whole.work_out(reports=ahead)
        progress("steady interval")
        own = found()
    rows = contrasts(lowered, engine, pace, own, load=load, progress=progress) if contrast else [own]
    least, start = bounds(steady), _start(steady, engine, own, progress) if contrast else None
    result = Result(
        chip_file=chip_file,
        trace=trace,
        mapping=mapping,
        ideal=tuple(ideal),
        program=program,
        timeline=timeline,
        times=rows,
        metrics=_metrics(whole, own, steady, generation),
        energy=whole.energy,
        bounds=least,
        limiter=limiter(least, own.steady.interval),
        host_crossover=_crossover(pace.of(lowered(())) if ideal else steady),
        detail=whole,
        base=start,
        gains=gains(start, engine) if start else [],
        generation=generation,
    )
    return replace(result, beginning=_beginning(result, begun)) if begun else result


def _lowered(mapping: Mapping, trace: Trace, free: Sequence[str]) -> Program:
    """The program in which so much costs nothing."""
    return lower(mapping, trace.graphs, schedule(trace), free, trace.longest)


def _metrics(whole: Detail, own: Times, steady: Program, generation: Generation | None) -> list[Metric]:
    """The figures of a run."""
    seen = whole.chip, whole.mapping, whole.program, whole.timeline
    return metrics(Measured(*seen, own, whole.energy, steady, generation))


def _start(steady: Program, engine: Engine, own: Times, progress: Callable[[str], None]) -> Base:
    """From what the search for gains begins."""
    progress("what would help")
    return base(steady, engine, own.steady)


def _crossover(reference: Program) -> float | None:
    """Host bandwidth at which host and chip limit alike, nothing being ideal."""
    return host_crossover(reference, bounds(reference))


def _limits(mapping: Mapping, max_batch: int | None, ideal: Sequence[str]) -> Limits:
    """What bounds the requests that run at a time."""
    if mapping.hardware.attention is not None:
        batch = min((most for most in (max_batch, sequences(mapping)) if most is not None), default=None)
        return Limits(batch, room(mapping), f"attention.{mapping.hardware.attention.unit.room_field}")
    cache = mapping.hardware.host.kv_cache
    return Limits(max_batch, cache.size if cache and "memory" not in ideal else None)


def _beginning(result: Result, begun: Detail) -> Result:
    """The result of the first requests (or tokens), run alone."""
    requests, count = len(result.trace.requests), len(begun.program.schedule)
    if not result.trace.generates:
        ends = accumulate(request.batch for request in result.trace.requests)
        requests = next(number for number, end in enumerate(ends, start=1) if end == count)
    return replace(
        result,
        trace=replace(result.trace, requests=result.trace.requests[:requests]),
        program=begun.program,
        timeline=begun.timeline,
        energy=begun.energy,
        detail=begun,
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
    if reload or (_always(chip_file) and placement is None and chips in (None, 1)):
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


def _always(chip_file: ChipFile) -> bool:
    """Whether weights take turns on this chip without being asked to."""
    section = chip_file.chip.programming
    return section is not None and section.always


def _check_generation(trace: Trace, max_batch: int | None, load: Load) -> None:
    """InputError for what only goes with tokens that are generated, or only without."""
    if trace.graphs and routes(trace.graphs[0]) and not trace.generates:
        remedy = "Say --prompt-length and --output-length"
        raise InputError("sends tokens to experts, one by one", field=trace.workload, remedy=remedy)
    if max_batch is not None and not trace.generates:
        remedy = "Say --prompt-length and --output-length"
        raise InputError(
            "is for tokens that are generated", field="--max-batch", value=max_batch, remedy=remedy
        )
    if load.requests and trace.generates:
        remedy = "Say when requests arrive: --arrivals poisson:5"
        raise InputError(
            "is not for tokens that are generated", field="--load", value=load.requests, remedy=remedy
        )
