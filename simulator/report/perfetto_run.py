"""The timeline file of a run: where it goes, what part of the run it shows, and its curves."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from simulator.base.errors import InputError
from simulator.measure.power import Power, power
from simulator.program.history import History
from simulator.report.answer import Answer
from simulator.report.buffers import buffers
from simulator.report.perfetto import write_perfetto
from simulator.report.perfetto_counters import of_buffers, of_power
from simulator.report.window import ALL, Window, parse_window

_ENDINGS = (".json", ".json.gz")
_FIELD = "--timeline"
_STRETCHES, _MOST_STRETCHES = 1_000, 1_000_000
"""Stretches of time of a window, and of the whole run, with a mean power each."""


@dataclass(frozen=True)
class TimelineFile:
    """A file that does not exist yet, and the part of the run that it is to show."""

    path: Path
    window: Window = ALL


def timeline_file(path: Path | None, window: str | None) -> TimelineFile | None:
    """What was asked for, checked before anything runs; None if nothing was. Raises InputError."""
    if path is None:
        if window is not None:
            raise InputError("says what --timeline FILE shows", field="--window", remedy="Give both")
        return None
    remedy = "Name a new file that ends in .json or .json.gz"
    if not path.name.endswith(_ENDINGS):
        raise InputError("must end in .json or .json.gz", field=_FIELD, value=str(path), remedy=remedy)
    if path.exists():
        raise InputError(
            "exists; an earlier result is never overwritten", place=str(path), field=_FIELD, remedy=remedy
        )
    if not path.absolute().parent.is_dir():
        raise InputError("is in no folder that exists", place=str(path), field=_FIELD, remedy=remedy)
    return TimelineFile(path, ALL if window is None else parse_window(window))


def write_run(answer: Answer, file: TimelineFile) -> None:
    """Write the timeline of a run. The file is there as a whole or not at all."""
    known = answer.past
    curves = [*of_power(_power(answer, known, file.window)), *of_buffers(buffers(answer.program, known))]
    title = f"{answer.mapping.graph.name} on {answer.chip_file.chip.name}"
    with _whole(file.path) as work:
        write_perfetto(answer.program, known, work, window=file.window, counters=curves, title=title)


def _power(answer: Answer, past: History, window: Window) -> Power:
    """Power in about a thousand stretches of the window."""
    end = max(answer.timeline.makespan, 1)
    width = max((min(window.end, end) - window.begin) // _STRETCHES, end // _MOST_STRETCHES, 1)
    return power(answer.chip_file.chip, answer.mapping, answer.program, past, width)


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A name beside ``path``, with the same ending, that becomes it when the block ends well."""
    work = path.with_name(f".partial-{path.name}")
    try:
        yield work
        work.replace(path)
    except BaseException:
        with suppress(OSError):
            work.unlink()
        raise
