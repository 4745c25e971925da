"""A point of a sweep as a pure function: where its inputs come from, what identifies it, which figures it has."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import Any

import simulator
from simulator.base.document import Document
from simulator.base.errors import InputError, InputErrors, SimulatorError
from simulator.base.input_file import read_bytes
from simulator.chip.reader import ChipFile, chip_document, overridden, validated
from simulator.chip.resolve import resolve
from simulator.engine.contract import Engine, run
from simulator.mapping.lower.micro import back_to_back_mvms
from simulator.measure.area import AREAS, areas
from simulator.program.timeline import Recording
from simulator.study import points_product
from simulator.study.asked import Asked, Way
from simulator.study.engines import engine
from simulator.study.points_workload import workload_from
from simulator.study.run import simulate
from simulator.study.sweep_constraints import Constraint, has_figure, unmet
from simulator.trace.pattern import RequestPattern
from simulator.trace.trace import Trace, record_trace
from simulator.trace.written import Written, pattern
from simulator.workload.reader import Workload

IDEAL = ("network", "memory", "host")
WAYS: tuple[Way, ...] = ("packed", "balanced")
FIELDS = {
    "requests.count": "number of requests",
    "requests.batch": "inferences that arrive together",
    "requests.arrivals": "once, every:10us, poisson:5000, at:0ns,5us",
    "requests.length": "time steps of a sequence: 64, 16..64, or one a request: 16,64",
    "requests.prompt_length": "tokens that a language model reads: 64, 16..64, or one a request: 16,64",
    "requests.output_length": "tokens that it generates, likewise",
    "requests.seed": "of arrivals and lengths that are drawn",
    "mapping.placement": "packed, balanced, or a placement file",
    "mapping.tiles": "tiles that a balanced mapping may spend",
    "mapping.chips": "equal chips in a row",
    "mapping.reload": "true: sets of weights take turns on a chip",
    "allow_host": "true: what is not supported of an ONNX model is done at the host",
    **points_product.FIELDS,
    "ideal": f"what costs nothing: none, or a list of {', '.join(IDEAL)}",
}
"""Fields of a point that are neither the chip's nor the workload's."""
_DECIDING = (
    "base",
    "parts",
    "workload",
    "chip",
    "program",
    "trace",
    "mapping",
    "engine",
    "functional",
    "measure",
)
"""Packages that decide figures; a change in one of them makes stored figures stale."""
_DECIDING_HERE = ("accuracy", "balanced", "points", "points_product", "reloaded", "run")
"""Modules of this package that do."""
AREA_FIGURES = {name: f"{name}_area_mm2" for name in AREAS}
"""Name of an area -> the figure that it is [mm^2]."""
_MAX_PLACEMENT = 10**7

Figures = Mapping[str, tuple[float, str]]
"""Name -> value and unit."""


@dataclass(frozen=True)
class Point:
    """One point: ``values`` are those of the axes, ``fixed`` those of all points; an axis wins over a fixed value."""

    number: int
    chip: Path
    workload: Path
    values: tuple[tuple[str, Any], ...] = ()
    fixed: tuple[tuple[str, Any], ...] = ()
    engine: str = "auto"

    @property
    def settings(self) -> dict[str, Any]:
        """Field -> value."""
        return dict(self.fixed) | dict(self.values)


@dataclass(frozen=True)
class Inputs:
    """What a point simulates, read; the chip's rules are checked when ``chip`` is asked for."""

    path: Path
    document: Document
    workload: Workload
    pattern: RequestPattern
    mapping: Asked
    ideal: tuple[str, ...]
    errors: points_product.Errors | None = None

    @cached_property
    def chip(self) -> ChipFile:
        """The chip. Raises SimulatorError, without the place of an override: that is the point itself."""
        try:
            return validated(self.document, self.path)
        except InputError as error:
            raise _unplaced(error) from error

    @property
    def known(self) -> Figures:
        """Figures that need no simulation: areas [mm^2]."""
        return {
            AREA_FIGURES[name]: (size, "mm^2")
            for name, size in areas(self.chip.chip, self.mapping.chips or 1).items()
        }

    @cached_property
    def key(self) -> str:
        """Digest of everything that decides the figures, the simulator included; not of the engine: all agree."""
        content = {
            "simulator": [simulator.__version__, _code()],
            "chip": self.document.data,
            "placements": [_content(self.path.parent / str(name)) for name in self._placements()],
            "workload": self.workload.digest,
            "requests": repr(self.pattern),
            "placement": _content(way) if isinstance(way := self.mapping.placement, Path) else way,
            "mapping": (self.mapping.tiles, self.mapping.chips, self.mapping.reload),
            "ideal": self.ideal,
            "errors": self.errors and (repr(self.errors), [_content(path) for path in self.errors.files]),
        }
        return sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()

    def _placements(self) -> list[Any]:
        """Files from which the mapping may come."""
        given = self.document.data.get("placements")
        return given if isinstance(given, list) and self.mapping.placement is None else []


