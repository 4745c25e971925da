"""Language models on every chip that runs them, beside digital machines and what was published: writes
docs/language_models.csv and docs/language_models.md. ``python scripts/language_models.py`` (``--page``: from the CSV).
"""

import sys
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from simulator.base.errors import InputError
from simulator.base.yaml_file import load
from simulator.chip.baselines import BYTES, named
from simulator.chip.reader import ChipFile, load_chip
from simulator.chip.resolve import resolve
from simulator.measure.baselines import bounds_of
from simulator.program.timeline import Recording
from simulator.report.against import frame
from simulator.report.text import figure, plain, scaled
from simulator.study.engines import engine
from simulator.study.run import plan, simulate
from simulator.trace.trace import Trace, record_trace
from simulator.trace.written import Written, pattern
from simulator.workload.attention import blocks
from simulator.workload.reader import load_workload

Row = dict[str, Any]
ROOT = Path(__file__).parents[1]
TABLE = ROOT / "docs" / "language_models.csv"
PAGE = TABLE.with_suffix(".md")
CLAIMS = Path(__file__).with_suffix(".yaml")

CHIPS = (
    "wang2025",
    "tiers3d",
    "ibm_mesh_large",
    "ibm_mesh_large_digital",
    "ibm14nm_large_digital",
    "ibm14nm_large_gain_cell",
    "ibm14nm_large_rewritten",
)
_MOST = 16
"""Most chips of a kind for one network."""
_FITTED = "ibm14nm_large_"
"""Chips with such names get an attention unit a layer for all of its heads: theirs are for smaller networks."""
MACHINES = ("a100", "h100", "tpu_v4", "v100")


@dataclass(frozen=True)
class Case:
    """What is asked for: one sequence, or one request that generates."""

    title: str
    workload: str
    length: str | None = None
    prompt_length: str | None = None
    output_length: str | None = None

    def trace(self) -> Trace:
        """The request."""
        file = load_workload(ROOT / "workloads" / f"{self.workload}.yaml")
        written = Written(None, None, self.length, None, self.prompt_length, self.output_length)
        return record_trace(file, pattern(written, 0))


CASES = (
    Case("BERT-large, 128 tokens", "bert_large", "128"),
    Case("BERT-large, 512 tokens", "bert_large", "512"),
    Case("GPT-2 small, 1,024 tokens read, 64 given", "gpt2_small", None, "1024", "64"),
    Case("Llama 2 7B, 16 tokens read, 4 given", "llama2_7b", None, "16", "4"),
)

_ABOUT = """# Language models, side by side

Written by `python scripts/language_models.py`; do not edit. Chips are *simulated*, with all waits, one request alone on
the machine. Those named ibm14nm_large_* have an attention unit a layer for all of its heads. Digital machines are
*bounds* (docs/baselines.md): peak and bandwidth in full, energy at TDP, all but matrix products free. A chip below a
bound is slower than what a machine could do at best, not than what one does. docs/language_models.csv has the same
figures unrounded. Definitions:
"""
_WORDS = {"energy_j": "energy", "area_delay_mm2_s": "area-delay product"}

COLUMNS = {
    "case": "what was asked for",
    "machine": "chip file, or short name of a digital machine",
    "kind": "simulated, with all waits; or bound: a roofline at 100 % of peak and bandwidth",
    "precision": "of weights, activations, keys and values; chips: what their file says",
    "count": "chips or machines that hold weights, keys and values; all figures are of all together",
    "latency_s": "of one sequence alone; where tokens are generated, until the first",
    "token_s": "between the tokens of a request, where tokens are generated",
    "rate_per_s": "sequences or tokens a second, one request after the other",
    "energy_j": "a sequence or token; chips: host and its memory as far as their file gives energies; machines: at TDP",
    "area_mm2": "dies; chips: no host, no memory beside it",
    "area_delay_mm2_s": "area x latency_s",
    "memory_bytes": "weights, and keys and values at the most",
    "refused": "why a chip does not run it",
}
"""Column -> definition."""


def main() -> int:
    """Simulate everything, write the table, then the page from it."""
    if sys.argv[1:] != ["--page"]:
        rows = [row for case in CASES for row in rows_of(case, CHIPS)]
        pd.DataFrame(rows, columns=list(COLUMNS)).to_csv(TABLE, index=False, lineterminator="\n")
    PAGE.write_text(page(pd.read_csv(TABLE)), encoding="utf-8")
    return 0


def rows_of(case: Case, chips: Sequence[str]) -> Iterator[Row]:
    """A row for each chip, then one for each machine and precision."""
    trace = case.trace()
    for name in chips:
        print(f"{case.title}: {name}", file=sys.stderr)
        yield {"case": case.title, "machine": name, "kind": "simulated", **_chip(name, trace)}
    for bound in bounds_of(trace, named(",".join(MACHINES)), 1):
        yield {
            **{"case": case.title, "machine": bound.machine, "kind": "bound", "precision": bound.precision},
            **_figures(
                trace, (bound.first, bound.each, bound.rate, bound.energy), bound.machines, bound.area
            ),
            "memory_bytes": memory(trace) * BYTES[bound.precision],
        }


