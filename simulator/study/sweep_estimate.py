"""A dry run: which points there are, and how long they will take, from one or two that are simulated for it."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass

from simulator.study.points import figures, warm
from simulator.study.points_pool import run_all
from simulator.study.store import Finished, Store
from simulator.study.sweep import Prepared, Sweep, prepare


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
    """Measure the first and the last point that are left, one after the other, and keep them in ``store``."""
    prepared = [prepare(sweep, point) for point in sweep.points]
    states = [ready.row.status for ready in prepared if ready.row is not None]
    waiting = {ready.key: ready for ready in prepared if ready.key and ready.key not in store.finished}
    chosen = list(dict.fromkeys([*list(waiting)[:1], *list(waiting)[-1:]]))
    seconds, errors = _measure([waiting[key] for key in chosen], store, limit or sweep.limit)
    left = sum(key not in store.finished for key in waiting)
    return Estimate(
        points=len(prepared),
        finished=sum(ready.key in store.finished for ready in prepared),
        excluded=states.count("excluded"),
        failed=states.count("failed"),
        left=left,
        seconds=tuple(seconds),
        total=left * sum(seconds) / len(seconds) / workers if seconds else None,
        errors=tuple(dict.fromkeys((*_errors(prepared), *errors))),
    )


def _measure(chosen: list[Prepared], store: Store, limit: float) -> tuple[list[float], list[str]]:
    keys = {ready.point.number: ready.key for ready in chosen}
    seconds, errors = [], []
    with closing(run_all(figures, [ready.point for ready in chosen], limit=limit, prepare=warm)) as results:
        for done in results:
            seconds.append(done.seconds)
            errors += [f"point {done.job.number}: {done.error}"] if done.error else []
            if done.end in ("ok", "failed"):
                store.add(keys[done.job.number], Finished(done.answer, done.error, done.seconds))
    return seconds, errors


def _errors(prepared: Iterable[Prepared]) -> list[str]:
    rows = [ready.row for ready in prepared if ready.row is not None and ready.row.status == "failed"]
    return [f"point {row.point.number}: {row.error}" for row in rows]
