"""The figures of a run, each with its unit and its definition. What was not computed is not in the list."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.chip.resolve import mvm_window
from simulator.chip.schema import Chip
from simulator.mapping.plan import Mapping
from simulator.measure.area import AREAS, areas
from simulator.measure.energy import Entry, mvm_energy
from simulator.measure.totals import totals
from simulator.program.form import Program
from simulator.program.timeline import Timeline


@dataclass(frozen=True)
class Metric:
    """One figure: stable ``name`` (as in JSON and CSV), value, unit, definition, group for the table."""

    name: str
    value: float
    unit: str
    definition: str
    group: str


def metrics(
    chip: Chip, mapping: Mapping, program: Program, timeline: Timeline, energy: Sequence[Entry]
) -> list[Metric]:
    """All figures of a run."""
    return [
        *_times(program, timeline),
        *_throughput(chip, mapping, program, timeline),
        *_energy(chip, program, energy),
        *_mapping(chip, mapping),
    ]


def steady_interval(timeline: Timeline) -> float | None:
    """Mean distance [ps] between completions over the later half of the inferences; None for a single one.

    Completions are taken in order of time, so that requests which overtake do not count backwards.
    """
    ended = sorted(int(time) for time in timeline.ended if time >= 0)
    if len(ended) < 2:
        return None
    first = (len(ended) - 1) // 2
    return (ended[-1] - ended[first]) / (len(ended) - 1 - first)


def _times(program: Program, timeline: Timeline) -> list[Metric]:
    released = [inference.release for inference in program.schedule]
    first = int(timeline.ended[0]) - released[0]
    rows = [
        Metric(
            "first_latency_ns",
            first / 1e3,
            "ns",
            "first inference, from its arrival to its last result at the host, nothing else in the way before it",
            "time",
        ),
        Metric(
            "makespan_ns",
            timeline.makespan / 1e3,
            "ns",
            f"all {len(released)} inferences, from time zero to the last result",
            "time",
        ),
    ]
    interval = steady_interval(timeline)
    if interval:
        rows.append(
            Metric(
                "steady_interval_ns",
                interval / 1e3,
                "ns",
                "mean distance between completions, later half of the inferences",
                "time",
            )
        )
        rows.append(
            Metric("inferences_per_second", 1e12 / interval, "1/s", "1 / steady interval", "throughput")
        )
    return rows


def _throughput(chip: Chip, mapping: Mapping, program: Program, timeline: Timeline) -> list[Metric]:
    """Peak, mapped and sustained GOPS, 1 MAC = 2 operations, each over the three areas."""
    window = float(mvm_window(chip))
    cells = mapping.hardware.rows * mapping.hardware.columns
    weights = mapping.graph.weights
    macs = int(totals(program).macs.sum()) / max(len(program.schedule), 1)
    interval = steady_interval(timeline)
    rates = {
        "peak": (2e3 * cells * chip.tiles / window, "every cell of every tile, one MVM a window"),
        "mapped": (2e3 * weights / window, "every mapped weight, one MVM a window, padding not counted"),
    }
    if interval:
        rates["sustained"] = (2e3 * macs / interval, "operations of an inference / steady interval")
    rows = [
        Metric(f"{name}_gops", rate, "GOPS", f"{what}; 1 MAC = 2 operations", "throughput")
        for name, (rate, what) in rates.items()
    ]
    for name, (rate, _) in rates.items():
        rows += [
            Metric(
                f"{name}_gops_per_mm2_{area}",
                rate / size,
                "GOPS/mm^2",
                f"{name} over {AREAS[area]}",
                "density",
            )
            for area, size in areas(chip).items()
        ]
    return rows


def _energy(chip: Chip, program: Program, entries: Sequence[Entry]) -> list[Metric]:
    inferences = max(len(program.schedule), 1)
    total = sum(entry.energy for entry in entries)
    operations = 2 * int(totals(program).macs.sum())
    cells = int(chip.tile.crossbar.rows) * int(chip.tile.crossbar.columns)
    mvm = sum(entry.energy for entry in entries if entry.part in ("input", "crossbar", "adc"))
    assumed = sum(entry.energy for entry in entries if entry.label in ("assumption", "given"))
    return [
        Metric(
            "energy_per_inference_nj",
            total / inferences / 1e3,
            "nJ",
            "chip only, dynamic and static, over the whole run / inferences; host not included",
            "energy",
        ),
        Metric(
            "tops_per_w",
            operations / total,
            "TOPS/W",
            "operations of the run / its energy (chip only, static included)",
            "energy",
        ),
        Metric(
            "mvm_tops_per_w",
            operations / mvm,
            "TOPS/W",
            "operations of the run / energy of its MVMs (array, input modulators, converters)",
            "energy",
        ),
        Metric(
            "peak_mvm_tops_per_w",
            2 * cells / mvm_energy(chip),
            "TOPS/W",
            "operations of a full MVM / its energy (array, input modulators, converters)",
            "energy",
        ),
        Metric(
            "energy_assumed_share",
            assumed / total,
            "1",
            "share of the energy whose cost per operation or power is an assumption",
            "energy",
        ),
    ]


def _mapping(chip: Chip, mapping: Mapping) -> list[Metric]:
    used = len(mapping.tiles)
    return [
        Metric("tiles_used", used, "tiles", f"of {chip.tiles}", "mapping"),
        Metric(
            "tile_utilisation", mapping.utilisation(), "1", "weights / cells of the tiles used", "mapping"
        ),
        Metric(
            "chip_utilisation",
            mapping.utilisation() * used / chip.tiles,
            "1",
            "weights / cells of all tiles",
            "mapping",
        ),
    ]
