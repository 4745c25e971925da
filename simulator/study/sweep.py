"""Runs the points of a sweep that are not finished yet; one row a point, in the order of the file."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from simulator.base.errors import InputError
from simulator.study.points import AREA_FIGURES, Answer, Figures, Point, Task, figures, inputs, warm
from simulator.study.points_pool import Done, run_all
from simulator.study.store import Finished, Store
from simulator.study.sweep_constraints import Constraint, constraint, has_figure, unmet
from simulator.study.sweep_file import SweepText, load_sweep, seconds
from simulator.study.sweep_names import check_names
from simulator.study.sweep_points import points

Status = Literal["ok", "unmet", "excluded", "failed", "time limit", "broken"]
"""*unmet*: simulated, but a constraint does not hold; *excluded*: known from its areas without a simulation; *failed*:
its inputs are wrong or it deadlocks; *broken*: its process died."""


@dataclass(frozen=True)
class Row:
    """A point and what became of it; ``answer`` of *ok* and *unmet* points, ``error`` of the others."""

    point: Point
    status: Status
    answer: Answer | None = None
    error: str = ""


@dataclass(frozen=True)
class Sweep:
    """A sweep file, its points and its constraints."""

    text: SweepText
    points: tuple[Point, ...]
    constraints: tuple[Constraint, ...]

    @property
    def limit(self) -> float:
        """Time limit of a point [s]."""
        return seconds(self.text.file.time_limit)


@dataclass(frozen=True)
class Prepared:
    """A point before its simulation: its key, or why it needs none."""

    point: Point
    key: str = ""
    row: Row | None = None


@dataclass
class Progress:
    """Points of a sweep so far."""

    total: int
    reused: int = 0
    simulated: int = 0
    errors: int = 0


def read_sweep(path: str | Path) -> Sweep:
    """Read a sweep file and lay out its points. Raises InputError."""
    text = load_sweep(path)
    constraints = []
    for number, line in enumerate(text.file.constraints):
        try:
            constraints.append(_constraint(line))
        except InputError as error:
            raise text.wrong(error, ("constraints", number)) from error
    return Sweep(text, tuple(points(text)), tuple(constraints))


def _constraint(line: str) -> Constraint:
    """A constraint; of an area, the unit too is checked before anything runs."""
    parsed = constraint(line)
    if has_figure(parsed.name, AREA_FIGURES.values()):
        parsed.bound("mm^2")
    return parsed


def prepare(point: Point) -> Prepared:
    """Read a point's inputs, as far as needed to know it again."""
    try:
        return Prepared(point, inputs(point).key)
    except InputError as error:
        return Prepared(point, row=Row(point, "failed", error=str(error)))


def run_sweep(
    sweep: Sweep,
    store: Store,
    *,
    workers: int,
    limit: float | None = None,
    progress: Callable[[Progress], None] = lambda so_far: None,
) -> list[Row]:
    """Simulate what ``store`` does not hold, in ``workers`` processes with ``limit`` [s] a point, and keep it there.

    A point that fails, hangs or crashes stops no other. Raises InputError for names and units that no figure has (told
    at the first answer).
    """
    run = _Run(sweep, store, progress)
    if workers > 0:
        jobs = run_all(
            figures,
            run.jobs(),
            workers=workers,
            limit=limit or sweep.limit,
            prepare=partial(warm, sweep.points[0]),
        )
        with closing(jobs):
            for done in jobs:
                run.take(done)
    return run.rows()


class _Run:
    """What is known of each point while the sweep runs."""

    def __init__(self, sweep: Sweep, store: Store, progress: Callable[[Progress], None]):
        self._sweep, self._store, self._tell = sweep, store, progress
        self._prepared: dict[int, Prepared] = {}
        self._loose: dict[str, Done[Task, Answer]] = {}
        self._progress = Progress(len(sweep.points))
        self._checked = False

    def jobs(self) -> Iterator[Task]:
        """Points to simulate, each key once; the others are settled on the way."""
        asked: set[str] = set()
        for point in self._sweep.points:
            ready = self._prepared[point.number] = prepare(point)
            if ready.row is not None:
                self._progress.errors += 1
            elif ready.key in self._store.finished:
                self._check(self._store.finished[ready.key].answer)
                self._progress.reused += 1
            elif ready.key not in asked:
                asked.add(ready.key)
                yield Task(point, self._sweep.constraints)
                continue
            self._tell(self._progress)

    def take(self, done: Done[Task, Answer]) -> None:
        """Keep a result, or remember why there is none."""
        key = self._prepared[done.job.point.number].key
        if done.end == "failed" or (done.answer and not done.answer.excluded):
            self._store.add(key, Finished(done.answer, done.error, done.seconds))
        else:
            self._loose[key] = done
        self._progress.simulated += 1
        self._progress.errors += done.end != "ok"
        self._tell(self._progress)
        if done.answer and not done.answer.excluded:
            self._check(done.answer)

    def rows(self) -> list[Row]:
        """A row for every point, in order."""
        return [self._row(self._prepared[point.number]) for point in self._sweep.points]

    def _row(self, ready: Prepared) -> Row:
        if ready.row is not None:
            return ready.row
        loose, finished = self._loose.get(ready.key), self._store.finished.get(ready.key)
        if finished is None:
            return _loose_row(ready.point, loose)
        if finished.answer is None:
            return Row(ready.point, "failed", error=finished.error)
        missed = _missed(self._sweep, finished.answer.figures)
        return Row(ready.point, "unmet" if missed else "ok", finished.answer)

    def _check(self, answer: Answer | None) -> None:
        """Words of the sweep file against the first answer."""
        if answer is None or self._checked:
            return
        self._checked = True
        check_words(self._sweep, answer.figures)


def check_words(sweep: Sweep, found: Figures) -> None:
    """Names and units of the sweep file against the figures of a point. Raises InputError with the place."""
    _missed(sweep, found)
    check_names(sweep.text, found)


def _loose_row(point: Point, done: Done[Task, Answer] | None) -> Row:
    """The row of a point that is not kept: excluded, past its time, or broken."""
    if done is None:
        return Row(point, "broken", error="was not simulated")
    if done.answer is not None:
        return Row(point, "excluded", done.answer, f"not {done.answer.excluded}")
    return Row(point, "time limit" if done.end == "time limit" else "broken", error=done.error)


def _missed(sweep: Sweep, found: Figures) -> list[Constraint]:
    """Constraints that are not met. Raises InputError with the constraint's place."""
    missed: list[Constraint] = []
    for number, item in enumerate(sweep.constraints):
        try:
            missed += unmet([item], found)
        except InputError as error:
            raise sweep.text.wrong(error, ("constraints", number)) from error
    return missed
