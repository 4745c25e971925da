"""What a sweep file may say. Paths in it are relative to the file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from simulator.base.document import Document
from simulator.base.errors import InputError
from simulator.base.explain import RuleError, explain
from simulator.base.units import parse
from simulator.base.yaml_file import load

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Lines(_Section):
    """``y`` over ``x``, a line for each value of ``by`` (by default for every combination of the other axes)."""

    kind: Literal["lines"]
    x: str
    y: Annotated[list[str], Field(min_length=1, max_length=6)]
    by: list[str] | None = None
    log: bool = False


class Heat(_Section):
    """``value`` in a grid of ``x`` and ``y``; the best one where several points share a cell."""

    kind: Literal["heat"]
    x: str
    y: str
    value: str


class Pareto(_Section):
    """Points over two metrics, those that no other point beats in both, and the published ones."""

    kind: Literal["pareto"]
    x: str
    y: str
    by: str | None = None


Plot = Annotated[Lines | Heat | Pareto, Field(discriminator="kind")]


class SweepFile(_Section):
    """A sweep: every chip with every workload with every combination of the axes.

    ``axes``: each a mapping of fields to values, which move together, or a list of steps, each a mapping of fields to
    one value; fields that a step leaves out stay as in the file. Axes are crossed, the last one fastest. ``set``: fixed
    values of fields. Fields: of the chip as on the command line (``tile.read_mode``), of the workload
    (``workload.sequence.length``), and those of ``study.points.FIELDS``. ``constraints``: "die area <= 150 mm^2", over
    the figures of a point. ``keep``: figures for the table, by default all.
    """

    name: Name = ""
    about: Annotated[str, Field(max_length=1000)] = ""
    chips: Annotated[list[str], Field(min_length=1, max_length=1000)]
    workloads: Annotated[list[str], Field(min_length=1, max_length=1000)]
    set: dict[str, Any] = {}
    axes: list[dict[str, Any] | list[dict[str, Any]]] = []
    constraints: Annotated[list[str], Field(max_length=20)] = []
    keep: list[str] = []
    plots: Annotated[list[Plot], Field(max_length=20)] | None = None
    engine: Literal["auto", "fast", "simpy"] = "auto"
    time_limit: str = "10 min"

    @model_validator(mode="after")
    def _something_varies(self) -> "SweepFile":
        if not self.axes and len(self.chips) * len(self.workloads) == 1:
            raise RuleError(
                "nothing varies", path=("axes",), remedy="Give axes, or several chips or several workloads"
            )
        seconds(self.time_limit)
        return self

    @model_validator(mode="after")
    def _heat_has_two_axes(self) -> "SweepFile":
        for number, plot in enumerate(self.plots or ()):
            if isinstance(plot, Heat) and plot.x == plot.y:
                raise RuleError("must differ from x", path=("plots", number, "y"), value=plot.y)
        return self


def seconds(text: str) -> float:
    """A time limit in seconds; RuleError if it is none."""
    try:
        limit = float(parse(text, "time").magnitude) / 1e12
    except InputError as error:
        raise RuleError(error.rule, path=("time_limit",), value=text, remedy=error.remedy) from error
    if not 0.01 <= limit <= 1e6:
        raise RuleError("must be between 0.01 s and 1e6 s", path=("time_limit",), value=text)
    return limit


@dataclass(frozen=True)
class SweepText:
    """A validated sweep file with the document it came from, which knows the lines."""

    path: Path
    file: SweepFile
    document: Document

    @property
    def name(self) -> str:
        """The sweep's name, by default the file's."""
        return self.file.name or self.path.stem

    @property
    def fields(self) -> list[list[str]]:
        """Fields of each axis."""
        return [
            list(axis if isinstance(axis, dict) else {f: 0 for step in axis for f in step})
            for axis in self.file.axes
        ]

    def beside(self, path: str) -> Path:
        """A path as the file gives it, seen from the current folder."""
        return self.path.parent / path

    def wrong(self, error: InputError, path: tuple[str | int, ...], field: str = "") -> InputError:
        """The error with its place in this file."""
        where = field or ".".join(map(str, path))
        return InputError(
            error.rule, place=self.document.place(path), field=where, value=error.value, remedy=error.remedy
        )


def load_sweep(path: str | Path) -> SweepText:
    """Read and validate a sweep file. Raises InputError (place, field, value, rule, remedy)."""
    document = load(path)
    try:
        file = SweepFile.model_validate(document.data)
    except ValidationError as error:
        raise explain(error, document, SweepFile) from error
    return SweepText(Path(path), file, document)
