"""Layer to layer by way of the host, or over the links."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure
from ready import Ready, first, only

from simulator.report.sweep_plots import Table, lines

_RATE, _INTERVAL, _LATENCY = "host.bandwidth [Gbit/s]", "steady_interval_ns", "first_latency_ns"
_CLOSE = 1.01
"""What counts as equal."""


def draw(table: Table) -> Mapping[str, Figure]:
    return {"host_path": lines(table, _RATE, [_INTERVAL, _LATENCY, "tops_per_w"], ["chip"], log=True)}


def tell(frame: pd.DataFrame) -> str:
    host, links = only(frame, chip="ibm14nm"), only(frame, chip="ibm14nm_onchip")
    goal = links[_INTERVAL].min()
    enough = host[host[_INTERVAL] <= goal * _CLOSE]
    reached = (
        f"reaches the pace of the links from {enough[_RATE].iloc[0]:g} Gbit/s on"
        if len(enough)
        else f"stays {host[_INTERVAL].min() / goal:.2f} times slower than the links up to {host[_RATE].max():g} Gbit/s"
    )
    assumed = {"host.bandwidth [Gbit/s]": 25.6}
    slow, fast = first(host, **assumed), first(links, **assumed)
    least = links.iloc[0]
    limit = str(slow["limits"]).replace("_", " ")
    return (
        f"By way of the host ResNet-9 {reached}; at the assumed 25.6 Gbit/s an image takes "
        f"{slow[_INTERVAL] / 1e3:.0f} "
        f"us there, where the {limit} limits, and {fast[_INTERVAL] / 1e3:.0f} us over the links. A chip that needs "
        f"the host for images and results only takes {least[_INTERVAL] / goal:.3f} times its best interval at "
        f"{least[_RATE]:g} Gbit/s."
    )


SWEEP = Ready("host_path", draw, tell)
if __name__ == "__main__":
    SWEEP.main()
