"""Published results, as files: chip_configs/published/*.yaml."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from simulator.base.errors import InputError
from simulator.base.explain import RuleError, explain
from simulator.base.units import split_number
from simulator.base.yaml_file import load


class Product(BaseModel):
    """A matrix product whose accuracy a row is about, and which figure of it.

    ``matrix``, ``inputs``, ``vectors``: as of ``simulator accuracy``; ``size``: rows and columns. ``after``: time
    since writing. ``alone``: only this effect. ``in_sample``: calibrated with the inputs themselves. ``figure``: a
    name of ``Errors``, the mean over ``draws`` of the data.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    matrix: str = "random"
    inputs: str = "random"
    size: tuple[int, int] | None = None
    vectors: int = 256
    after: str = "0 s"
    alone: str = ""
    in_sample: bool = False
    instances: int = 2
    draws: int = 1
    figure: Literal["raw", "gain", "column", "snr"] = "raw"


Kind = Literal["calibrated", "test", "known_gap", "not_testable", "prediction", "assumption"]


class Row(BaseModel):
    """One published figure and how to obtain it.

    ``precision``: of a digital machine, whose short name is then the ``chip``.
    ``bound``: *at_most* passes whatever is below, *at_least* whatever is above. ``product``: of rows on accuracy.
    ``kind``: *calibrated* set a parameter, *test* came out, *known_gap* is out of tolerance for the stated reason (and
    fails once it no longer is), *not_testable* has no simulated value for the stated reason, *prediction* has no
    published value at hand, *assumption* rests on a guess where the sources are silent, and is not
    enforced. ``tolerance``: "0.5 %" of the published value, a number in ``unit``, "factor 1.5" (times or over), or
    "exact". ``measure``: a name of ``study.measures.MEASURES``. ``beside``: the chip that ``chip`` is compared with.
    ``title`` of its file, set by the reader.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str = ""
    row: Annotated[str, Field(pattern=r"^[a-z0-9]+\.\d+$")]
    case: str = ""
    what: str
    published: float | None = None
    unit: str
    tolerance: str = "exact"
    kind: Kind
    source: str
    reason: str = ""
    measure: str = ""
    chip: str = ""
    beside: str = ""
    workload: str = ""
    layer: str = ""
    size: int = 0
    chips: int = 1
    precision: str = ""
    product: Product | None = None
    bound: Literal["", "at_most", "at_least"] = ""
    set: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> "Row":
        if self.kind in ("known_gap", "not_testable", "assumption") and not self.reason:
            raise RuleError(f"a row of kind {self.kind} needs a reason", path=("reason",))
        if self.kind != "not_testable" and not (self.measure and self.chip):
            raise RuleError("needs a measure and a chip", path=("measure",))
        if self.published is None and self.kind not in ("prediction", "not_testable"):
            raise RuleError(f"a row of kind {self.kind} needs it", path=("published",))
        self.allowed()
        return self

    @property
    def factor(self) -> float:
        """N of the tolerance "factor N", else 0."""
        word, _, number = self.tolerance.partition(" ")
        parts = split_number(number) if word == "factor" else None
        return float(parts[0]) if parts and not parts[1] and parts[0] > 1 else 0.0

    def allowed(self) -> float:
        """Largest deviation that passes, in the row's unit."""
        if self.tolerance == "exact":
            return 0.0
        if self.factor:
            return abs(self.published or 0) * (self.factor - 1)
        parts = split_number(self.tolerance)
        if parts is None or parts[1] not in ("%", self.unit):
            raise RuleError(
                f"must be 'exact', 'factor N', a percentage or a number of {self.unit}",
                path=("tolerance",),
                value=self.tolerance,
            )
        return float(parts[0]) * (abs(self.published or 0) / 100 if parts[1] == "%" else 1)


class PublishedFile(BaseModel):
    """All rows of one chip or paper."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    title: str
    rows: list[Row]


def read_published(folder: Path) -> list[Row]:
    """Rows of all files of a folder, in the order of file names."""
    rows: list[Row] = []
    for path in sorted(folder.glob("*.yaml")):
        document = load(path)
        try:
            file = PublishedFile.model_validate(document.data)
        except ValidationError as error:
            raise explain(error, document, PublishedFile) from error
        rows += [row.model_copy(update={"title": file.title}) for row in file.rows]
    if not rows:
        raise InputError("holds no published results (*.yaml)", place=str(folder))
    return rows