def _chip(name: str, trace: Trace) -> Row:
    try:
        count = _chips(_load(name, trace, 1), trace)
        chip = _load(name, trace, count)
        result = simulate(chip, trace, engine("auto"), chips=count, recording=Recording("off"))
    except InputError as error:
        return {"refused": plain(str(error)).removeprefix(f"{ROOT}/")}
    seen = frame(result).iloc[0]
    times = (seen.first_ns / 1e9, seen.each_ns / 1e9, seen.rate_per_s, seen.energy_nj / 1e9)
    return {**_figures(trace, times, count, seen.area_mm2), "memory_bytes": memory(trace)}


def _load(name: str, trace: Trace, count: int) -> ChipFile:
    """A chip file; attention units that depend on the network are spread over ``count`` chips."""
    settings: list[str] = []
    if name.startswith(_FITTED):
        found = blocks(trace.graphs[0])
        units = -(-len(found) // count)
        settings = [f"attention.units={units}", f"attention.heads={max(block.mix.heads for block in found)}"]
    return load_chip(ROOT / "chip_configs" / f"{name}.yaml", settings)


def _chips(chip: ChipFile, trace: Trace) -> int:
    """As few as hold the network; one where weights take turns. Raises InputError for very many."""
    if chip.chip.programming and chip.chip.programming.always:
        return 1
    hardware = resolve(chip.chip)
    cells = hardware.arrays * hardware.rows * hardware.columns * hardware.planes
    least = int(trace.graphs[0].weights // cells)
    if least > _MOST:
        raise InputError(f"needs {least} chips at least; more than {_MOST} are not simulated here")
    for count in [1, *range(max(least, 2), _MOST + 1)]:
        with suppress(InputError):
            plan(chip, trace, chips=count)
            return count
    return 1  # of which it will be said why it does not suffice


def _figures(trace: Trace, times: tuple[float, float, float, float], count: int, area: float) -> Row:
    latency, each, rate, energy = times
    return {
        "count": count,
        "latency_s": latency,
        "token_s": each if trace.generates else None,
        "rate_per_s": rate,
        "energy_j": energy,
        "area_mm2": area,
        "area_delay_mm2_s": area * latency,
    }


def memory(trace: Trace) -> int:
    """Weights, and keys and values of the longest request where tokens are generated, a byte each."""
    cached = sum(layer.width for layer in trace.graphs[0].cached) if trace.generates else 0
    return int(trace.graphs[0].weights + trace.longest * cached)


def page(table: pd.DataFrame) -> str:
    """The page as Markdown; every number of it comes from the table or is a published one."""
    return "\n".join(_lines(table.astype(object).where(table.notna(), None))) + "\n"


def _lines(table: pd.DataFrame) -> Iterator[str]:
    yield _ABOUT
    yield "| column | meaning |\n|---|---|"
    yield from (f"| {name} | {meaning} |" for name, meaning in COLUMNS.items())
    for case, rows in table.groupby("case", sort=False):
        yield f"\n## {case}\n"
        yield "| machine | kind | count | latency | per token | rate [1/s] | energy | mm2 | mm2 s | memory [GB] |"
        yield "|---|---|--:|--:|--:|--:|--:|--:|--:|--:|"
        yield from (_line(row) for row in rows.to_dict("records"))
        told = rows[rows["refused"].notna()]
        yield from (f"\n{name}: {why}" for name, why in zip(told["machine"], told["refused"], strict=True))
    yield "\n## What was claimed\n"
    yield "Ratios are machine over chip, of what the claim is about; above 1 the chip needs less.\n"
    yield "| claim | source | here | why they differ |\n|---|---|---|---|"
    for claim in load(CLAIMS).data["claims"]:
        yield f"| {claim['text']} | {claim['source']} | {_ours(claim, table)} | {claim['why']} |"


def _line(row: Mapping[Hashable, Any]) -> str:
    name = " ".join(filter(None, (row["machine"], row["precision"])))
    if row["refused"]:
        return f"| {name} | refused | | | | | | | | |"
    token = scaled(row["token_s"] * 1e9, "ns") if row["token_s"] else ""
    cells = (
        *(name, row["kind"], f"{row['count']:.0f}", scaled(row["latency_s"] * 1e9, "ns"), token),
        *(figure(row["rate_per_s"]), scaled(row["energy_j"] * 1e9, "nJ"), figure(row["area_mm2"])),
        *(figure(row["area_delay_mm2_s"]), figure(row["memory_bytes"] / 1e9)),
    )
    return "| " + " | ".join(cells) + " |"


def _ours(claim: Row, table: pd.DataFrame) -> str:
    """The ratio in words; a dash where nothing can be compared."""
    if "case" not in claim:
        return "-"
    rows = table[table["case"] == claim["case"]]
    names = rows["machine"] + (" " + rows["precision"].fillna("")).str.rstrip()
    found = dict(zip(names, rows[claim["column"]], strict=True))
    if found.get(claim["chip"]) is None:
        return "-"
    ratios = [f"{found[name] / found[claim['chip']]:.3g} ({name})" for name in claim["machines"]]
    return f"{_WORDS[claim['column']]} {', '.join(ratios)}: {claim['chip']}, {claim['case']}"


if __name__ == "__main__":
    sys.exit(main())
