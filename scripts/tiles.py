"""Tiles (budget of copies) against throughput."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure
from ready import Ready, best, only

from simulator.report.sweep_plots import Table, lines

_TILES, _PACE, _EFFICIENCY = "mapping.tiles", "inferences_per_second", "tops_per_w"


def draw(table: Table) -> Mapping[str, Figure]:
    return {"tiles": lines(table, _TILES, [_PACE, _EFFICIENCY], ["ideal"])}


def tell(frame: pd.DataFrame) -> str:
    built, free = only(frame, ideal="none"), only(frame, ideal="host")
    limited = built[built[_PACE] >= built[_PACE].max() * 0.99].iloc[0]
    joule, few, many = best(built, _EFFICIENCY), built.iloc[0], built.iloc[-1]
    limit = str(limited["limits"]).replace("_", " ")
    gain, more = (free[name].iloc[-1] / free[name].iloc[0] for name in (_PACE, "tiles_used"))
    return (
        f"Copies of slow layers take ResNet-9 from {few[_PACE]:,.0f} images a second on {few['tiles_used']:.0f} "
        f"tiles to {limited[_PACE]:,.0f} on {limited['tiles_used']:.0f}, where the {limit} limits; "
        f"{many['tiles_used']:.0f} "
        f"tiles give {many[_PACE]:,.0f}. TOPS/W are best with {joule['tiles_used']:.0f} tiles, "
        f"{joule[_EFFICIENCY]:.3f}, "
        f"and {many[_EFFICIENCY]:.3f} with {many['tiles_used']:.0f}. With a host that costs nothing {more:.1f} "
        f"times the tiles give {gain:.1f} times the pace."
    )


SWEEP = Ready("tiles", draw, tell)
if __name__ == "__main__":
    SWEEP.main()
