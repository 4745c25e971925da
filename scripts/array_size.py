"""Array size against utilisation, TOPS/W and GOPS/mm2."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure
from ready import Ready, best, first, only

from simulator.report.sweep_plots import Table, lines

_ROWS, _EFFICIENCY, _DENSITY = "tile.crossbar.rows", "tops_per_w", "sustained_gops_per_mm2_tiles"


def draw(table: Table) -> Mapping[str, Figure]:
    figures = ["tile_utilisation", _EFFICIENCY, _DENSITY]
    return {"array_size": lines(table, _ROWS, figures, ["tile.read_mode"])}


def tell(frame: pd.DataFrame) -> str:
    fast = only(frame, tile__read_mode="one_phase")
    joule, area = best(fast, _EFFICIENCY), best(fast, _DENSITY)
    slow = first(frame, tile__read_mode="four_phase", tile__crossbar__rows=joule[_ROWS])
    sizes = [fast.iloc[0], area, fast.iloc[-1]]
    full = ", ".join(
        f"{row['tile_utilisation']:.0%} of {row['tiles_used']:.0f} tiles of {_size(row)}" for row in sizes
    )
    return (
        f"ResNet-9 gets the most out of a joule on arrays of {_size(joule)}, {joule[_EFFICIENCY]:.3f} TOPS/W with "
        f"one-phase reads and {slow[_EFFICIENCY]:.3f} with four-phase reads, and the most out of a square "
        f"millimetre of tiles at {_size(area)}, {area[_DENSITY]:.1f} GOPS/mm^2. Its weights fill {full}."
    )


def _size(row: "pd.Series[float]") -> str:
    return f"{row[_ROWS]} x {row[_ROWS]}"


SWEEP = Ready("array_size", draw, tell)
if __name__ == "__main__":
    SWEEP.main()
