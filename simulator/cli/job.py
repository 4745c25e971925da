"""A run from its files to its results folder."""

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from simulator.chip.baselines import Machine
from simulator.chip.reader import load_chip
from simulator.cli.inputs import Asked, asked_for, engine, placement
from simulator.cli.options import EngineName
from simulator.functional.physics import physics
from simulator.measure.baselines import bounds_of
from simulator.measure.times import Load
from simulator.report.folder import results_folder, writing
from simulator.report.layout import waiting
from simulator.report.perfetto_run import TimelineFile, write_run
from simulator.study.asked import check_once
from simulator.study.network_accuracy import Asked as Accuracy
from simulator.study.network_accuracy import network_accuracy
from simulator.study.run import Result, simulate

RESULTS = Path("results")
_DRAWING = 4
"""Most processes that draw plots; there are seven of about the same size."""


@dataclass(frozen=True)
class Job:
    """What to run on what, and how."""

    chip: Path
    asked: Asked
    settings: tuple[str, ...] = ()
    mapping: str | None = None
    tiles: int | None = None
    ideal: tuple[str, ...] = ()
    engine: EngineName = EngineName.AUTO
    contrast: bool = False
    load: int = 0
    timeline: TimelineFile | None = None
    detail: int | None = None
    chips: int | None = None
    reload: bool = False
    max_batch: int | None = None
    accuracy: Accuracy | None = None
    against: dict[str, Machine] = field(default_factory=dict)
    against_batch: int = 1


def execute(job: Job, out: Path | None, *, plots: bool) -> tuple[Result, Path]:
    """Run and write results; gives the result and the folder. Nothing is left of a run that fails."""
    check_once(job.settings)
    chip, machine = load_chip(job.chip, job.settings), engine(job.engine)
    if job.accuracy is not None:
        physics(chip.chip)  # a chip without device data is told before anything runs
    (trace, held), how = asked_for(job.asked, job.chip), placement(job.mapping, job.tiles)
    path = out or RESULTS / f"{job.chip.stem}-{trace.workload}"
    with results_folder(path, numbered=out is None) as folder:
        with waiting("simulating") as progress:
            result = simulate(
                chip,
                trace,
                machine,
                placement=how,
                tiles=job.tiles,
                chips=job.chips,
                reload=job.reload,
                max_batch=job.max_batch,
                ideal=job.ideal,
                detail=job.detail,
                contrast=job.contrast,
                load=Load(job.load, job.asked.seed),
                ahead=True,
                progress=progress,
            )
            if job.against:
                result = replace(result, against=bounds_of(trace, job.against, job.against_batch))
            if job.accuracy is not None:
                result = replace(result, accuracy=network_accuracy(result, job.accuracy, progress, held))
        with waiting("writing results"), writing(path):
            from simulator.report.write import write

            write(result, folder.work, plots=plots, processes=min(os.cpu_count() or 1, _DRAWING))
        if job.timeline is not None:
            with waiting("writing the timeline"), writing(job.timeline.path):
                write_run(result.closer, job.timeline)
    return result, folder.path
