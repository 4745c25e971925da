"""Converter kind, bits and sharing."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure
from ready import ROOT, Ready, first, only

from simulator.report.sweep_plots import Table, lines, scatter
from simulator.study.pareto import front
from simulator.study.sweep_figures import published

_KIND, _SHARING, _BITS = "tile.adc.kind", "tile.adc.columns_per_converter", "tile.adc.bits"
_DENSITY, _EFFICIENCY = "peak_gops_per_mm2_macro", "peak_mvm_tops_per_w"


def draw(table: Table) -> Mapping[str, Figure]:
    sharing = table.frame[_SHARING].map(lambda n: "" if n == 1 else f", {n} columns each")
    frame = table.frame.assign(converter=table.frame[_KIND] + sharing, meets=True)
    pairs = list(zip(frame[_DENSITY], frame[_EFFICIENCY], strict=True))
    named = Table(frame.assign(front=front(pairs, (1, 1))), table.units)
    stars = published([ROOT / "chip_configs" / "published"], _DENSITY, _EFFICIENCY)
    return {
        "converters": lines(named, _BITS, [_EFFICIENCY, _DENSITY, "tops_per_w"], ["converter"]),
        "converters_pareto": scatter(named, _DENSITY, _EFFICIENCY, "converter", stars),
    }


def tell(frame: pd.DataFrame) -> str:
    def at(kind: str, bits: int, sharing: int = 1) -> "pd.Series[float]":
        same = only(frame, tile__adc__kind=kind, tile__adc__bits=bits)
        return first(same, tile__adc__columns_per_converter=sharing)

    def peak(row: "pd.Series[float]") -> str:
        return f"{row[_EFFICIENCY]:.1f} TOPS/W and {row[_DENSITY]:,.0f} GOPS/mm^2"

    def gain(bits: int) -> float:
        return at("sar", bits, 64)[_DENSITY] / at("sar", bits)[_DENSITY]

    ramps = only(frame, tile__adc__kind="ramp")
    coarse, fine = ramps.iloc[0], ramps.iloc[-1]
    network = at("sar", 8)["tops_per_w"] / at("sar", 4)["tops_per_w"] - 1
    return (
        f"With 8 bits the macro of the chip as built peaks at {peak(at('oscillator_counter', 8))}; SAR converters "
        f"would make it {peak(at('sar', 8))}, one for 64 columns {peak(at('sar', 8, 64))}. To share a SAR among 64 "
        f"columns is worth a factor of {gain(4):.2f} in density at 4 bits and {gain(10):.2f} at 10. A ramp, whose "
        f"time doubles with every bit, goes from {coarse[_DENSITY]:,.0f} GOPS/mm^2 with {coarse[_BITS]} bits to "
        f"{fine[_DENSITY]:,.0f} "
        f"with {fine[_BITS]}. Of a SAR's step from 4 to 8 bits the whole network's TOPS/W feel {network:+.1%}."
    )


SWEEP = Ready("converters", draw, tell)
if __name__ == "__main__":
    SWEEP.main()
