"""Published beside simulated: one verdict a row."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from simulator.base.errors import InputError, did_you_mean
from simulator.engine.contract import Engine
from simulator.study.case import Case
from simulator.study.measures import MEASURES
from simulator.study.published import Row, read_published


@dataclass(frozen=True)
class Verdict:
    """A row with what came out; ``simulated`` is None where it is not testable."""

    row: Row
    simulated: float | None

    @property
    def deviation(self) -> float | None:
        """Simulated less published, in the row's unit."""
        if self.simulated is None or self.row.published is None:
            return None
        return self.simulated - self.row.published

    @property
    def inside(self) -> bool:
        """Within tolerance; a millionth of it is left for floating point."""
        if self.deviation is None:
            return False
        if self.row.factor and self.simulated and self.row.published:
            ratio = self.simulated / self.row.published
            return 1 / self.row.factor <= ratio <= self.row.factor
        signed = {"at_most": self.deviation, "at_least": -self.deviation}
        off = signed.get(self.row.bound, abs(self.deviation))
        return off <= self.row.allowed() * (1 + 1e-6) + 1e-9

    @property
    def status(self) -> str:
        """pass, FAIL, gap (known and still there), GAP CLOSED (say so in the file), or what the row's kind is."""
        if self.row.kind in ("not_testable", "prediction", "assumption"):
            return self.row.kind.replace("_", " ")
        if self.row.kind == "known_gap":
            return "GAP CLOSED" if self.inside else "gap"
        return "pass" if self.inside else "FAIL"

    @property
    def good(self) -> bool:
        """False for what must stop a release."""
        return self.status not in ("FAIL", "GAP CLOSED")


def validate(
    folder: Path,
    engine: Engine,
    only: Sequence[str] = (),
    progress: Callable[[Row], None] = lambda row: None,
) -> list[Verdict]:
    """Verdicts of all rows below ``folder`` (chip_configs), or of the rows whose name begins with one of ``only``.

    Every simulated value comes from programs that run now. InputError for an unknown measure or row.
    """
    rows = [
        row
        for row in read_published(folder / "published")
        if not only or any(row.row == name or row.row.split(".")[0] == name for name in only)
    ]
    if not rows:
        raise InputError("no published row of that name", field="row", value=", ".join(only))
    verdicts = []
    for row in rows:
        progress(row)
        verdicts.append(Verdict(row, _measure(row, folder, engine)))
    return verdicts


def _measure(row: Row, folder: Path, engine: Engine) -> float | None:
    if row.kind == "not_testable":
        return None
    if row.measure not in MEASURES:
        raise InputError(
            "unknown measure", field=row.row, value=row.measure, remedy=did_you_mean(row.measure, MEASURES)
        )
    return MEASURES[row.measure](Case(row, folder, folder.parent / "workloads", engine))