@dataclass(frozen=True)
class Answer:
    """Figures of a point, and the part that limits its throughput.

    ``excluded``: the constraint that areas alone fail, for which nothing was simulated.
    """

    figures: Figures
    limits: str
    excluded: str = ""


@dataclass(frozen=True)
class Task:
    """A point, and the constraints that may make its simulation needless."""

    point: Point
    constraints: tuple[Constraint, ...] = ()


def inputs(point: Point) -> Inputs:
    """Read what a point simulates. Raises InputError."""
    settings = point.settings
    chip = [f"{field}={json.dumps(value)}" for field, value in settings.items() if is_of_chip(field)]
    return Inputs(
        point.chip,
        overridden(_chip(point.chip), chip),
        _workload(
            point.workload,
            tuple((field, json.dumps(value)) for field, value in _below("workload.", settings)),
            tuple(f"{size}={value}" for size, value in _below("dim.", settings)),
            settings.get("allow_host", False),
        ),
        requests(settings),
        mapping(settings),
        ideal(settings.get("ideal")),
        points_product.asked(settings),
    )


def _below(prefix: str, settings: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Fields with this prefix, without it."""
    return ((name.removeprefix(prefix), value) for name, value in settings.items() if name.startswith(prefix))


def is_of_chip(field: str) -> bool:
    """Whether a field belongs to the chip file."""
    return field not in FIELDS and field.partition(".")[0] not in ("workload", "dim", "requests", "mapping")


def requests(settings: Mapping[str, Any]) -> RequestPattern:
    """The request pattern. Raises InputError."""
    texts = ("arrivals", "length", "prompt_length", "output_length")
    given = {name: settings.get(f"requests.{name}") for name in ("count", "batch", "seed", *texts)}
    for name in ("count", "batch", "seed"):
        value = given[name]
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise InputError("must be an integer", field=f"requests.{name}", value=value)
    arrivals, length, prompt, output = (None if given[name] is None else str(given[name]) for name in texts)
    return pattern(
        Written(given["count"], given["batch"], length, arrivals, prompt, output), given["seed"] or 0
    )


def mapping(settings: Mapping[str, Any]) -> Asked:
    """What mapping is asked for. Raises InputError."""
    placement, tiles = settings.get("mapping.placement"), settings.get("mapping.tiles")
    chips, reload = settings.get("mapping.chips"), settings.get("mapping.reload")
    if placement is not None and not isinstance(placement, str):
        raise InputError("must be packed, balanced or a file", field="mapping.placement", value=placement)
    for name, value in (("tiles", tiles), ("chips", chips)):
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 1):
            raise InputError(f"must be a whole number of {name}", field=f"mapping.{name}", value=value)
    if reload is not None and not isinstance(reload, bool):
        raise InputError("must be true or false", field="mapping.reload", value=reload)
    if tiles is not None and placement != "balanced":
        raise InputError(
            "is for a balanced mapping only",
            field="mapping.tiles",
            value=tiles,
            remedy="Set mapping.placement: balanced",
        )
    way: Way | None = next((way for way in WAYS if way == placement), None)
    return Asked(way or (Path(placement) if placement else None), tiles, chips, bool(reload))


def ideal(value: Any) -> tuple[str, ...]:
    """What costs nothing, from "none", a name, or a list of names. Raises InputError."""
    names = [value] if isinstance(value, str) else value
    if names is None or names == ["none"]:
        return ()
    if not isinstance(names, Sequence) or not all(name in IDEAL for name in names):
        raise InputError(f"must be none or a list of {', '.join(IDEAL)}", field="ideal", value=value)
    return tuple(names)


def figures(task: Task) -> Answer:
    """Simulate a point; nothing is recorded or drawn. Raises SimulatorError."""
    given = inputs(task.point)
    known = given.known
    excluding = missed(task.constraints, known)
    if excluding:
        return Answer(known, "", excluding[0].text)
    result = simulate(
        given.chip,
        _trace(given.workload.digest, given.pattern, given.workload),
        _engine(task.point.engine),
        **vars(given.mapping),
        ideal=given.ideal,
        recording=Recording("off"),
    )
    found = {metric.name: (float(metric.value), metric.unit) for metric in result.metrics}
    if given.errors is not None:
        found |= points_product.figures(given.chip, given.errors)
    for name, (value, _) in found.items():
        if not isfinite(value):
            raise SimulatorError(f"{name} is not a finite number")
    return Answer({**found, **known}, result.bounds[0].part if result.bounds else "")


def missed(constraints: Iterable[Constraint], known: Figures) -> list[Constraint]:
    """Constraints that these figures are enough to fail."""
    return [item for item in constraints if has_figure(item.name, known) and unmet([item], known)]


def warm(point: Point) -> None:
    """Load, and have compiled, what every point needs; once in a process, and no point's time."""
    machine = _engine(point.engine)
    with suppress(SimulatorError):  # a point that is wrong says so when it is its turn
        hardware = resolve(inputs(point).chip.chip)
        run(machine, back_to_back_mvms(hardware, 2), Recording("off"))


@lru_cache(maxsize=64)
def _chip(path: Path) -> Document:
    return chip_document(path)


@lru_cache(maxsize=64)
def _workload(
    path: Path, overrides: tuple[tuple[str, str], ...], dims: tuple[str, ...], allow_host: bool
) -> Workload:
    fields = [(field, json.loads(value)) for field, value in overrides]
    return workload_from(path, fields, dims, allow_host=allow_host)


class _Traces:
    """The latest trace: neighbours in a sweep mostly share it."""

    last: tuple[tuple[str, RequestPattern], Trace] | None = None


def _trace(digest: str, asked: RequestPattern, workload: Workload) -> Trace:
    if _Traces.last is None or _Traces.last[0] != (digest, asked):
        _Traces.last = ((digest, asked), record_trace(workload, asked))
    return _Traces.last[1]


@cache
def _engine(name: str) -> Engine:
    return engine(name)


@cache
def _code() -> str:
    """Digest of the source that decides figures."""
    root = Path(simulator.__file__).parent
    kinds = ("*.py", "*.yaml")
    files = [path for part in _DECIDING for kind in kinds for path in sorted((root / part).rglob(kind))]
    whole = sha256()
    for path in [
        *files,
        *(root / "study" / f"{name}.py" for name in _DECIDING_HERE),
    ]:
        whole.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()


@lru_cache(maxsize=256)
def _content(path: Path) -> str:
    return sha256(read_bytes(path, _MAX_PLACEMENT)).hexdigest()


def _unplaced(error: InputError) -> SimulatorError:
    """The complaint in one line."""
    if isinstance(error, InputErrors):
        return SimulatorError("; ".join(str(_unplaced(each)) for each in error.errors))
    place = "" if error.place.startswith("--set") else error.place
    told = InputError(error.rule, place=place, field=error.field, value=error.value, remedy=error.remedy)
    return SimulatorError(str(told))
