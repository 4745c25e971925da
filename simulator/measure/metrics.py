"""The figures of a run, each with its unit and its definition. What was not computed is not in the list."""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.chip.resolve import mvm_window
from simulator.chip.schema import Chip
from simulator.mapping.plan import Mapping
from simulator.measure.area import AREAS, areas
from simulator.measure.attention import kept_metrics, spilled_metrics, wear_metrics
from simulator.measure.energy import MVM_PARTS, Entry, mvm_energy
from simulator.measure.generation import Generation, generation_metrics
from simulator.measure.metric import Metric
from simulator.measure.times import Times
from simulator.measure.totals import totals
from simulator.program.form import Program
from simulator.program.timeline import Timeline


@dataclass(frozen=True)
class Measured:
    """What the figures are taken from; ``steady``: the program with what the steady interval repeats."""

    chip: Chip
    mapping: Mapping
    program: Program
    timeline: Timeline
    times: Times
    energy: Sequence[Entry]
    steady: Program
    generation: Generation | None = None

    @property
    def inferences(self) -> int:
        """Inferences of the run."""
        return len(self.program.schedule)


def metrics(run: Measured) -> list[Metric]:
    """All figures of a run."""
    return [
        *_requests(run),
        *_times(run),
        *_throughput(run),
        *_energy(run),
        *_mapping(run.mapping),
        *kept_metrics(run.mapping.hardware.attention, run.timeline, run.generation),
        *wear_metrics(run.mapping.hardware.attention, run.program),
        *spilled_metrics(run.program),
    ]


def _requests(run: Measured) -> list[Metric]:
    """What requests to a language model saw."""
    if run.generation is None:
        return []
    spent = totals(run.program)
    parts = [row.part for row in run.program.streams]
    moved = sum(int(size) for part, size in zip(parts, spent.bytes, strict=True) if part == "host")
    moved += sum(int(size) for part, size in zip(parts, spent.values, strict=True) if part == "kv_cache")
    return generation_metrics(run.generation, sum(entry.energy for entry in run.energy), moved)


def _times(run: Measured) -> list[Metric]:
    steady = run.times.steady
    what = "requests follow back to back"
    if run.generation:
        what = "tokens that look back as far as any follow back to back, an inference each"
    how = "exactly periodic" if steady.periodic else "what the second half of a run adds, not periodic"
    return [
        Metric(
            "first_latency_ns",
            run.times.first / 1e3,
            "ns",
            "the first request's prompt alone on the chip, from its arrival to its first token"
            if run.generation
            else "an inference alone on the chip, from its arrival to its last result at the host",
            "time",
        ),
        Metric(
            "makespan_ns",
            run.timeline.makespan / 1e3,
            "ns",
            f"all {run.inferences} inferences, from time zero to the last result",
            "time",
        ),
        Metric(
            "steady_interval_ns",
            steady.interval / 1e3,
            "ns",
            f"distance of completions when {what} ({how}, {steady.inferences} simulated)",
            "time",
        ),
        Metric("inferences_per_second", 1e12 / steady.interval, "1/s", "1 / steady interval", "throughput"),
    ]


def _throughput(run: Measured) -> list[Metric]:
    """Peak, mapped and sustained GOPS, 1 MAC = 2 operations, each over the three areas."""
    window = float(mvm_window(run.chip))
    cells = run.mapping.hardware.rows * run.mapping.hardware.columns
    macs, tiles = (
        int(totals(run.steady).macs.sum()) / len(run.steady.schedule),
        len(run.mapping.hardware.single.tiles) * run.mapping.hardware.dies,
    )
    rates = {
        "peak": (2e3 * cells * tiles / window, "every cell of every tile, one MVM a window"),
        "mapped": (
            2e3 * float(run.mapping.at_once) / window,
            "every mapped weight, copies too, one MVM a window, padding not counted"
            + ("; one tier of a tile at a time" if run.mapping.hardware.tiers > 1 else "")
            + ("; of sets in turn the mean" if run.mapping.hardware.reload else ""),
        ),
        "sustained": (2e3 * macs / run.times.steady.interval, "operations of an inference / steady interval"),
    }
    rows = [
        Metric(f"{name}_gops", rate, "GOPS", f"{what}; 1 MAC = 2 operations", "throughput")
        for name, (rate, what) in rates.items()
    ]
    return rows + [
        Metric(
            f"{name}_gops_per_mm2_{area}", rate / size, "GOPS/mm^2", f"{name} over {AREAS[area]}", "density"
        )
        for name, (rate, _) in rates.items()
        for area, size in areas(run.chip, run.mapping.hardware.dies).items()
    ]


def _energy(run: Measured) -> list[Metric]:
    """Energy and efficiency."""
    total = sum(entry.energy for entry in run.energy)
    operations = 2 * int(totals(run.program).macs.sum())
    cells = run.mapping.hardware.rows * run.mapping.hardware.columns
    mvm = sum(entry.energy for entry in run.energy if entry.part in MVM_PARTS)
    assumed = sum(entry.energy for entry in run.energy if entry.label in ("assumption", "given"))
    macro = "array, input modulators, converters"
    rows = [
        (
            "energy_per_inference_nj",
            total / run.inferences / 1e3,
            "nJ",
            "dynamic and static, of the whole run / inferences; the host only where the chip file gives its energy",
        ),
        ("tops_per_w", operations / total, "TOPS/W", "operations of the run / its energy"),
        ("mvm_tops_per_w", operations / mvm, "TOPS/W", f"operations / energy of the MVMs ({macro})"),
        (
            "peak_mvm_tops_per_w",
            2 * cells / mvm_energy(run.chip),
            "TOPS/W",
            f"a full MVM / its energy ({macro})",
        ),
        (
            "energy_assumed_share",
            assumed / total,
            "1",
            "share of the energy whose cost per operation or power is an assumption (times are simulated)",
        ),
    ]
    return [Metric(*row, "energy") for row in rows]


def _mapping(mapping: Mapping) -> list[Metric]:
    used, there = len(mapping.places), len(mapping.hardware.single.tiles) * mapping.hardware.dies
    arrays, all_arrays = mapping.held
    what = "tiers" if mapping.hardware.tiers > 1 else "tiles"
    tiers = [
        Metric("tiers_used", arrays, "tiers", f"of {all_arrays}, {mapping.hardware.tiers} a tile", "mapping")
    ]
    return [
        *_wear(mapping),
        Metric("tiles_used", used, "tiles", f"of {there}", "mapping"),
        Metric(
            "tile_utilisation", mapping.utilisation(), "1", f"weights / cells of the {what} used", "mapping"
        ),
        Metric(
            "chip_utilisation",
            mapping.utilisation() * arrays / all_arrays,
            "1",
            "weights / cells of all tiles",
            "mapping",
        ),
        *(tiers if mapping.hardware.tiers > 1 else []),
    ]


def _wear(mapping: Mapping) -> list[Metric]:
    """What writing weights while the chip runs asks of its devices."""
    (weights, times), programmer = mapping.written, mapping.hardware.programmer
    if not times or programmer is None:
        return []
    lasts = programmer.endurance / times
    written = "weights that are written for each inference"
    return [
        Metric("weights_written", weights, "1/inference", written, "mapping"),
        Metric(
            "inferences_to_wear_out",
            lasts,
            "inferences",
            f"endurance of a device / {times} writes an inference of the tile that is written most often",
            "mapping",
        ),
    ]
