"""Rewrites tables and plots of docs/parts from the code: constants, ranges, and what a swept field moves.

``python scripts/part_pages.py`` writes, ``--check`` only says (exit 1) whether the tables are up to date.
"""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from importlib import import_module
from pathlib import Path

import matplotlib
from matplotlib.figure import Figure

from simulator.base.document import Document
from simulator.base.units import Quantity
from simulator.chip.areas import core_area, pad_area, tile_areas
from simulator.chip.costs import costs
from simulator.chip.reader import chip_document, chip_from
from simulator.chip.resolve import resolve
from simulator.chip.schema import Chip
from simulator.chip.timing import mvm
from simulator.parts.law import Range

ROOT = Path(__file__).parents[1]
PAGES = ROOT / "docs" / "parts"
BEGIN, END = "<!-- from the code: scripts/part_pages.py -->", "<!-- end -->"
CARRIER = "chip_configs/ibm14nm.yaml"
MARKERS = "os^vDPX*<>hp"


@dataclass(frozen=True)
class Page:
    """A page: modules whose constants and ranges it lists, the swept field with its values, overrides beside it."""

    name: str
    modules: tuple[str, ...]
    field: str
    values: tuple[str | int, ...]
    base: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """The page itself."""
        return PAGES / f"{self.name}.md"


SAMPLED = ("tile.adc.sample_hold=true",)
SERIAL = ("tile.input.coding=bit_serial", "tile.input.cycle=5 ns", "tile.adc.bits=4")
DAC = (
    "tile.input.coding=amplitude",
    "tile.input.settle=5 ns",
    "tile.adc.kind=sar",
    "tile.adc.bits=8",
    *SAMPLED,
)
NEURON = (
    "tile.input.coding=bit_serial", "tile.input.accumulate=analog", "tile.input.magnitude_bits=3",
    "tile.input.cycle=0.27 us", "tile.adc.kind=charge_decrement",
)  # fmt: skip
BOARD = (
    "tile.input.coding=amplitude", "tile.input.network=ladder", "tile.input.magnitude_bits=16",
    "tile.input.settle=5 ns", "tile.adc.kind=discrete", "tile.adc.bits=20",
)  # fmt: skip
SAR8 = ("tile.adc.kind=sar", "tile.adc.bits=8", *SAMPLED)
CIRCUITS = (
    "tile.input.magnitude_bits=8", "tile.adc.kind=duration", "tile.adc.bits=8", "transport=circuits",
    "global_digital=null", "landing_pads.inputs=8", "landing_pads.outputs=8", "landing_pads.width=256",
)  # fmt: skip
CORES = ("0.1 Top/s", "0.2 Top/s", "0.5 Top/s", "1 Top/s", "2 Top/s")
MESH = (
    "transport=mesh", "compute_cores.light={units: 8, rate: 100 Gop/s}", "compute_cores.heavy.units=4",
    "compute_cores.scratchpad={size: 64 KiB, bandwidth: 512 Gbit/s}",
)  # fmt: skip
CATALOGUE = [
    Page("array", ("array",), "tile.crossbar.rows", (64, 128, 256, 512, 1024)),
    Page("integration", (), "tile.read_mode", ("one_phase", "four_phase")),
    Page("pulse_width", ("inputs.pulse_width", "inputs.common"), "tile.input.magnitude_bits", (4, 5, 6, 7, 8, 9)),
    Page("bit_serial", ("inputs.bit_serial",), "tile.input.magnitude_bits", (1, 2, 4, 6, 8), SERIAL),
    Page("amplitude", ("inputs.amplitude",), "tile.input.magnitude_bits", (1, 2, 4, 6, 8), DAC),
    Page("oscillator_counter", ("converters.oscillator_counter",), "tile.adc.bits", (6, 7, 8, 9, 10, 11)),
    Page("ramp", ("converters.ramp",), "tile.adc.bits", (4, 6, 8, 10), ("tile.adc.kind=ramp", *SAMPLED)),
    Page("sar", ("converters.sar",), "tile.adc.bits", (4, 6, 8, 10, 12), ("tile.adc.kind=sar", *SAMPLED)),
    Page("flash", ("converters.flash",), "tile.adc.bits", (2, 4, 6, 7), ("tile.adc.kind=flash", *SAMPLED)),
    Page("charge_decrement", ("converters.charge_decrement",), "tile.adc.bits", (3, 4, 6, 8), NEURON),
    Page("duration", ("converters.duration",), "tile.adc.bits", (4, 5, 6, 7, 8), CIRCUITS),
    Page("landing_pad", ("landing_pad",), "landing_pads.counter_bits", (8, 9, 10, 11, 12), CIRCUITS),
    Page("discrete", ("converters.discrete",), "tile.adc.time", ("0.5 us", "1 us", "2 us"), BOARD),
    Page("compute_core", ("compute_core",), "compute_cores.heavy.rate", CORES, MESH),
    Page("sharing", ("converters.common",), "tile.adc.columns_per_converter", (1, 4, 16, 64, 256), SAR8),
    Page("local_digital", ("digital",), "tile.local_digital.lanes", (1, 2, 4, 8)),
    Page("link", ("wire",), "links.lanes", (1, 4, 8, 16, 32, 64)),
    Page("sram", ("sram",), "tile.input_buffer.vectors", (1, 2, 8, 32, 128)),
    Page("offchip", ("offchip",), "host.memory", ("hbm2e", "gddr6x", "gddr6", "dram")),
    Page("leakage", (), "tile.adc.counter_bits", (10, 12, 14, 16)),
    Page("technology", ("technology",), "technology.node", ("7 nm", "10 nm", "14 nm", "16 nm", "20 nm"),
         ("technology.supply=0.8 V",)),
]  # fmt: skip


