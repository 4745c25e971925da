"""A dry run: which points there are, and how long they will take, from one or two that are simulated for it."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from simulator.base.errors import SimulatorError
from simulator.study.points import Task, figures, inputs, missed, warm
from simulator.study.points_pool import run_all
from simulator.study.store import Finished, Store
from simulator.study.sweep import Prepared, Sweep, check_words, prepare

CHECKED = 2_000
"""Points whose chip a dry run checks, the first ones."""


@dataclass(frozen=True)
class Estimate:
    """``finished``, ``excluded`` and ``failed`` points need no simulation, ``left`` ones do.

    ``seconds``: of the points measured; ``total`` [s] for what is left, None where nothing could be measured.
    """

    points: int
    finished: int
    excluded: int
    failed: int
    left: int
    seconds: tuple[float, ...]
    total: float | None
    errors: tuple[str, ...]


def estimate(sweep: Sweep, store: Store, *, workers: int, limit: float | None = None) -> Estimate:
    """Measure the first and the last point that are left, one after the other, and keep them in ``store``.

    Raises InputError for names and units that no figure has.
    """
    prepared = [prepare(point) for point in sweep.points]
    waiting = {
        ready.key: ready for ready in prepared if ready.row is None and ready.key not in store.finished
    }
    errors = [f"point {ready.point.number}: {ready.row.error}" for ready in prepared if ready.row is not None]
    excluded = 0
    for key, reason in _checked(sweep, waiting):
        ready = waiting.pop(key)
        excluded += not reason
        errors += [f"point {ready.point.number}: {reason}"] if reason else []
    failed = len(errors)
    chosen = list(dict.fromkeys([*list(waiting)[:1], *list(waiting)[-1:]]))
    seconds, more = _measure(sweep, [waiting[key] for key in chosen], store, limit or sweep.limit)
    _check_words(sweep, [store.finished[ready.key] for ready in prepared if ready.key in store.finished])
    left = sum(key not in store.finished for key in waiting)
    return Estimate(
        points=len(prepared),
        finished=sum(ready.key in store.finished for ready in prepared),
        excluded=excluded,
        failed=failed,
        left=left,
        seconds=tuple(seconds),
        total=left * sum(seconds) / len(seconds) / workers if seconds else None,
        errors=(*errors, *more),
    )


def _checked(sweep: Sweep, waiting: dict[str, Prepared]) -> Iterator[tuple[str, str]]:
    """Keys of points that need no simulation, with the error if there is one."""
    for key, ready in list(waiting.items())[:CHECKED]:
        try:
            if missed(sweep.constraints, inputs(ready.point).known):
                yield key, ""
        except SimulatorError as error:
            yield key, str(error)


def _check_words(sweep: Sweep, finished: list[Finished]) -> None:
    """What the file says of figures, against the first answer."""
    for end in finished:
        if end.answer is not None:
            check_words(sweep, end.answer.figures)
            return


def _measure(
    sweep: Sweep, chosen: list[Prepared], store: Store, limit: float
) -> tuple[list[float], list[str]]:
    keys = {ready.point.number: ready.key for ready in chosen}
    tasks = [Task(ready.point, sweep.constraints) for ready in chosen]
    seconds, errors = [], []
    with closing(run_all(figures, tasks, limit=limit, prepare=partial(warm, sweep.points[0]))) as results:
        for done in results:
            seconds.append(done.seconds)
            number = done.job.point.number
            errors += [f"point {number}: {done.error}"] if done.error else []
            if done.end in ("ok", "failed"):
                store.add(keys[number], Finished(done.answer, done.error, done.seconds))
    return seconds, errors
