"""Processes that can be killed: jobs that hang, crash or fail take nobody with them."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from simulator.base.errors import InputError, SimulatorError
from simulator.study.points_pool import run_all


def job(name: str) -> str:
    """What a worker is asked to do."""
    if name == "hang":
        time.sleep(3600)
    if name == "spin":
        while True:
            pass
    if name == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    if name == "wrong":
        raise InputError("is wrong", field="name", value=name)
    if name == "bug":
        raise KeyError(name)
    if name == "memory":
        raise MemoryError
    if name == "pid":
        return str(os.getpid())
    return name * 2


def broken_start() -> None:
    os._exit(3)


def wrong_start() -> None:
    raise ImportError("no module named tomorrow")


def test_every_job_ends_in_one_result_and_bad_ones_stop_no_other() -> None:
    names = ["a", "hang", "b", "crash", "c", "wrong", "d", "bug", "spin", "memory", "e"]
    results = {done.job: done for done in run_all(job, names, workers=2, limit=0.6)}
    assert {name: done.end for name, done in results.items()} == {
        **dict.fromkeys("abcde", "ok"),
        "hang": "time limit",
        "spin": "time limit",
        "crash": "broken",
        "wrong": "failed",
        "bug": "broken",
        "memory": "broken",
    }
    assert [results[name].answer for name in "abcde"] == ["aa", "bb", "cc", "dd", "ee"]
    assert results["hang"].error == "took more than 0.6 s"
    assert results["crash"].error == "its process ended with signal 9; was memory short?"
    assert results["wrong"].error == "name: is wrong, got 'wrong'"
    assert results["bug"].error == "internal error (KeyError: 'bug')"
    assert results["memory"].error == "out of memory"


def test_workers_are_apart_from_this_process_and_end_with_the_iterator() -> None:
    with closing(run_all(job, ["pid"] * 3)) as results:
        pid = int(next(results).answer or 0)
        assert pid != os.getpid()
        os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_jobs_are_taken_only_when_a_worker_is_free() -> None:
    taken: list[int] = []

    def source() -> Iterator[str]:
        for number in range(50):
            taken.append(number)
            yield "a"

    with closing(run_all(job, source(), workers=2)) as results:
        next(results)
    assert len(taken) <= 5


def test_a_worker_that_cannot_start_is_an_error_and_not_a_loop() -> None:
    with pytest.raises(SimulatorError, match=r"a worker process ended before its first job \(exit code 3\)"):
        list(run_all(job, ["a"], prepare=broken_start))
    with pytest.raises(SimulatorError, match=r"cannot start \(ImportError: no module named tomorrow\)"):
        list(run_all(job, ["a"], prepare=wrong_start))


def test_no_jobs_no_results() -> None:
    assert list(run_all(job, [], workers=2)) == []
