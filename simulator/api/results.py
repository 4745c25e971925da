"""What a run and a validation give: tables, plots, files."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from simulator.api import checked
from simulator.api.inputs import PathLike
from simulator.base.errors import InputError, did_you_mean
from simulator.measure.attribution import Attribution
from simulator.measure.gains_words import gains_frame
from simulator.program.frame import frame
from simulator.program.history import History
from simulator.report import network_accuracy, notebook, tables
from simulator.report.text import scaled
from simulator.study import run as study
from simulator.study import validate as validation
from simulator.study.asked import MOST_INSTANCES
from simulator.study.network_accuracy import Held, exactness
from simulator.study.network_accuracy import network_accuracy as study_accuracy

if TYPE_CHECKING:
    from simulator.report.picture import Picture

_HEADLINES = {
    "first_latency_ns": "latency of an inference alone",
    "steady_interval_ns": "steady interval",
    "sustained_gops": "sustained throughput",
    "energy_per_inference_nj": "energy per inference",
    "tops_per_w": "energy efficiency",
    "chip_utilisation": "weights / cells of all tiles",
}
"""Metrics that a run shows of itself, and what they are called there."""


@dataclass(frozen=True)
class Run:
    """What a run gave. Units stand in the column names; ``report.tables.COLUMNS`` defines them.

    ``held``: weights of the model that ran.
    """

    result: study.Result
    held: Held = field(default_factory=dict)

    def __getitem__(self, metric: str) -> float:
        """A figure by its name, see ``metrics``. Raises InputError for an unknown one."""
        names = [row.name for row in self.result.metrics]
        if metric not in names:
            raise InputError(
                "no such metric", field="metric", value=metric, remedy=did_you_mean(metric, names)
            )
        return self.result[metric]

    @property
    def limiter(self) -> str:
        """What limits sustained throughput, or that nothing does, in a sentence."""
        return self.result.limiter

    @cached_property
    def metrics(self) -> pd.DataFrame:
        """One row per figure: name, value, unit, definition, group."""
        return pd.DataFrame([asdict(row) for row in self.result.metrics])

    @cached_property
    def times(self) -> pd.DataFrame:
        """As run, and with ``contrast`` once more with each part ideal: latency alone, steady interval, under load."""
        rows = [
            {
                "ideal": ", ".join(row.ideal),
                "first_latency_ns": row.first / 1e3,
                "steady_interval_ns": row.steady.interval / 1e3,
                **{
                    f"p{p}_at_{x.load:.0%}_ns": getattr(x, f"p{p}") / 1e3
                    for x in row.loaded
                    for p in (50, 95, 99)
                },
            }
            for row in self.result.times
        ]
        return pd.DataFrame(rows)

    @cached_property
    def gains(self) -> pd.DataFrame:
        """What would help, and by how much; empty without ``contrast``."""
        return gains_frame(self.result.gains)

    @cached_property
    def layers(self) -> pd.DataFrame:
        """One row per layer of the network."""
        return tables.layers(self.result, self.history)

    @cached_property
    def units(self) -> pd.DataFrame:
        """One row per resource of the chip."""
        return tables.units(self.result)

    @cached_property
    def energy(self) -> pd.DataFrame:
        """Energy by layer, part, kind and provenance; adds up to the run's total."""
        return tables.energy(self.result)

    @cached_property
    def waits(self) -> Attribution:
        """Where the time of every unit (``.units``) and layer (``.layers``) went, by cause; see docs/waits.md."""
        return self.result.waits

    @cached_property
    def power(self) -> pd.DataFrame:
        """Power by part over time [mW]."""
        return self.result.power.frame()

    @cached_property
    def operations(self) -> pd.DataFrame:
        """One row per operation: when it was ready, granted, started, done [ps], and what it waited for."""
        return frame(self.history, self.result.program)

    @cached_property
    def history(self) -> History:
        """What every operation went through, as arrays."""
        return self.result.past

    def accuracy(
        self, after: str = "0s", weights: PathLike | None = None, *, instances: int = 8, seed: int = 0
    ) -> pd.DataFrame:
        """One row per layer with weights: how exact it was; ``report.network_accuracy.COLUMNS`` defines the columns.

        ``after``: time from writing to the run. ``weights``: a file .npz, or random; by default the model's, else
        random. ``instances``: how often the chip is written anew. Raises InputError.
        """
        times = checked.whole(instances, "instances", 1, MOST_INSTANCES)
        asked = exactness(after, times, None if weights is None else str(weights), checked.seed(seed))
        return network_accuracy.frame(study_accuracy(self.result, asked, held=self.held))

    def plot(self, name: str) -> "Picture":
        """One of the plots of a results folder, such as ``pipeline`` or ``roofline``. InputError for another name."""
        from simulator.report.picture import picture
        from simulator.report.view import View

        return picture(View(self.result), name)

    def timeline(self, path: PathLike, window: str | None = None) -> None:
        """Write every operation for the Perfetto UI; ``window`` such as ``0..100us``; see docs/timeline.md."""
        from simulator.report.perfetto_run import timeline_file, write_run

        asked = timeline_file(Path(path), window)
        assert asked is not None
        write_run(self.result, asked)

    def write(self, folder: PathLike, *, plots: bool = True) -> Path:
        """Write a results folder, as ``simulator run`` does; it must not exist yet."""
        from simulator.report.folder import results_folder, writing
        from simulator.report.write import write

        with results_folder(Path(folder)) as target, writing(target.path):
            write(self.result, target.work, plots=plots)
        return target.path

    def _repr_html_(self) -> str:
        rows = {row.name: row for row in self.result.metrics}
        shown = {words: scaled(rows[name].value, rows[name].unit) for name, words in _HEADLINES.items()}
        made = self.result
        title = f"{made.mapping.graph.name} on {made.chip_file.chip.name}"
        inferences = len(made.program.schedule)
        ideal = f", ideal: {', '.join(made.ideal)}" if made.ideal else ""
        told = f"{inferences} inferences, {made.timeline.operations:,} operations{ideal}. {self.limiter}"
        return notebook.page(title, notebook.facts(shown), notebook.sentence(told))


@dataclass(frozen=True)
class Validation:
    """Published beside simulated."""

    verdicts: Sequence[validation.Verdict]

    @property
    def good(self) -> bool:
        """No enforced row is out of tolerance, and no known gap has closed."""
        return all(verdict.good for verdict in self.verdicts)

    @property
    def table(self) -> pd.DataFrame:
        """One row per published figure."""
        rows = [
            (
                v.row.row,
                v.row.what,
                v.row.case,
                v.row.published,
                v.simulated,
                v.row.unit,
                v.row.kind,
                v.status,
            )
            for v in self.verdicts
        ]
        names = ["row", "what", "case", "published", "simulated", "unit", "kind", "verdict"]
        return pd.DataFrame(rows, columns=names)

    def _repr_html_(self) -> str:
        title = "Published and simulated: " + ("all good" if self.good else "something is out of tolerance")
        return notebook.page(title, notebook.table(self.table))
