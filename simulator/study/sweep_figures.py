"""The plots of a sweep: those that its file asks for, or a choice that suits its axes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from simulator.study.pareto import front, sign
from simulator.study.published import Row as PublishedRow
from simulator.study.published import read_published
from simulator.study.sweep import Sweep
from simulator.study.sweep_constraints import figure_name
from simulator.study.sweep_file import Heat, Lines, Pareto, Plot

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from simulator.report.sweep_plots import Published, Table

_SHOWN = ("tops_per_w", "sustained_gops_per_mm2_die", "steady_interval_ns")
"""Figures of the plots where a file asks for none."""
_MEASURES = {
    "peak_tops": ("peak_gops", 1e3),
    "peak_tops_per_mm2_macro": ("peak_gops_per_mm2_macro", 1e3),
    "peak_tops_per_mm2_die": ("peak_gops_per_mm2_die", 1e3),
    "peak_mvm_tops_per_w": ("peak_mvm_tops_per_w", 1.0),
}
"""Measure of a published row -> the figure that it is, and how many of its units one published unit is."""


def write_plots(
    sweep: Sweep, frame: "pd.DataFrame", units: Mapping[str, str], axes: Mapping[str, str], folder: Path
) -> list[Path]:
    """Draw every plot as PNG and SVG; nothing where no point has figures.

    ``frame``: the table with all figures; ``units``: of these; ``axes``: field -> column.
    """
    from simulator.report.drawing import save, settings
    from simulator.report.sweep_plots import Table

    good = frame[frame["status"].isin(["ok", "unmet"])]
    if good.empty:
        return []
    drawing = _Drawing(sweep, Table(good, units), axes)
    paths = []
    with settings():
        for number, plot in enumerate(drawing.plots, 1):
            paths += save(drawing.draw(plot), folder, f"{number}-{plot.kind}")
    return paths


class _Drawing:
    """From words of the file to columns of the table."""

    def __init__(self, sweep: Sweep, table: "Table", axes: Mapping[str, str]):
        self._sweep, self._table = sweep, table
        self._columns = {"chip": "chip", "workload": "workload", **axes}
        self._varied = [
            field for field, column in self._columns.items() if table.frame[column].astype(str).nunique() > 1
        ]

    @property
    def plots(self) -> Sequence[Plot]:
        """What to draw."""
        asked = self._sweep.text.file.plots
        return self._suitable() if asked is None else asked

    def _suitable(self) -> list[Plot]:
        """Lines along the longest axis, a heat map of the two longest, density against efficiency."""
        longest = sorted(self._varied, key=lambda field: -self._length(field))
        shown = list(self._sweep.text.file.keep[:3]) or list(_SHOWN)
        chosen: list[Plot] = []
        if longest:
            chosen.append(Lines(kind="lines", x=longest[0], y=shown))
        apart = [field for field in longest[1:] if self._crossed(longest[0], field)]
        if apart:
            chosen.append(Heat(kind="heat", x=longest[0], y=apart[0], value=shown[0]))
        by = apart[0] if apart else None
        chosen.append(Pareto(kind="pareto", x="sustained_gops_per_mm2_die", y="tops_per_w", by=by))
        return [*chosen, Pareto(kind="pareto", x="peak_gops_per_mm2_macro", y="peak_mvm_tops_per_w", by=by)]

    def _length(self, field: str) -> int:
        return int(self._table.frame[self._columns[field]].astype(str).nunique())

    def _crossed(self, one: str, other: str) -> bool:
        """Fields of one axis move together: they make no grid."""
        return not any({one, other} <= set(axis) for axis in self._sweep.text.fields)

    def draw(self, plot: Plot) -> "Figure":
        """The figure of a plot."""
        from simulator.report import sweep_plots

        column = self._column
        match plot:
            case Lines():
                by = self._others(plot.x) if plot.by is None else [column(word) for word in plot.by]
                ys = [column(word) for word in plot.y]
                return sweep_plots.lines(self._met, column(plot.x), ys, by, log=plot.log)
            case Heat():
                value = column(plot.value)
                larger = sign(self._table.units[value]) > 0
                return sweep_plots.heat(self._met, column(plot.x), column(plot.y), value, larger=larger)
            case Pareto():
                x, y = column(plot.x), column(plot.y)
                points = published(self._folders(), x, y)
                by_column = column(plot.by) if plot.by else None
                return sweep_plots.scatter(self._with_front(x, y), x, y, by_column, points)

    def _column(self, word: str) -> str:
        return self._columns.get(word) or figure_name(word, self._table.units)

    def _others(self, x: str) -> list[str]:
        """One column for each other axis that varies."""
        taken, columns = {x, *self._with(x)}, []
        for field in self._varied:
            if field not in taken:
                columns.append(self._columns[field])
                taken |= {field, *self._with(field)}
        return columns

    def _with(self, field: str) -> set[str]:
        return {other for axis in self._sweep.text.fields if field in axis for other in axis}

    @property
    def _met(self) -> "Table":
        """Points that meet the constraints; all of them if none does."""
        from simulator.report.sweep_plots import Table

        met = self._table.frame[self._table.frame["status"] == "ok"]
        return self._table if met.empty else Table(met, self._table.units)

    def _with_front(self, x: str, y: str) -> "Table":
        from simulator.report.sweep_plots import Table

        frame = self._table.frame.assign(meets=self._table.frame["status"] == "ok", front=False)
        met = frame[frame["meets"]]
        signs = sign(self._table.units[x]), sign(self._table.units[y])
        pairs = list(zip(map(float, met[x]), map(float, met[y]), strict=True))
        frame.loc[met.index, "front"] = front(pairs, signs)
        return Table(frame, self._table.units)

    def _folders(self) -> list[Path]:
        chips = dict.fromkeys(point.chip.parent / "published" for point in self._sweep.points)
        return [folder for folder in chips if folder.is_dir()]


def published(folders: Sequence[Path], x: str, y: str) -> list["Published"]:
    """Published results that have both figures, by chip and settings; rows of a single layer are none."""
    from simulator.report.sweep_plots import Published

    found: dict[str, dict[str, float]] = {}
    for row in (row for folder in folders for row in read_published(folder)):
        if row.measure in _MEASURES and row.published is not None and not (row.workload or row.layer):
            name, scale = _MEASURES[row.measure]
            found.setdefault(_label(row), {})[name] = row.published * scale
    return [Published(label, each[x], each[y]) for label, each in found.items() if x in each and y in each]


def _label(row: PublishedRow) -> str:
    return " ".join([Path(row.chip).stem, *(setting.partition("=")[2] for setting in row.set)])
