"""Runs a function in processes that can be killed: a job that hangs or crashes takes nobody with it.

Workers start from a fresh process that has imported the function's module once (forkserver; spawn where there is
none). A worker ends when its parent does, however that ended.
"""

import multiprocessing
import os
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic, perf_counter
from typing import Any, Generic, Literal, TypeVar

from simulator.base.child import heed_parent
from simulator.base.errors import SimulatorError

Job = TypeVar("Job")
Answer = TypeVar("Answer")
End = Literal["ok", "failed", "time limit", "broken"]
_WAIT = 3600.0
"""Longest sleep [s] of the loop; whatever happens ends it before."""


@dataclass(frozen=True)
class Done(Generic[Job, Answer]):
    """A job and how it ended: *ok* with an answer, *failed* for a reason that will be the same next time, past its
    *time limit*, or *broken* (out of memory, killed, internal error). ``seconds`` is the time that the function took.
    """

    job: Job
    end: End
    answer: Answer | None = None
    error: str = ""
    seconds: float = 0.0


def run_all(
    function: Callable[[Job], Answer],
    jobs: Iterable[Job],
    *,
    workers: int = 1,
    limit: float = 600.0,
    prepare: Callable[[], None] | None = None,
) -> Generator[Done[Job, Answer], None, None]:
    """Results as they come in, in no particular order.

    ``function`` and ``prepare`` (called once in each worker) must be importable; ``limit`` [s] of a job, its process is
    killed then. When the iterator is closed or interrupted, all workers are killed.
    """
    pool = _Pool(function, prepare, limit)
    queue = iter(jobs)
    try:
        yield from pool.run(queue, workers)
    finally:
        pool.close()


@dataclass
class _Worker(Generic[Job]):
    process: BaseProcess
    pipe: "Connection[Any, Any]"
    ready: bool = False
    job: Job | None = None
    deadline: float = float("inf")


class _Pool(Generic[Job, Answer]):
    """Workers and what they are busy with."""

    def __init__(self, function: Callable[[Job], Answer], prepare: Callable[[], None] | None, limit: float):
        methods = multiprocessing.get_all_start_methods()
        self._context: Any = multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")
        if "forkserver" in methods:
            self._context.set_forkserver_preload([function.__module__])
        self._function, self._prepare, self._limit = function, prepare, limit
        self._workers: list[_Worker[Job]] = []

    def run(self, queue: Iterator[Job], workers: int) -> Iterator[Done[Job, Answer]]:
        waiting = _Ahead(queue)
        while True:
            while waiting.more and len(self._workers) < workers:
                self._workers.append(self._start())
            busy = [worker for worker in self._workers if worker.job is not None or not worker.ready]
            for worker in self._workers:
                if worker.ready and worker.job is None and waiting.more:
                    self._give(worker, waiting.take())
                    busy.append(worker)
            if not any(worker.job is not None for worker in busy) and not waiting.more:
                return
            yield from self._next(busy)

    def close(self) -> None:
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.pipe.close()
        self._workers.clear()

    def _start(self) -> _Worker[Job]:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(
            target=_serve, args=(theirs, self._function, self._prepare), daemon=True
        )
        process.start()
        theirs.close()
        return _Worker(process, ours)

    def _give(self, worker: _Worker[Job], job: Job) -> None:
        worker.job, worker.deadline = job, monotonic() + self._limit
        with suppress(OSError):  # of a worker that has died; the loop will see the end of its pipe
            worker.pipe.send(job)

    def _next(self, busy: list[_Worker[Job]]) -> Iterator[Done[Job, Answer]]:
        """Wait for the next message, death or deadline."""
        pause = min([worker.deadline for worker in busy], default=float("inf")) - monotonic()
        heard = wait([worker.pipe for worker in busy], max(0.0, min(pause, _WAIT)))
        for worker in busy:
            if worker.pipe in heard:
                yield from self._hear(worker)
            elif worker.job is not None and monotonic() >= worker.deadline:
                self._drop(worker)
                yield Done(
                    worker.job,
                    "time limit",
                    error=f"took more than {self._limit:g} s",
                    seconds=self._limit,
                )

    def _hear(self, worker: _Worker[Job]) -> Iterator[Done[Job, Answer]]:
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            worker.process.join(1)
            self._drop(worker)
            code = worker.process.exitcode or 0
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
            if worker.job is None:
                raise SimulatorError(f"a worker process ended before its first job ({how})") from None
            yield Done(worker.job, "broken", error=f"its process ended with {how}; was memory short?")
            return
        if not worker.ready:
            if message is not None:
                raise SimulatorError(f"a worker process cannot start ({message})")
            worker.ready = True
            return
        job, worker.job, worker.deadline = worker.job, None, float("inf")
        if job is not None:
            yield Done(job, *message)

    def _drop(self, worker: _Worker[Job]) -> None:
        worker.process.kill()
        worker.process.join()
        worker.pipe.close()
        self._workers.remove(worker)


class _Ahead(Generic[Job]):
    """An iterator that can be asked whether there is more."""

    def __init__(self, source: Iterator[Job]):
        self._source = source
        self._next: list[Job] = []

    @property
    def more(self) -> bool:
        if not self._next:
            self._next = [job for _, job in zip(range(1), self._source, strict=False)]
        return bool(self._next)

    def take(self) -> Job:
        return self._next.pop()


def _serve(
    pipe: "Connection[Any, Any]", function: Callable[[Any], Any], prepare: Callable[[], None] | None
) -> None:
    """A worker's life: ready, then one answer a job."""
    heed_parent()
    threading.Thread(target=_die_with_parent, daemon=True).start()
    try:
        if prepare is not None:
            prepare()
    except Exception as wrong:
        pipe.send(f"{type(wrong).__name__}: {wrong}")
        return
    pipe.send(None)
    with suppress(EOFError, OSError):  # of a parent that is gone
        while True:
            pipe.send(_outcome(function, pipe.recv()))


def _outcome(function: Callable[[Any], Any], job: Any) -> tuple[End, Any, str, float]:
    begin = perf_counter()
    try:
        answer, end, error = function(job), "ok", ""
    except SimulatorError as complaint:
        answer, end, error = None, "failed", str(complaint)
    except MemoryError:
        answer, end, error = None, "broken", "out of memory"
    except Exception as wrong:
        answer, end, error = None, "broken", f"internal error ({type(wrong).__name__}: {wrong})"
    return end, answer, error, perf_counter() - begin  # type: ignore[return-value]


def _die_with_parent() -> None:
    """Also while a job is under way."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
