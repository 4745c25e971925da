"""How the requests of a trace are executed: a schedule that is known beforehand, or tokens one by one."""

from collections.abc import Sequence

from simulator.engine.contract import Engine, run
from simulator.measure.generation import Generation
from simulator.program.form import Inference, Program
from simulator.program.timeline import Recording, Timeline
from simulator.study.generate import PROMPT, TOKEN, Limits, generate
from simulator.trace.trace import Trace


def schedule(trace: Trace) -> list[Inference]:
    """One inference per request and batch member, in order of arrival; none yet where tokens are generated."""
    if trace.generates:
        return []
    return [Inference(request.graph, request.arrival) for request in trace.inferences]


def execute(
    program: Program, trace: Trace, engine: Engine, recording: Recording, limits: Limits
) -> tuple[Timeline, Generation | None]:
    """The timeline, and what requests saw where tokens are generated, which fills the program's schedule."""
    if trace.generates:
        return generate(program, trace, engine, recording, limits)
    return run(engine, program, recording), None


def repeated(trace: Trace) -> list[Inference]:
    """What follows back to back in the steady interval: the schedule, or the token that looks back farthest."""
    if not trace.generates:
        return schedule(trace)
    members = [row for row in trace.requests for _ in range(row.batch)]
    member = max(range(len(members)), key=lambda number: members[number].tokens)
    groups = trace.groups(member, trace.longest - 1)
    return [Inference(TOKEN, context=trace.longest - 1, groups=groups)]


def alone(trace: Trace) -> list[Inference]:
    """What runs alone for the first latency: the first inference, or the first request's prompt."""
    first = trace.requests[0]
    if not trace.generates:
        return [Inference(first.graph)]
    last = first.prompt_length - 1
    return [
        Inference(TOKEN if place == last else PROMPT, context=place, groups=trace.groups(0, place))
        for place in range(first.prompt_length)
    ]


def kept(trace: Trace, program: Program, detail: int | None) -> int:
    """Inferences of as many whole requests (or tokens) of the run as ``detail`` operations allow, of one at least."""
    counts = [sum(work.n for work in segment.work.values()) for segment in program.segments]
    segments = [row.segment for row in program.schedule]
    sizes: Sequence[int] = [1] * len(segments) if trace.generates else [row.batch for row in trace.requests]
    operations = inferences = 0
    for size in sizes:
        operations += sum(counts[q] for q in segments[inferences : inferences + size])
        if inferences and detail is not None and operations > detail:
            break
        inferences += size
    return inferences


def in_detail(trace: Trace, program: Program, detail: int | None) -> bool:
    """Whether every operation of the run to come may be kept."""
    if detail is None:
        return True
    if not trace.generates:
        return kept(trace, program, detail) == len(program.schedule)
    counts = [sum(work.n for work in segment.work.values()) for segment in program.segments]
    prompts = sum(row.batch * (row.prompt_length - 1) for row in trace.requests)
    tokens = sum(row.batch * row.output_length for row in trace.requests)
    return prompts * counts[PROMPT] + tokens * counts[TOKEN] <= detail
