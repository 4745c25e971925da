"""Read mode x batch."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure
from ready import Ready, first, only

from simulator.report.sweep_plots import Table, lines

_TIME, _ENERGY = "time an inference [us]", "energy an inference [uJ]"


def _each(frame: pd.DataFrame) -> pd.DataFrame:
    """Time and energy of an inference of a batch."""
    return frame.assign(
        **{
            _TIME: frame["makespan_ns"] / frame["requests.batch"] / 1e3,
            _ENERGY: frame["energy_per_inference_nj"] / 1e3,
        }
    )


def draw(table: Table) -> Mapping[str, Figure]:
    each = Table(_each(table.frame), {})
    return {"read_modes": lines(each, "requests.batch", [_TIME, _ENERGY], ["chip", "tile.read_mode"])}


def tell(frame: pd.DataFrame) -> str:
    each = _each(frame)
    largest = int(each["requests.batch"].max())
    parts = []
    for chip, part in each.groupby("chip", sort=False):
        one, many = (_modes(only(part, requests__batch=batch)) for batch in (1, largest))
        parts.append(
            f"on {chip} an inference takes {one[0][_TIME]:.0f} us alone and {many[0][_TIME]:.0f} us in a batch "
            f"of {largest}; "
            f"with four phases {one[1][_TIME] / one[0][_TIME]:.2f} times as long alone and "
            f"{many[1][_TIME] / many[0][_TIME]:.2f} times in the batch, for "
            f"{many[1][_ENERGY] / many[0][_ENERGY]:.2f} "
            f"times the energy"
        )
    return f"With one-phase reads, {'; '.join(parts)}."


def _modes(part: pd.DataFrame) -> "tuple[pd.Series[float], pd.Series[float]]":
    return first(part, tile__read_mode="one_phase"), first(part, tile__read_mode="four_phase")


SWEEP = Ready("read_modes", draw, tell)
if __name__ == "__main__":
    SWEEP.main()
