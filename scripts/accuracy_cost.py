"""What a converter's bits and a second device buy: error and SNR beside latency, energy and area.

``python scripts/accuracy_cost.py [CHIP.yaml]`` prints the table and writes it, with a plot, into ``--out`` (default
``results/accuracy-cost``, ``--docs``: into docs).
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from simulator.chip.reader import load_chip
from simulator.functional.product import Wanted, product
from simulator.report.drawing import save, settings
from simulator.report.layout import console, sentence, show, table
from simulator.report.palette import BLUE, ORANGE, tidy
from simulator.report.write import write_csv
from simulator.study.accuracy import Asked, accuracy

ROOT = Path(__file__).parents[1]
BITS = range(4, 11)
DEVICES = {1: "one device a polarity", 2: "two devices a polarity"}
AFTER = 3600.0
"""One hour after writing [s]."""
COLUMNS = {
    "error_percent": "error, relative L2 [%]",
    "snr_db": "SNR [dB]",
    "latency_ns": "MVM [ns]",
    "energy_nj": "MVM of a tile [nJ]",
    "area_mm2": "arrays and converters [mm^2]",
}


@dataclass(frozen=True)
class Point:
    """One row of the table."""

    bits: int
    devices: int
    error_percent: float
    error_half: float
    snr_db: float
    latency_ns: float
    energy_nj: float
    area_mm2: float


def point(chip: Path, bits: int, devices: int, instances: int) -> Point:
    """One chip file, two fields changed: all figures come from it."""
    file = load_chip(
        chip, [f"tile.adc.bits={bits}", f"tile.crossbar.devices_per_weight={2 * devices}", "die.area=derived"]
    )
    tile = file.chip.tile.crossbar
    data = product(Wanted(), (int(tile.rows), int(tile.columns)))
    found = accuracy(file, data, Asked([AFTER], instances, budget=False))
    raw, cost = found.times[0].interval("raw"), found.cost
    return Point(
        bits, devices, 100 * raw.mean, 100 * raw.half, found.times[0].interval("snr").mean,
        cost.mvm_ns, cost.mvm_pj / 1e3, cost.macro_mm2,
    )  # fmt: skip


def tell(frame: pd.DataFrame) -> None:
    names = ("devices", "bits", "error, %", "SNR, dB", "MVM, ns", "MVM, nJ", "mm2")
    made = table(*names, right=names)
    for row in frame.itertuples():
        error = f"{row.error_percent:.2f} +-{row.error_half:.2f}"
        rest = (f"{row.snr_db:.2f}", f"{row.latency_ns:.0f}", f"{row.energy_nj:.2f}", f"{row.area_mm2:.2f}")
        made.add_row(str(row.devices), str(row.bits), error, *rest)
    show(made, console())
    sentence("Devices a polarity; converter bits; " + "; ".join(COLUMNS.values()) + ".", console(), "dim")


def draw(frame: pd.DataFrame) -> Figure:
    """Each figure over the bits, a line for one and for two devices."""
    figure = Figure(figsize=(13, 3), layout="constrained")
    for axes, (name, label) in zip(figure.subplots(1, len(COLUMNS)), COLUMNS.items(), strict=True):
        lines(axes, frame, name)
        axes.set_title(label, fontsize=9)
        axes.set_xlabel("converter bits")
        axes.set_ylim(0, 1.08 * frame[name].max())
        tidy(axes)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=2, frameon=False)
    return figure


def lines(axes: Axes, frame: pd.DataFrame, name: str) -> None:
    for (devices, label), colour, marker in zip(DEVICES.items(), (ORANGE, BLUE), "os", strict=True):
        part = frame[frame.devices == devices]
        axes.plot(part.bits, part[name], label=label, color=colour, marker=marker)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("chip", nargs="?", type=Path, default=ROOT / "chip_configs" / "ibm14nm.yaml")
    parser.add_argument("--out", type=Path, default=Path("results") / "accuracy-cost")
    parser.add_argument("--docs", action="store_true", help="renew what stands in docs")
    parser.add_argument("--instances", type=int, default=8)
    asked = parser.parse_args()
    points = [point(asked.chip, bits, devices, asked.instances) for devices in DEVICES for bits in BITS]
    frame = pd.DataFrame(points)
    tell(frame)
    folder = ROOT / "docs" / "accuracy" if asked.docs else asked.out
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(frame, folder / "converter_bits.csv")
    with settings():
        for path in save(draw(frame), folder, "converter_bits", dpi=110):
            if asked.docs and path.suffix == ".svg":
                path.unlink()
    print(f"\nTable and plot: {folder}")


if __name__ == "__main__":
    main()
