"""A run for the terminal: figures with their definitions, energy, use of units, bounds, and what limits."""

from collections.abc import Mapping, Sequence
from math import fsum

import pandas as pd
from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.measure.area import AREAS
from simulator.measure.bounds import PARTS
from simulator.measure.energy import not_modelled
from simulator.measure.metric import Metric
from simulator.measure.totals import totals
from simulator.report import tables
from simulator.report.against import show_against
from simulator.report.answer import Answer, macs_in_model
from simulator.report.attention import show_fading, show_function
from simulator.report.layout import heading, sentence, show, table
from simulator.report.mapped import coverage
from simulator.report.names import PART_NAMES
from simulator.report.network_accuracy import show_network
from simulator.report.requests_table import show_percentiles
from simulator.report.summary import grouped
from simulator.report.text import column, counted, figure, percent, plain, scaled
from simulator.report.times_table import show_times
from simulator.report.why import show_why

_ROWS = 12
"""Layers in the energy table; the others are summed in one row."""
_ASSUMED = 0.1
"""Share of the energy on assumptions from which the report warns."""
_UNIT_ENDINGS = ("_ns", "_nj", "_gops")


def report(answer: Answer, console: Console) -> None:
    """Print everything a first look needs; reads well at 80 columns and without colours."""
    _header(answer, console)
    if requests := _group(answer, "requests"):
        _rows(show_percentiles(requests, console), console)
    _figures("Time", _group(answer, "time"), console)
    show_times(answer.times, console)
    _throughput(answer, console)
    _figures("Energy", _group(answer, "energy"), console)
    _energy(answer, console)
    _attention(answer, console)
    _units(tables.units(answer), console)
    _bounds(answer, console)
    _mapping(answer, console)
    show_why(answer, console)
    if answer.accuracy is not None:
        show_network(answer.accuracy, console)
    if answer.against:
        show_against(answer, console)
    _limits(answer, console)


def _header(answer: Answer, console: Console) -> None:
    title = Text.assemble((plain(answer.chip_file.chip.name), "bold"), " running ")
    title.append(plain(answer.mapping.graph.name), "bold")
    console.print(title)
    requests, inferences = len(answer.trace.requests), len(answer.program.schedule)
    sentence(
        f"{counted(inferences, 'inference')} in {counted(requests, 'request')}; "
        f"{counted(answer.timeline.operations, 'operation')}; "
        f"engine {answer.timeline.engine}; placement {answer.mapping.how}",
        console,
    )
    if answer.timeline.skipped:
        every = counted(answer.timeline.period, "inference")
        skipped = (
            f"{answer.timeline.skipped:,} of them skipped, exactly: the run repeats itself every {every}"
        )
        sentence(skipped, console, "dim")
    show_function(answer.mapping.hardware, console)
    if answer.ideal:
        sentence(f"Ideal, costs nothing: {', '.join(answer.ideal)}", console, "yellow")


def _group(answer: Answer, group: str) -> list[Metric]:
    return [metric for metric in answer.metrics if metric.group == group]


def _figures(title: str, metrics: Sequence[Metric], console: Console) -> None:
    heading(title, console)
    _rows(metrics, console)


def _rows(metrics: Sequence[Metric], console: Console) -> None:
    made = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    made.add_column(no_wrap=True)
    made.add_column(justify="right", no_wrap=True)
    made.add_column(overflow="fold", style="dim")
    for metric in metrics:
        made.add_row(label(metric.name), scaled(metric.value, metric.unit), Text(plain(metric.definition)))
    show(made, console)


def label(name: str) -> str:
    """A metric's stable name in words, its unit left out."""
    for ending in _UNIT_ENDINGS:
        name = name.removesuffix(ending)
    return name.replace("_", " ").replace("tops per w", "TOPS/W").replace("mvm", "MVM")


def _throughput(answer: Answer, console: Console) -> None:
    """Rates down, areas across."""
    rates = _group(answer, "throughput")
    _figures("Throughput", rates, console)
    density = {metric.name: metric.value for metric in _group(answer, "density")}
    names = [m.name.removesuffix("_gops") for m in rates if m.name.endswith("_gops")]
    made = table("GOPS/mm2 over", *AREAS, right=tuple(AREAS))
    for name in names:
        made.add_row(name, *(figure(density[f"{name}_gops_per_mm2_{area}"]) for area in AREAS))
    show(made, console)
    areas = "; ".join(f"{name}: {meaning}" for name, meaning in AREAS.items())
    sentence(f"Areas - {areas}.", console, "dim")