Points = dict[str, dict[str, float]]
"""Value of a field -> figures."""


def main() -> int:
    """Write pages, or check them."""
    check = sys.argv[1:] == ["--check"]
    texts, points = pages()
    stale = [path for path, text in texts.items() if path.read_text() != text]
    if check:
        print("stale: " + ", ".join(path.name for path in stale) if stale else "up to date")
        return 1 if stale else 0
    for path in stale:
        path.write_text(texts[path])
    for page, swept in points.items():
        _plot(page, swept)
    return 0


def pages() -> tuple[dict[Path, str], dict[Page, Points]]:
    """Every page as it should read, and what its plot shows."""
    document = chip_document(ROOT / CARRIER)
    points = {page: _points(page, document) for page in CATALOGUE}
    contents = {page.path: "\n".join(_blocks(page, swept)) for page, swept in points.items()}
    contents[PAGES / "README.md"] = _index(points)
    return {path: _between(path, content) for path, content in contents.items()}, points


def _blocks(page: Page, points: Points) -> Iterator[str]:
    """What stands between the marks of a page."""
    constants = [row for module in page.modules for row in _constants(module)]
    ranges = [row for module in page.modules for row in _ranges(module)]
    if ranges:
        yield "| range | from | to | says |\n|---|---|---|---|"
        yield from ranges
        yield ""
    if constants:
        yield "| library constant | value | label | source or reason |\n|---|---|---|---|"
        yield from constants
        yield ""
    beside = f" with {', '.join(f'`{item}`' for item in page.base)}" if page.base else ""
    yield f"The 64-core chip (`{CARRIER}`){beside}; only figures that move:\n"
    moving = _moving(points)
    yield f"| `{page.field}` | {' | '.join(moving)} |\n|{'---|' * (len(moving) + 1)}"
    for value, figures in points.items():
        yield f"| {value} | {' | '.join(f'{figures[name]:.5g}' for name in moving)} |"
    yield f"\n![what {page.field} moves]({page.name}.svg)"


def _points(page: Page, document: Document) -> Points:
    """Value of the field -> figures."""
    found = {}
    for value in page.values:
        overrides = ["die.area=derived", *page.base, f"{page.field}={value}"]
        chip = chip_from(document, CARRIER, overrides).chip
        found[str(value)] = _figures(chip)
    return found


