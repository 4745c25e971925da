"""Link width against contention."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure
from ready import Ready, first, only

from simulator.report.sweep_plots import Table, lines

_LANES, _INTERVAL, _LATENCY = "links.lanes", "steady_interval_ns", "first_latency_ns"


def draw(table: Table) -> Mapping[str, Figure]:
    return {"links": lines(table, _LANES, [_INTERVAL, _LATENCY, "tops_per_w"], ["ideal"], log=True)}


def tell(frame: pd.DataFrame) -> str:
    real, ideal = only(frame, ideal="none"), only(frame, ideal="network")
    price = real[_INTERVAL].to_numpy() / ideal[_INTERVAL].to_numpy()
    free = real[price <= 1.001]
    enough = free[_LANES].iloc[0]
    one, wide = first(real, links__lanes=enough), real.iloc[-1]
    late = one[_LATENCY] / first(ideal, links__lanes=enough)[_LATENCY] - 1
    return (
        f"On links of {real[_LANES].iloc[0]} lane an image takes {price[0]:.1f} times as long as on a network that "
        f"costs nothing; from {enough} lanes on it takes no longer, and transfers and contention add {late:.1%} to "
        f"the latency of the first image. {wide[_LANES]} lanes instead of {enough} take the chip from "
        f"{one['tops_per_w']:.3f} "
        f"to {wide['tops_per_w']:.3f} TOPS/W and from {one['die_area_mm2']:.0f} to {wide['die_area_mm2']:.0f} mm^2."
    )


SWEEP = Ready("links", draw, tell)
if __name__ == "__main__":
    SWEEP.main()
