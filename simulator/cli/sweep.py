"""``simulator sweep``."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simulator.cli.options import AsJson

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.study.store import Store
    from simulator.study.sweep import Progress, Row, Sweep

File = Annotated[Path, typer.Argument(metavar="SWEEP.yaml", help="Sweep file.", show_default=False)]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers", "-j", min=1, max=1024, metavar="N", help="Processes. Default: one a processor."
    ),
]
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="Print the points and how long they will take; simulate two at most."),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="FOLDER",
        help="Results. Default: results/sweep-NAME. Finished points there are kept.",
    ),
]
LimitTime = Annotated[
    float | None,
    typer.Option(
        "--limit-time", min=0.01, metavar="SECONDS", help="Of a point. Default: the file's, else 600."
    ),
]
NoPlots = Annotated[bool, typer.Option("--no-plots", help="Write no plots.")]


def sweep_command(
    file: File,
    *,
    workers: Workers = None,
    dry_run: DryRun = False,
    out: Out = None,
    limit_time: LimitTime = None,
    no_plots: NoPlots = False,
    as_json: AsJson = False,
) -> None:
    """Simulate every point of a grid of chips, workloads and fields; one table, plots, and what is best.

    Finished points are kept and skipped when the same command runs again.
    """
    from simulator.study.store import Store
    from simulator.study.sweep import read_sweep

    sweep = read_sweep(file)
    folder = out or Path("results") / f"sweep-{sweep.text.name}"
    processes = min(workers or _processors(), len(sweep.points))
    with Store(folder) as store:
        task = _Task(sweep, store, folder, processes, limit_time, as_json)
        if dry_run:
            _dry(task)
        else:
            _run(task, plots=not no_plots)


@dataclass(frozen=True)
class _Task:
    """What to do where, and how."""

    sweep: "Sweep"
    store: "Store"
    folder: Path
    workers: int
    limit: float | None
    as_json: bool


def _run(task: _Task, *, plots: bool) -> None:
    from simulator.cli.stdout import kept
    from simulator.report.layout import waiting
    from simulator.study.sweep import run_sweep
    from simulator.study.sweep_output import write_sweep
    from simulator.study.sweep_verdict import check_met

    before = len(task.store.finished)
    try:
        with _watched() as tell:
            rows = run_sweep(task.sweep, task.store, workers=task.workers, limit=task.limit, progress=tell)
        with waiting("writing results"):
            paths = write_sweep(task.sweep, rows, task.folder, plots=plots)
    except KeyboardInterrupt:
        more = len(task.store.finished) - before
        where = f"{more} more points are kept in {task.folder}; the same command goes on from there"
        raise KeyboardInterrupt(where) from None
    with kept(task.folder):
        _tell(task, rows, paths)
    check_met(task.sweep, rows)
    if not any(row.answer for row in rows):
        raise typer.Exit(1)


@contextmanager
def _watched() -> "Iterator[Callable[[Progress], None]]":
    """Says on stderr how far it is; silent where stderr is no terminal."""
    from simulator.report.layout import waiting

    def tell(so_far: "Progress") -> None:
        text = f"{so_far.reused + so_far.simulated} of {so_far.total} points"
        step(text + (f", {so_far.errors} without figures" if so_far.errors else ""))

    with waiting("sweeping") as step:
        yield tell


def _tell(task: _Task, rows: "list[Row]", paths: list[Path]) -> None:
    """The answer on stdout."""
    sweep = task.sweep
    if task.as_json:
        from simulator.report.summary import as_json as text

        print(text({**_data(sweep, rows), "folder": str(task.folder)}), end="")
        return
    from simulator.report import sweep_terminal
    from simulator.report.layout import console
    from simulator.study.pareto import sign
    from simulator.study.sweep_output import frame_of
    from simulator.study.sweep_table import columns, figure_units

    frame, screen = frame_of(sweep, rows), console()
    axes = _axes(sweep, columns(sweep))
    sweep_terminal.show_sweep(sweep.text.name, frame, axes, screen)
    units = figure_units(rows, sweep.text.file.keep)
    shown = [name for name in (units if sweep.text.file.keep else _BEST) if name in units]
    signs = {name: (units[name], sign(units[name])) for name in shown}
    sweep_terminal.show_best(frame, signs, axes, screen)
    sweep_terminal.show_saturated(_saturated(rows), screen)
    sweep_terminal.show_written(paths, screen)


def _saturated(rows: "list[Row]") -> list[float]:
    """Shares of conversions that saturate, of points that tell errors of a product."""
    found = [row.answer.figures.get("saturated") for row in rows if row.answer]
    return [share[0] for share in found if share]


_BEST = (
    "first_latency_ns",
    "inferences_per_second",
    "tops_per_w",
    "sustained_gops_per_mm2_die",
    "chip_utilisation",
)
"""Figures whose best points are told where the file does not say which to keep."""


def _axes(sweep: "Sweep", columns: dict[str, str]) -> list[str]:
    """Columns that tell points apart; of fields that move together the first, of steps all."""
    files = {"chip": sweep.text.file.chips, "workload": sweep.text.file.workloads}
    axes = zip(sweep.text.file.axes, sweep.text.fields, strict=True)
    shown = [field for axis, fields in axes for field in (fields[:1] if isinstance(axis, dict) else fields)]
    return [*(name for name, given in files.items() if len(given) > 1), *(columns[field] for field in shown)]


def _data(sweep: "Sweep", rows: "list[Row]") -> dict[str, Any]:
    return {
        "format": 1,
        "name": sweep.text.name,
        "points": [
            {
                "point": row.point.number,
                "chip": str(row.point.chip),
                "workload": str(row.point.workload),
                "values": dict(row.point.values),
                "status": row.status,
                **({"error": row.error} if row.error else {}),
                **({"limits": row.answer.limits} if row.answer and row.answer.limits else {}),
                "figures": {n: {"value": v, "unit": u} for n, (v, u) in row.answer.figures.items()}
                if row.answer
                else {},
            }
            for row in rows
        ],
    }


def _dry(task: _Task) -> None:
    from simulator.report.layout import console, waiting
    from simulator.report.sweep_terminal import duration, show_points
    from simulator.study.sweep_estimate import estimate

    sweep, workers = task.sweep, task.workers
    with waiting("measuring"):
        found = estimate(sweep, task.store, workers=workers, limit=task.limit)
    if task.as_json:
        from simulator.report.summary import as_json as text

        print(text({"format": 1, "name": sweep.text.name, "workers": workers, **asdict(found)}), end="")
        return
    summary = {
        "points": f"{found.points:,}",
        "finished": f"{found.finished:,}",
        "excluded by area": f"{found.excluded:,}",
        "will fail": f"{found.failed:,}",
        "left": f"{found.left:,}",
    }
    if found.total is not None:
        each = " and ".join(duration(seconds) for seconds in found.seconds)
        summary["estimated time"] = f"{duration(found.total)} with {workers} processes ({each} a point)"
    if found.errors:
        summary["first error"] = found.errors[0]
    points = [
        {"point": point.number, "chip": point.chip, "workload": point.workload, **dict(point.values)}
        for point in sweep.points
    ]
    axes = _axes(sweep, {field: field for axis in sweep.text.fields for field in axis})
    show_points(points, axes, summary, console())


def _processors() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