def _energy(answer: Answer, console: Console) -> None:
    total = fsum(entry.energy for entry in answer.energy)
    inferences = len(answer.program.schedule)
    _shares("part", _by_part(answer), total, inferences, console)
    _shares("layer", grouped(answer.energy, lambda entry: entry.layer), total, inferences, console)
    assumed = fsum(entry.energy for entry in answer.energy if entry.label in ("assumption", "given"))
    if total and assumed / total >= _ASSUMED:
        sentence(
            f"Warning: {percent(assumed / total)} of the energy rests on assumptions.", console, "yellow"
        )
    sentence(f"Not modelled, in no total: {', '.join(not_modelled(answer.chip_file.chip))}.", console, "dim")


def _by_part(answer: Answer) -> dict[str, float]:
    """Energy by part, with the provenance of its constants."""
    labels: dict[str, list[str]] = {}
    for entry in answer.energy:
        known = labels.setdefault(entry.part, [])
        if entry.label not in known:
            known.append(entry.label)
    parts = grouped(answer.energy, lambda entry: entry.part)
    return {f"{PART_NAMES[part]} [{'/'.join(labels[part])}]": energy for part, energy in parts.items()}


def _shares(
    title: str, energies: Mapping[str, float], total: float, inferences: int, console: Console
) -> None:
    """Largest first, the tail in one row."""
    console.print()
    order = sorted(energies.items(), key=lambda item: -item[1])
    rest = order[_ROWS:]
    rows = order[:_ROWS] + ([(f"{len(rest)} others", fsum(energy for _, energy in rest))] if rest else [])
    unit, texts = column([energy / inferences / 1e3 for _, energy in rows], "nJ")
    each = f"{unit} an inference"
    made = table(f"energy by {title}", each, "share", right=(each, "share"))
    for (name, energy), text in zip(rows, texts, strict=True):
        made.add_row(Text(plain(name)), text, percent(energy / total))
    show(made, console)


def _attention(answer: Answer, console: Console) -> None:
    """What fades in attention units, if anything does."""
    rows = _group(answer, "attention")
    if rows:
        _figures("Keys and values", rows, console)
        show_fading(rows, console)


def _units(units: pd.DataFrame, console: Console) -> None:
    """Use of the units of each part over the makespan, those without timed work left out."""
    heading("Use of units (work / makespan)", console)
    made = table("part", "units", "mean", "most", "busiest", right=("units", "mean", "most"))
    for part, name in PARTS.items():
        rows = units[(units["part"] == part) & (units["work_ns"] > 0)]
        if len(rows):
            use = rows["utilisation"].to_numpy()
            busiest = rows["unit"].iloc[int(use.argmax())]
            made.add_row(name, str(len(rows)), percent(use.mean()), percent(use.max()), Text(plain(busiest)))
    show(made, console)


def _bounds(answer: Answer, console: Console) -> None:
    """Each part's lower bound of the steady interval beside what was simulated."""
    interval = next(metric.value for metric in answer.metrics if metric.name == "steady_interval_ns")
    heading("Lower bounds of the steady interval", console)
    unit, texts = column([*(bound.interval / 1e3 for bound in answer.bounds), interval], "ns")
    made = table("part", unit, "of simulated", "busiest", right=(unit, "of simulated"))
    for bound, text in zip(answer.bounds, texts, strict=False):
        share = percent(bound.interval / 1e3 / interval)
        made.add_row(PARTS[bound.part], text, share, Text(plain(bound.resource)))
    made.add_row(Text("simulated", style="bold"), texts[-1], percent(1.0), "")
    show(made, console)


def _mapping(answer: Answer, console: Console) -> None:
    _figures("Mapping", _group(answer, "mapping"), console)
    mapped = int(totals(answer.program).macs.sum())
    inferences = len(answer.program.schedule)
    sentence(coverage(mapped, macs_in_model(answer), answer.mapping.hardware, inferences), console)


def _limits(answer: Answer, console: Console) -> None:
    heading("What limits", console)
    sentence(answer.limiter, console)
    if answer.host_crossover is not None:
        sentence(
            f"The limiter changes at a host bandwidth of {scaled(answer.host_crossover, 'bit/s')} each way: "
            "below it the host limits, above it the chip.",
            console,
        )


def written(path: object, console: Console) -> None:
    """Where the results are."""
    console.print()
    console.print(Text(f"Results: {plain(path)}"), soft_wrap=True)
