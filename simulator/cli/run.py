"""``simulator run``."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from simulator.cli.options import (
    AllowHost,
    Arrivals,
    AsJson,
    Batch,
    ChipPath,
    Chips,
    Count,
    Dims,
    EngineChoice,
    EngineName,
    Length,
    MappingChoice,
    OutputLength,
    PromptLength,
    Reload,
    RequestsPath,
    Seed,
    Settings,
    Tiles,
    TracePath,
    WorkloadPath,
)
from simulator.study.asked import MOST_ARRIVALS, MOST_INSTANCES

if TYPE_CHECKING:
    from simulator.study.run import Result

Ideal = Annotated[
    str | None,
    typer.Option(
        "--ideal", metavar="WHAT", help="What costs nothing: network, memory, host, joined by commas."
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out", "-o", metavar="FOLDER", help="Results. Default: results/CHIP-WORKLOAD, then -2, -3 ..."
    ),
]
MaxBatch = Annotated[
    int | None,
    typer.Option(
        "--max-batch",
        metavar="N",
        help="Most requests for which tokens are generated at a time. Default: as many as the kv cache takes.",
        min=1,
    ),
]
Contrast = Annotated[
    bool,
    typer.Option(
        "--contrast", help="Tell what contention costs: once more with network, memory, host ideal."
    ),
]
Loads = Annotated[
    int,
    typer.Option(
        "--load",
        metavar="N",
        help="Latency under load, from N random arrivals at 50, 80 and 95 %.",
        min=0,
        max=MOST_ARRIVALS,
    ),
]
TimelinePath = Annotated[
    Path | None,
    typer.Option(
        "--timeline", metavar="FILE", help="Every operation as slices for the Perfetto UI (.json, .json.gz)."
    ),
]
TimeWindow = Annotated[
    str | None,
    typer.Option("--window", metavar="FROM..TO", help="What --timeline shows, like 0..100us. Default: all."),
]
Detail = Annotated[
    int,
    typer.Option(
        "--detail",
        metavar="N",
        help="Most operations kept one by one; of a longer run only the beginning is.",
        min=1,
    ),
]
Against = Annotated[
    str | None,
    typer.Option(
        "--against",
        metavar="NAMES",
        help="Digital machines beside the chip, as bounds: haswell, k80, tpu_v1, v100, a100, h100, tpu_v4.",
    ),
]
AgainstBatch = Annotated[
    int, typer.Option("--against-batch", metavar="N", help="With --against: inferences in a step.", min=1)
]
AccuracyWanted = Annotated[
    bool, typer.Option("--accuracy", help="Tell how exact each layer's products are, beside all else.")
]
After = Annotated[
    str, typer.Option("--after", metavar="TIME", help="With --accuracy: time from writing to the run, 1day.")
]
WeightsPath = Annotated[
    str | None,
    typer.Option(
        "--weights",
        metavar="FILE",
        help="With --accuracy: weights (.npz, LAYER.MATRIX), or random. Default: the model's, else random.",
    ),
]
Instances = Annotated[
    int,
    typer.Option(
        "--instances",
        metavar="N",
        help="With --accuracy: how often the chip is written anew.",
        min=1,
        max=MOST_INSTANCES,
    ),
]
NoPlots = Annotated[bool, typer.Option("--no-plots", help="Write no plots.")]


def run_command(
    context: typer.Context,
    chip: ChipPath,
    *,
    workload: WorkloadPath = None,
    dims: Dims = None,
    allow_host: AllowHost = False,
    trace: TracePath = None,
    count: Count = None,
    batch: Batch = None,
    length: Length = None,
    arrivals: Arrivals = None,
    prompt_length: PromptLength = None,
    output_length: OutputLength = None,
    requests: RequestsPath = None,
    max_batch: MaxBatch = None,
    seed: Seed = 0,
    settings: Settings = None,
    mapping: MappingChoice = None,
    tiles: Tiles = None,
    chips: Chips = None,
    reload: Reload = False,
    ideal: Ideal = None,
    engine: EngineChoice = EngineName.AUTO,
    contrast: Contrast = False,
    load: Loads = 0,
    out: Out = None,
    timeline: TimelinePath = None,
    window: TimeWindow = None,
    detail: Detail = 2_000_000,
    against: Against = None,
    against_batch: AgainstBatch = 1,
    accuracy: AccuracyWanted = False,
    after: After = "0s",
    weights: WeightsPath = None,
    instances: Instances = 8,
    no_plots: NoPlots = False,
    as_json: AsJson = False,
) -> None:
    """Simulate a workload on a chip.

    Prints latency, throughput, energy, utilisation and what limits, and writes a results folder.
    """
    from simulator.chip.baselines import named
    from simulator.cli.inputs import Asked
    from simulator.cli.job import Job, execute
    from simulator.cli.needed import check_needed
    from simulator.cli.stdout import kept
    from simulator.report.perfetto_run import timeline_file
    from simulator.study.asked import check_contrast
    from simulator.study.network_accuracy import exactness
    from simulator.trace.written import Written

    check_needed(context)
    slices = timeline_file(timeline, window)
    written = Written(count, batch, length, arrivals, prompt_length, output_length, requests)
    asked = Asked(workload, trace, written, seed, tuple(dims or ()), allow_host)
    names = tuple(name.strip() for name in ideal.split(",")) if ideal is not None else ()
    if contrast:
        check_contrast(names)
    job = Job(
        chip, asked, tuple(settings or ()), mapping, tiles, names, engine, contrast, load, slices, detail,
        chips, reload, max_batch, exactness(after, instances, weights, seed) if accuracy else None,
        named(against) if against is not None else {}, against_batch,
    )  # fmt: skip
    result, folder = execute(job, out, plots=not no_plots)
    with kept(folder):
        _tell(result, folder, as_json)


def _tell(result: "Result", folder: Path, as_json: bool) -> None:
    """The answer on stdout."""
    if as_json:
        from simulator.report.summary import as_json as text
        from simulator.report.summary import summary

        print(text({**summary(result), "folder": str(folder)}), end="")
        return
    from simulator.report.layout import console
    from simulator.report.terminal import report, written

    screen = console()
    report(result, screen)
    written(folder, screen)