def _figures(chip: Chip) -> dict[str, float]:
    """Figures of a tile; energies up to the input buffer are those of one MVM."""
    each, areas, window, hardware = costs(chip), tile_areas(chip), mvm(chip), resolve(chip)
    exact: dict[str, Fraction | int] = {
        "window [ns]": window.occupancy / 1000,
        "latency [ns]": window.latency / 1000,
        "252 outputs [ns]": Fraction(hardware.local.occupancy(252), 1000),
        "252 bytes over a link [ns]": Fraction(hardware.link.occupancy(252), 1000),
        "input [nJ]": each.input.value / 1000,
        "crossbar [nJ]": each.crossbar.value / 1000,
        "converters [nJ]": each.adc.value / 1000,
        "input buffer [nJ]": each.buffer.value / 1000,
        "an output [pJ]": each.output.value,
        "a byte to a neighbour [pJ]": each.wire.value,
        "a byte to the host [pJ]": each.host.value if each.host else 0,
        "a value through a pad [pJ]": each.pad.value if each.pad else 0,
        "clock [mW]": each.clock.value,
        "leakage [mW]": each.leakage.value,
        "macro [mm^2]": areas.macro,
        "tile [mm^2]": areas.tile,
        "landing pads [mm^2]": pad_area(chip),
        "compute cores [mm^2]": core_area(chip),
    }
    return {name: float(value) for name, value in exact.items()}


def _moving(points: Points) -> list[str]:
    names = next(iter(points.values()))
    return [name for name in names if len({figures[name] for figures in points.values()}) > 1]


def _constants(module: str) -> Iterator[str]:
    for name, value in vars(import_module(f"simulator.parts.{module}")).items():
        entries = value.items() if isinstance(value, dict) else [("", value)]
        for key, entry in entries:
            if isinstance(entry, Quantity) and not name.startswith("_"):
                words = " ".join(filter(None, (name.lower().replace("_", " "), str(key))))
                yield f"| {words} | {entry.text} | {entry.label} | {entry.origin} |"


def _ranges(module: str) -> Iterator[str]:
    for name, value in vars(import_module(f"simulator.parts.{module}")).items():
        if isinstance(value, Range):
            low, high = (f"{float(end):.10g}{value.unit}" for end in (value.low, value.high))
            yield f"| {name.lower()} | {low} | {high} | {value.origin} |"


def _index(points: Mapping[Page, Points]) -> str:
    rows = ["| page | field | moves |", "|---|---|---|"]
    for page, swept in points.items():
        moving = ", ".join(name.partition(" [")[0] for name in _moving(swept))
        rows.append(f"| [{page.name}]({page.name}.md) | `{page.field}` | {moving} |")
    return "\n".join(rows)


def _between(path: Path, content: str) -> str:
    """The file with ``content`` between its marks."""
    before, _, rest = path.read_text().partition(BEGIN)
    return f"{before}{BEGIN}\n{content}\n{END}{rest.partition(END)[2]}"


def _plot(page: Page, points: Points) -> None:
    """Every moving figure over its first value."""
    matplotlib.rcParams.update({"svg.hashsalt": page.name, "svg.fonttype": "none"})
    figure = Figure(figsize=(7, 3.6), layout="constrained")
    axes = figure.subplots()
    for name, marker in zip(_moving(points), MARKERS, strict=False):
        values = [point[name] for point in points.values()]
        axes.plot(
            list(points), [value / values[0] for value in values], marker=marker, markersize=4, label=name
        )
    axes.set_xlabel(page.field)
    axes.set_ylabel(f"relative to {next(iter(points))}")
    axes.set_yscale("log")
    axes.grid(alpha=0.3)
    figure.legend(loc="outside right", fontsize=7)
    figure.savefig(PAGES / f"{page.name}.svg", metadata={"Date": None})


if __name__ == "__main__":
    sys.exit(main())
