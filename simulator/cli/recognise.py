"""Which kind of file is this? Its content says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console

from simulator.base.errors import InputError
from simulator.base.yaml_file import load
from simulator.chip.reader import ChipFile, load_chip
from simulator.report import describe
from simulator.trace import file as trace_file
from simulator.trace.trace import Trace
from simulator.workload.reader import Workload, is_model, load_workload


class Subject(Protocol):
    """Something that can be explained."""

    def show(self, console: Console) -> None:
        """Explain it to people."""

    def data(self) -> dict[str, Any]:
        """The same for scripts."""


@dataclass(frozen=True)
class _Chip:
    file: ChipFile
    sources: bool

    def show(self, console: Console) -> None:
        (describe.show_sources if self.sources else describe.show_chip)(self.file, console)

    def data(self) -> dict[str, Any]:
        return describe.chip_data(self.file)


@dataclass(frozen=True)
class _Workload:
    workload: Workload

    def show(self, console: Console) -> None:
        describe.show_workload(self.workload, console)

    def data(self) -> dict[str, Any]:
        return describe.workload_data(self.workload)


@dataclass(frozen=True)
class _Trace:
    trace: Trace

    def show(self, console: Console) -> None:
        describe.show_trace(self.trace, console)

    def data(self) -> dict[str, Any]:
        return describe.trace_data(self.trace)


def recognise(
    path: Path, settings: list[str], *, sources: bool, dims: Sequence[str] = (), allow_host: bool = False
) -> Subject:
    """Read a chip, workload or trace file. Raises InputError if it is none, or if an option does not suit it."""
    if is_model(path) or dims or allow_host:
        workload = load_workload(path, dims, allow_host=allow_host)
        return _no_chip(_Workload(workload), path, settings, sources)
    if path.name.endswith((".jsonl", ".jsonl.gz", ".gz")):
        return _no_chip(_Trace(trace_file.read(path)), path, settings, sources)
    keys = load(path).data.keys()
    if "layers" in keys:
        return _no_chip(_Workload(load_workload(path)), path, settings, sources)
    if "place" in keys or "rows" in keys:
        raise InputError(
            "is neither a chip, a workload nor a trace",
            place=str(path),
            remedy="Placements are shown by 'map', published results by 'validate'",
        )
    return _Chip(load_chip(path, settings), sources)


def _no_chip(subject: Subject, path: Path, settings: list[str], sources: bool) -> Subject:
    if settings or sources:
        option = "--set" if settings else "--sources"
        raise InputError("is for chip files only", place=str(path), field=option)
    return subject
