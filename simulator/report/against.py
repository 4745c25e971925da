"""Digital machines beside the simulated chip: bounds are called bounds, a simulation a simulation."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from rich.console import Console
from rich.text import Text

from simulator.measure.area import areas
from simulator.measure.baselines import Bound
from simulator.report.answer import Answer
from simulator.report.layout import heading, sentence, show, table
from simulator.report.text import figure, plain, scaled

COLUMNS = {
    "machine": "short name; chip: the one that was simulated",
    "kind": "simulated, or bound: a roofline at 100 % of peak and bandwidth",
    "precision": "of weights, activations, keys and values",
    "batch": "inferences, or requests for which tokens are generated, in a step",
    "machines": "as many as hold weights, keys and values; all figures are of all together",
    "limit": "what a step takes its time for",
    "first_ns": "an inference alone, or prompt to first token",
    "each_ns": "between results: a step, or between the tokens of a request",
    "rate_per_s": "inferences or tokens a second",
    "energy_nj": "an inference or token, at TDP",
    "busy_energy_nj": "the same at the power measured when busy, where known",
    "area_mm2": "dies",
    "rate_per_s_per_mm2": "rate / area",
}
"""Column -> definition."""


@dataclass(frozen=True)
class _Row:
    """Figures of the simulated chip in the same units as a bound's."""

    first: float
    each: float
    rate: float
    energy: float
    area: float


def frame(answer: Answer) -> pd.DataFrame:
    """The chip, then a row for each bound."""
    chip = _simulated(answer)
    first = ("chip", "simulated", "", _batch(answer), answer.mapping.hardware.dies, "", chip.first * 1e9)
    rows: list[tuple[Any, ...]] = [
        (*first, chip.each * 1e9, chip.rate, chip.energy * 1e9, None, chip.area, chip.rate / chip.area)
    ]
    for row in answer.against:
        about = (row.machine, "bound", row.precision, row.batch, row.machines, row.limit, row.first * 1e9)
        busy = None if row.busy_energy is None else row.busy_energy * 1e9
        figures = (row.each * 1e9, row.rate, row.energy * 1e9, busy, row.area, row.rate / row.area)
        rows.append((*about, *figures))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def data(answer: Answer) -> dict[str, Any]:
    """Of the summary; nothing where nothing was asked."""
    if not answer.against:
        return {}
    rows = frame(answer).astype(object)
    return {"against": rows.where(rows.notna(), None).to_dict("records")}


def show_against(answer: Answer, console: Console) -> None:
    """Bounds beside the simulation, in terms of the latter."""
    heading("Beside digital machines", console)
    noun = "token" if answer.generation else "inference"
    chip, numbers = _simulated(answer), ("first", "each", f"{noun}s/s", f"energy/{noun}")
    made = table("machine", *numbers, right=numbers)
    made.add_row(Text("chip, simulated", style="bold"), *_cells(chip))
    for row in answer.against:
        many = f"{row.machines} x " if row.machines > 1 else ""
        made.add_row(plain(f"{many}{row.machine} {row.precision}, bound"), *_cells(row))
    show(made, console)
    for row in answer.against:
        sentence(_sentence(row, chip, noun), console)
    sentence(
        "Bounds use all of peak and bandwidth (100 %) at TDP and count products alone; measured machines reach less "
        "(TPU v1: 15 to 93 % of its bound, Jouppi 2017). The chip is simulated with all its waits.",
        console,
        "dim",
    )


def _sentence(row: Bound, chip: _Row, noun: str) -> str:
    density = (row.rate / row.area) / (chip.rate / chip.area)
    speed, dense, energy = map(_times, (row.rate / chip.rate, density, row.energy / chip.energy))
    busy = f", {_times(row.busy_energy / chip.energy)} at busy power" if row.busy_energy else ""
    return (
        f"{row.name} at {row.precision}, batch {row.batch}, limited by {row.limit}: at best {speed} the {noun}s a "
        f"second and {dense} those a mm2, with {energy} the energy{busy}."
    )


def _times(ratio: float) -> str:
    return f"{ratio:,.0f} x" if ratio >= 100 else f"{ratio:.3g} x"


def _cells(row: Bound | _Row) -> list[str]:
    times = [scaled(time * 1e9, "ns") for time in (row.first, row.each)]
    return [*times, figure(row.rate), scaled(row.energy * 1e9, "nJ")]


def _simulated(answer: Answer) -> _Row:
    value = {metric.name: metric.value for metric in answer.metrics}
    area = areas(answer.chip_file.chip, answer.mapping.hardware.dies)["die"]
    if answer.generation is None:
        rate, energy = value["inferences_per_second"], value["energy_per_inference_nj"]
        return _Row(
            value["first_latency_ns"] / 1e9, value["steady_interval_ns"] / 1e9, rate, energy / 1e9, area
        )
    each = value.get("time_per_output_token_p50_ns", value["time_to_first_token_p50_ns"])
    rate, energy = value["tokens_per_second"], value["energy_per_token_nj"]
    return _Row(value["time_to_first_token_p50_ns"] / 1e9, each / 1e9, rate, energy / 1e9, area)


def _batch(answer: Answer) -> int:
    return answer.generation.together if answer.generation else 1
