"""From option values to what the simulator works on. Imported by commands when they run."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from simulator.base.errors import InputError
from simulator.cli.guard import complain as tell
from simulator.cli.options import EngineName
from simulator.engine.contract import Engine
from simulator.study import engines
from simulator.study.network_accuracy import NOTHING, Held
from simulator.trace import file as trace_file
from simulator.trace.trace import Trace, record_trace
from simulator.trace.written import Written, pattern
from simulator.workload.reader import load_workload

DEFAULT_WORKLOAD = Path("workloads/resnet9_cifar10.yaml")
_IMAGES = 4
_WAYS: dict[str, Literal["packed", "balanced"]] = {"packed": "packed", "balanced": "balanced"}


@dataclass(frozen=True)
class Asked:
    """What to run, as options say."""

    workload: Path | None = None
    trace: Path | None = None
    written: Written = field(default_factory=Written)
    seed: int = 0
    dims: tuple[str, ...] = ()
    allow_host: bool = False


def requests(asked: Asked, chip_path: Path) -> Trace:
    """A trace: read, or recorded in memory; without a workload, four ResNet-9 images."""
    return asked_for(asked, chip_path)[0]


def asked_for(asked: Asked, chip_path: Path) -> tuple[Trace, Held]:
    """The trace, and the weights of the model from which it was recorded."""
    if asked.trace is not None:
        _alone(asked)
        return trace_file.read(asked.trace), NOTHING
    written, path = asked.written, asked.workload
    if path is None:
        path = default_workload(chip_path)
        if written.count is None and written.arrivals is None:
            written = replace(written, count=_IMAGES)
    plan = pattern(written, asked.seed)
    workload = load_workload(path, asked.dims, allow_host=asked.allow_host)
    if workload.coverage is not None:
        tell(workload.coverage.line)
    return record_trace(workload, plan), workload.held


def _alone(asked: Asked) -> None:
    """A trace says everything; nothing may contradict it."""
    said = {"workload": asked.workload, **vars(asked.written)}
    given = [f"--{name.replace('_', '-')}" for name, value in said.items() if value is not None]
    given += ["--dim"] * bool(asked.dims) + ["--allow-host"] * asked.allow_host
    if given:
        raise InputError(
            f"cannot be combined with {', '.join(given)}",
            field="--trace",
            value=str(asked.trace),
            remedy="The trace says what arrives when",
        )


def default_workload(chip_path: Path) -> Path:
    """ResNet-9 in ``workloads`` beside the chip's folder, above it, or in the current folder."""
    for folder in _projects(chip_path):
        if (folder / DEFAULT_WORKLOAD).is_file():
            return folder / DEFAULT_WORKLOAD
    raise InputError(
        "no such file near the chip file or in the current folder",
        place=str(DEFAULT_WORKLOAD),
        remedy="Say what to run: --workload FILE or --trace FILE",
    )


def _projects(chip_path: Path) -> Iterator[Path]:
    yield chip_path.parent.parent
    yield chip_path.parent
    yield Path()
    yield from chip_path.resolve().parents


def placement(text: str | None, tiles: int | None) -> Path | Literal["packed", "balanced"] | None:
    """What ``--mapping`` says: a way to map, a file, or nothing."""
    if tiles is not None and text != "balanced":
        raise InputError("is for '--mapping balanced' only", field="--tiles", value=tiles)
    return None if text is None else _WAYS.get(text) or Path(text)


def engine(name: EngineName) -> Engine:
    """The engine of this name; auto is the fast one where it can be had."""
    return engines.engine(name.value)
