"""What an accuracy run found out: errors over time and by effect, beside the cost, and what to beware of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simulator.chip.reader import ChipFile
from simulator.functional.metrics import Errors, Interval
from simulator.functional.physics import Physics
from simulator.functional.product import Product
from simulator.mapping.plan import Mapping

Values = NDArray[np.float64]

_FEW = 8
"""Programming instances from which a spread is told."""

CLIPPED = 0.01
"""Share of saturated conversions from which results are not to be trusted without a word."""


@dataclass(frozen=True)
class Row:
    """Errors some time after writing, over programming instances; ``alone`` or ``without`` names an effect of the
    budget. ``clipped``: share of conversions that saturated, ``sums_clipped`` of partial sums."""

    after: float
    samples: tuple[Errors, ...]
    clipped: float
    sums_clipped: float
    columns: Values
    alone: str = ""
    without: str = ""

    def interval(self, figure: str) -> Interval:
        """Mean and 95 % confidence interval of raw, gain, column, snr or enob."""
        return Interval.of([float(getattr(sample, figure)) for sample in self.samples])


@dataclass(frozen=True)
class Cost:
    """What the product takes, from the same chip file.

    Window of an MVM [ns] and energy of a tile's MVM [pJ]; latency [ns] and energy [pJ] of one vector through all tiles
    that hold the matrix (host left out); areas [mm^2]; time [ns] and energy [pJ] of measuring the gains once.
    """

    mvm_ns: float
    mvm_pj: float
    vector_ns: float
    vector_pj: float
    macro_mm2: float
    die_mm2: float
    compensation_ns: float
    compensation_pj: float


@dataclass(frozen=True)
class Accuracy:
    """Everything that was found out about a product on a chip."""

    chip_file: ChipFile
    product: Product
    physics: Physics
    mapping: Mapping
    effects: tuple[str, ...]
    times: tuple[Row, ...]
    budget: tuple[Row, ...]
    cost: Cost

    @property
    def warnings(self) -> list[str]:
        """What a reader must know before he uses the figures."""
        return _warnings(self)


def _warnings(found: Accuracy) -> list[str]:
    said = []
    rows = [*found.times, *found.budget]
    clipped = max((row.clipped for row in rows), default=0.0)
    if clipped > CLIPPED:
        said.append(f"{clipped:.1%} of conversions saturate: the converters' full scale is too small")
    sums = max((row.sums_clipped for row in rows), default=0.0)
    if sums > CLIPPED:
        said.append(f"{sums:.1%} of partial sums saturate on their way from tile to tile")
    model = found.physics.device
    latest = max(row.after for row in found.times)
    if model.valid_until is not None and latest > float(model.valid_until) * 1e-12 * (1 + 1e-9):
        said.append(f"{model.name} is stated until {model.valid_until.text}; later times are extrapolated")
    if found.physics.wires is None:
        said.append("no wire resistance in the chip file: the loss along rows and columns is left out")
    if len(found.times[0].samples) < _FEW:
        said.append(
            f"{len(found.times[0].samples)} programming instances say little of the spread; take {_FEW}"
        )
    return said
